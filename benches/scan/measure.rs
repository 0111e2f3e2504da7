//! What a whole program costs: processor time and peak memory, as the system counts them.
//!
//! The decision: user and system time of the process, not the time on the clock, so that a busy machine and the number of
//! cores change little. Python starts the programs, since the standard library of Rust does not tell what a child used;
//! its own memory, some 10 MB, is the least that can be seen.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Names the Python of the benchmarks.
const PYTHON: &str = "RETICENT_PYTHON";

/// What one run cost.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cost {
    pub(crate) seconds: f64,
    pub(crate) kibibytes: u64,
}

/// A program with its arguments, up to what it is to read.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    pub(crate) name: &'static str,
    pub(crate) path: PathBuf,
    pub(crate) arguments: Vec<&'static str>,
    /// What stands behind the path that is read.
    pub(crate) behind: Vec<&'static str>,
}

pub(crate) fn python() -> PathBuf {
    std::env::var_os(PYTHON).map_or_else(|| "python3".into(), PathBuf::from)
}

/// Runs `program` on `input` and tells what that cost.
pub(crate) fn cost(program: &Program, input: &Path, home: &Path) -> Result<Cost, String> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("scan/measure.py");
    let mut command = Command::new(python());
    command
        .arg("-IS")
        .arg(script)
        .arg(&program.path)
        .args(&program.arguments)
        .arg(input)
        .args(&program.behind);
    // No settings and no caches of the person who runs this.
    command.env("HOME", home).env("XDG_CACHE_HOME", home).current_dir(home);
    let output = command.output().map_err(|error| format!("cannot start python3: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let mut words = text.split_ascii_whitespace();
    let (seconds, kibibytes) = (words.next().map(str::parse), words.next().map(str::parse));
    match (seconds, kibibytes) {
        (Some(Ok(seconds)), Some(Ok(kibibytes))) => Ok(Cost { seconds, kibibytes }),
        _ => Err("it cannot be started".to_owned()),
    }
}

/// The least of several runs, of all programs in turns.
pub(crate) fn costs(
    programs: &[Program],
    input: &Path,
    home: &Path,
    rounds: u32,
) -> Vec<Result<Cost, String>> {
    let mut best: Vec<Result<Cost, String>> =
        programs.iter().map(|_| Err("it was not run".to_owned())).collect();
    for _ in 0..rounds {
        for (program, best) in programs.iter().zip(&mut best) {
            let cost = cost(program, input, home);
            match (&cost, &*best) {
                (Ok(new), Ok(old)) if new.seconds >= old.seconds => {}
                (Err(_), Ok(_)) => {}
                _ => *best = cost,
            }
        }
    }
    best
}
