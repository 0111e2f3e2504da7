//! `cargo xtask lint`: every check, to the end, however many fail.

use super::{Command, Ending, unknown};
use crate::gate::LINT;
use crate::steps::Steps;
use crate::{Error, Project};

pub(super) const COMMAND: Command = Command {
    name: "lint",
    usage: "lint",
    about: "runs every check and lists all that fail",
    help: "A check that fails does not stop the next one. What could not be checked is said aloud.",
    run,
};

fn run(project: &Project, arguments: &[String]) -> Result<Ending, Error> {
    if !arguments.is_empty() {
        return Ok(unknown(arguments));
    }
    Ok(Ending::of(lint(project)))
}

/// Runs every check, lists what failed at the end, and tells whether nothing did.
#[must_use]
pub fn lint(project: &Project) -> bool {
    let mut steps = Steps::default();
    for gate in LINT {
        steps.gate(project, gate);
    }
    steps.conclude(project)
}
