//! The program that holds servers, and the Python that runs it.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{Error, Project, wheels};

/// Part of this binary, so that it is never of another version than what talks to it.
const PROGRAM: [(&str, &str); 9] = [
    ("hold.py", include_str!("../../servers/hold.py")),
    ("server.py", include_str!("../../servers/server.py")),
    ("system.py", include_str!("../../servers/system.py")),
    ("certificates.py", include_str!("../../servers/certificates.py")),
    ("openbao.py", include_str!("../../servers/openbao.py")),
    ("postgres.py", include_str!("../../servers/postgres.py")),
    ("moto.py", include_str!("../../servers/moto.py")),
    ("ministack.py", include_str!("../../servers/ministack.py")),
    ("valkey.py", include_str!("../../servers/valkey.py")),
];
/// Tells the program why it must look for packages of the system.
const NO_WHEELS: &str = "XTASK_NO_WHEELS";

/// Prepares the program that holds these servers; the wheels are installed on first use.
///
/// Where they cannot be, it makes do with the system's Python and packages, and says so only if one is missing.
pub(crate) fn hold(
    project: &Project,
    names: &[String],
    given: &[(String, String)],
    does_stay: bool,
) -> Result<Command, Error> {
    let is_given = |name: &String| given.iter().any(|(other, _)| other == name);
    let mut command = if names.iter().all(is_given) {
        Command::new(project.python())
    } else {
        match wheels::python_of_servers(project) {
            Ok(python) => Command::new(python),
            Err(error) => {
                let mut command = Command::new(project.python());
                command.env(NO_WHEELS, error.report());
                command
            }
        }
    };
    command.arg(unpack(&project.tools().join("servers"))?);
    command.args(does_stay.then_some("--stay"));
    for (name, file) in given {
        command.args(["--given", &format!("{name}={file}")]);
    }
    command.args(names);
    Ok(command)
}

/// Writes the program's files where they differ, each whole or not at all, since another run may be reading them.
fn unpack(folder: &Path) -> Result<PathBuf, Error> {
    let cannot = |cause| Error::new(format!("cannot write to {}", folder.display())).because(cause);
    std::fs::create_dir_all(folder).map_err(cannot)?;
    for (name, text) in PROGRAM {
        let file = folder.join(name);
        if std::fs::read_to_string(&file).is_ok_and(|there| there == text) {
            continue;
        }
        let partial = folder.join(format!("{name}.{}", std::process::id()));
        std::fs::write(&partial, text).map_err(cannot)?;
        std::fs::rename(&partial, &file).map_err(cannot)?;
    }
    Ok(folder.join("hold.py"))
}
