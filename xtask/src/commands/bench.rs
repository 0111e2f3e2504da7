//! `cargo xtask bench`: runs the benchmarks' package.

use super::{Command, Ending, split_at_dashes, unknown};
use crate::settings::Settings;
use crate::{Error, Project, process, wheels};

pub(super) const COMMAND: Command = Command {
    name: "bench",
    usage: "bench [NAME] [-- ARGUMENTS]",
    about: "runs the benchmarks, or the one of that name",
    help: "Builds in the release profile. What follows `--` goes to the benchmark, which starts the servers that it\n\
        needs by itself.",
    run,
};

fn run(project: &Project, arguments: &[String]) -> Result<Ending, Error> {
    let settings = Settings::load(project)?;
    let package = settings.bench_package.as_ref().ok_or_else(|| {
        Error::new("no package holds benchmarks").hint("name `bench-package` in [workspace.metadata.xtask]")
    })?;
    let (ours, passed) = split_at_dashes(arguments);
    let mut command = project.cargo(["bench", "--package", package]);
    match ours {
        [] => command.arg("--benches"),
        [name] if !name.starts_with('-') => command.args(["--bench", name]),
        _ => return Ok(unknown(ours)),
    };
    command.arg("--").args(passed);
    if let (Some(xtask_env), Ok(xtask)) = (&settings.xtask_env, std::env::current_exe()) {
        command.env(xtask_env, xtask);
    }
    if let (Some(python_env), Some(file)) = (&settings.python_env, &settings.bench_requirements) {
        match wheels::python_with(project, file) {
            Ok(python) => drop(command.env(python_env, python)),
            // What needs no Python is still worth its numbers.
            Err(error) => {
                command.env_remove(python_env);
                project.console().line(&format!("no peer in Python is timed: {}", error.report()));
            }
        }
    }
    Ok(Ending::of(process::inherit(&mut command)?.success()))
}
