//! The program in a pipe, beside what people put there instead.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use reticent_benches::Table;

use crate::text::{Numbers, log, spellings};

/// How much text goes through a pipe beside `cat`: enough that what it takes to start a program does not count.
const LARGE: usize = 256 << 20;

/// How much goes through programs that take longer.
const SMALL: usize = 16 << 20;

/// Names our program, if it is not to be built.
const PROGRAM: &str = "RETICENT_BIN";

/// The version of dotenvx that is timed; the first with `--redact` on a stream that came to be known here.
const DOTENVX: &str = "2.38.2";

pub(crate) fn in_a_pipe() {
    let folder = tempfile::tempdir().expect("a folder");
    let program = program();
    for (count, goal) in [(10, "goal 0.6x"), (100, "goal 0.4x")] {
        let places = Places::write(folder.path(), count, LARGE).expect("the files can be written");
        let title = format!("256 MiB of a log through a pipe, {count} values");
        let mut table = Table::new(&title);
        ours(&mut table, &program, &places);
        piped(&mut table, "cat | cat", goal, &places, Command::new("cat"));
        table.print();
    }
    let places = Places::write(folder.path(), 10, SMALL).expect("the files can be written");
    let mut table = Table::new("16 MiB of a log through whole programs, 10 values");
    ours(&mut table, &program, &places);
    let mut sed = Command::new("sed");
    sed.env("LC_ALL", "C").arg("-f").arg(&places.sed);
    piped(&mut table, "cat | sed", "LC_ALL=C, eight spellings of each; goal 15x", &places, sed);
    dotenvx(&mut table, &places);
    table.print();
}

/// Adds our program, to be the first row.
fn ours(table: &mut Table<'_>, program: &Result<PathBuf, String>, places: &Places) {
    let name = "cat | reticent redact";
    match program {
        Ok(program) => {
            let mut ours = Command::new(program);
            ours.args(["redact", "--known-from"]).arg(&places.dotenv);
            piped(table, name, "", places, ours);
        }
        Err(why) => table.missing(name, why.as_str()),
    }
}

/// The files that the programs read.
struct Places {
    text: PathBuf,
    dotenv: PathBuf,
    sed: PathBuf,
}

impl Places {
    fn write(folder: &Path, count: usize, size: usize) -> std::io::Result<Self> {
        let values = Numbers::new(7).values(count);
        let places = Self {
            text: folder.join("text.log"),
            dotenv: folder.join("values.env"),
            sed: folder.join("masks.sed"),
        };
        std::fs::write(&places.text, log(&mut Numbers::new(8), &values, size))?;
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("letters and digits");
        let line = |(at, value): (usize, &Vec<u8>)| format!("N{at}={}\n", text(value));
        std::fs::write(&places.dotenv, values.iter().enumerate().map(line).collect::<String>())?;
        let written =
            values.iter().flat_map(|value| spellings(value)).filter(|spelling| !spelling.contains(&0));
        let commands: String =
            written.map(|spelling| format!("s|{}|[REDACTED]|g\n", text(&spelling))).collect();
        std::fs::write(&places.sed, commands)?;
        Ok(places)
    }
}

/// Adds a program that reads what `cat` writes.
fn piped<'t>(table: &mut Table<'t>, name: &'t str, note: &str, places: &Places, mut program: Command) {
    let text = places.text.clone();
    program.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    if let Err(error) = program.status() {
        table.missing(name, format!("cannot start it: {error}"));
        return;
    }
    table.timed(name, note, move |times| {
        let start = Instant::now();
        for _ in 0..times {
            let mut cat = Command::new("cat").arg(&text).stdout(Stdio::piped()).spawn().expect("cat starts");
            let output = cat.stdout.take().expect("it is piped");
            let ended = program.stdin(output).status().expect("it has started before");
            // The command keeps the end of the pipe that it hands over.
            program.stdin(Stdio::null());
            assert!(ended.success() && cat.wait().expect("it ends").success(), "a program failed");
        }
        start.elapsed().as_secs_f64() / f64::from(times)
    });
}

/// Adds dotenvx, which masks the output of a program that it starts.
fn dotenvx<'t>(table: &mut Table<'t>, places: &Places) {
    let name = "dotenvx run --redact -- cat";
    let installed = installed_dotenvx();
    let Ok(program) = installed else {
        table.missing(name, installed.expect_err("it is no program"));
        return;
    };
    let mut command = Command::new(program);
    let alone = ["--quiet", "--redact", "--no-armor", "--no-native", "--no-1password", "--no-bitwarden"];
    command.arg("run").args(alone).arg("-f").arg(&places.dotenv).arg("--").arg("cat").arg(&places.text);
    let home = places.text.parent().expect("a folder");
    command.env("HOME", home).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    table.timed(name, "values as they are alone; goal 20x", move |times| {
        let start = Instant::now();
        for _ in 0..times {
            assert!(command.status().expect("it starts").success(), "dotenvx failed");
        }
        start.elapsed().as_secs_f64() / f64::from(times)
    });
}

/// Installs dotenvx below the build folder, on first use, and nowhere else.
fn installed_dotenvx() -> Result<PathBuf, String> {
    let folder = release_folder().ok_or("the build folder is not known")?.join("../tools/dotenvx");
    let program = folder.join("node_modules/.bin/dotenvx");
    if program.exists() {
        return Ok(program);
    }
    std::fs::create_dir_all(&folder).map_err(|error| format!("its folder cannot be made: {error}"))?;
    let quiet = ["--no-audit", "--no-fund", "--ignore-scripts", "--omit=optional", "--loglevel=error"];
    let mut npm = Command::new("npm");
    npm.arg("install").args(quiet).arg("--prefix").arg(&folder).arg(format!("@dotenvx/dotenvx@{DOTENVX}"));
    npm.stdin(Stdio::null()).stdout(Stdio::null());
    match npm.status() {
        Ok(status) if status.success() && program.exists() => Ok(program),
        Ok(status) => Err(format!("npm cannot install it: {status}")),
        Err(error) => Err(format!("npm cannot be started: {error}")),
    }
}

/// Returns our program, which is built beside this one.
fn program() -> Result<PathBuf, String> {
    if let Some(program) = std::env::var_os(PROGRAM) {
        return Ok(program.into());
    }
    let folder = release_folder().ok_or("the build folder is not known")?;
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut build = Command::new(cargo);
    build.args(["build", "--quiet", "--release", "--package", "reticent-cli", "--target-dir"]);
    match build.arg(folder.join("..")).status() {
        Ok(status) if status.success() => Ok(folder.join("reticent")),
        Ok(status) => Err(format!("it does not build: {status}")),
        Err(error) => Err(format!("cargo cannot be started: {error}")),
    }
}

/// `target/release`, of which this program lies in `deps`.
fn release_folder() -> Option<PathBuf> {
    let ours = std::env::current_exe().ok()?;
    Some(ours.parent()?.parent()?.to_owned())
}
