//! Installs what comes as Python wheels, pinned by hash, under the build folder: checkers, and what tests read with.
//!
//! Building them from source takes minutes; a wheel takes seconds, and the hash in `requirements.txt` says that
//! it is the file that was looked at.

use std::fs::File;
use std::path::PathBuf;
use std::process::Command;

use crate::{Error, Project, process};

const REQUIREMENTS: &str = include_str!("../requirements.txt");
const REMEDY: &str = "install python3 (3.10 or later) with its venv module; Debian and Ubuntu: \
    `apt-get install python3-venv`";

/// Prepares a command for the tool in the project's root, installing everything on first use.
pub(crate) fn tool(project: &Project, name: &str) -> Result<Command, Error> {
    install(project)?;
    let mut command = Command::new(place_of(project, name));
    command.current_dir(project.root());
    Ok(command)
}

/// Returns the Python that has what tests read with, installing everything on first use.
pub(crate) fn python(project: &Project) -> Result<PathBuf, Error> {
    install(project)?;
    Ok(place_of(project, "python"))
}

/// Where the tool is, or will be.
pub(crate) fn place_of(project: &Project, name: &str) -> PathBuf {
    let programs = if cfg!(windows) { "Scripts" } else { "bin" };
    project.tools().join("venv").join(programs).join(name)
}

fn install(project: &Project) -> Result<(), Error> {
    let tools = project.tools();
    let cannot = |cause| Error::new(format!("cannot write to {}", tools.display())).because(cause);
    std::fs::create_dir_all(tools).map_err(cannot)?;
    // Two steps at once (tests do that) wait here for one installation.
    let lock = File::create(tools.join("lock")).map_err(cannot)?;
    lock.lock().map_err(cannot)?;
    let stamp = tools.join("installed.txt");
    if std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == REQUIREMENTS) {
        return Ok(());
    }
    let venv = tools.join("venv");
    if venv.exists() {
        std::fs::remove_dir_all(&venv).map_err(cannot)?;
    }
    let requirements = tools.join("requirements.txt");
    std::fs::write(&requirements, REQUIREMENTS).map_err(cannot)?;
    step(Command::new(project.python()).args(["-m", "venv"]).arg(&venv))?;
    step(
        Command::new(place_of(project, "python"))
            .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"])
            .args(["--require-hashes", "--only-binary", ":all:", "--requirement"])
            .arg(&requirements),
    )?;
    std::fs::write(&stamp, REQUIREMENTS).map_err(cannot)
}

fn step(command: &mut Command) -> Result<(), Error> {
    let cannot = || Error::new("cannot install the wheels of xtask/requirements.txt").hint(REMEDY);
    let said = process::capture(command).map_err(|cause| cannot().because(cause))?;
    if said.success {
        return Ok(());
    }
    Err(cannot().because(Error::new(format!("{}{}", said.stdout.trim(), said.stderr.trim()))))
}
