//! `cargo xtask demo`: builds the program in its small form and shows it at work.

use super::{Command, Ending, unknown};
use crate::settings::Settings;
use crate::{Error, Project, process};

pub(super) const COMMAND: Command = Command {
    name: "demo",
    usage: "demo",
    about: "builds the program and runs the demonstration",
    help: "The two cargo command lines are in [workspace.metadata.xtask.demo] of the root manifest.",
    run,
};

fn run(project: &Project, arguments: &[String]) -> Result<Ending, Error> {
    if !arguments.is_empty() {
        return Ok(unknown(arguments));
    }
    let settings = Settings::load(project)?;
    let demo = settings.demo.as_ref().ok_or_else(|| {
        Error::new("no demonstration is set up").hint("write [workspace.metadata.xtask.demo] in Cargo.toml")
    })?;
    if !process::inherit(&mut project.cargo(&demo.build))?.success() {
        return Ok(Ending::Failed);
    }
    let mut command = project.cargo(&demo.run);
    if let Some(program) = &settings.program {
        command.env(&settings.program_env, project.program(program)?);
    }
    Ok(Ending::of(process::inherit(&mut command)?.success()))
}
