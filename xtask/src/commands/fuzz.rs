//! `cargo xtask fuzz`: coverage-guided runs of the targets in `fuzz/`, on the stable toolchain.
//!
//! The checks do not depend on it: each target is an ordinary function that a normal test runs over the corpus.

use serde::Deserialize;

use super::{Command, Ending, unknown};
use crate::{Error, Project, process};

pub(super) const COMMAND: Command = Command {
    name: "fuzz",
    usage: "fuzz [TARGET] [--seconds N]",
    about: "fuzzes a target, or lists the targets",
    help: "Needs cargo-fuzz. Without --seconds it runs until it finds something or is stopped.",
    run,
};

const MANIFEST: &str = "fuzz/Cargo.toml";
const SMOKE_SECONDS: &str = "20";

#[derive(Deserialize)]
struct Manifest {
    #[serde(default, rename = "bin")]
    targets: Vec<Target>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
}

fn run(project: &Project, arguments: &[String]) -> Result<Ending, Error> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (target, seconds) = match words[..] {
        [] => {
            let targets = targets(project)?;
            project.console().line(&format!("fuzz targets: {}", targets.join(", ")));
            return Ok(Ending::Fine);
        }
        [target] if !target.starts_with('-') => (target, None),
        [target, "--seconds", seconds] if seconds.parse::<u32>().is_ok() => (target, Some(seconds)),
        _ => return Ok(unknown(arguments)),
    };
    if !targets(project)?.iter().any(|known| known == target) {
        return Ok(Ending::Usage(format!("no fuzz target `{target}` in {MANIFEST}")));
    }
    Ok(Ending::of(fuzz(project, target, seconds)?))
}

/// Runs each target for a few seconds; says so when there is none.
pub(crate) fn smoke(project: &Project) -> Result<Vec<String>, Error> {
    if !project.root().join(MANIFEST).is_file() {
        project.console().line(&format!("  no fuzz targets yet ({MANIFEST} is missing)"));
        return Ok(Vec::new());
    }
    let mut violations = Vec::new();
    for target in targets(project)? {
        if !fuzz(project, &target, Some(SMOKE_SECONDS))? {
            violations.push(format!("fuzz target `{target}` failed; its messages are above"));
        }
    }
    Ok(violations)
}

fn targets(project: &Project) -> Result<Vec<String>, Error> {
    let manifest: Manifest = project.read_toml(MANIFEST)?;
    Ok(manifest.targets.into_iter().map(|target| target.name).collect())
}

fn fuzz(project: &Project, target: &str, seconds: Option<&str>) -> Result<bool, Error> {
    if !process::capture(&mut project.cargo(["fuzz", "--version"]))?.success {
        let remedy = "install it once with `cargo install cargo-fuzz --locked`";
        return Err(Error::new("cargo-fuzz is not installed").hint(remedy));
    }
    // Not the common build folder: instrumented code would evict everything in it.
    let mut command = project.cargo(["fuzz", "run", target]);
    command.env_remove("CARGO_TARGET_DIR").env("RUSTC_BOOTSTRAP", "1");
    if let Some(seconds) = seconds {
        command.args(["--", &format!("-max_total_time={seconds}")]);
    }
    Ok(process::inherit(&mut command)?.success())
}
