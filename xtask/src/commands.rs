//! The commands that are more than one check; one file each.

mod bench;
mod demo;
mod fuzz;
mod generate;
mod lint;
mod servers;
mod test;

pub(crate) use fuzz::smoke;
pub use lint::lint;

use crate::{Error, Project};

/// A command: how it is called, what it does, and the function that does it.
pub(crate) struct Command {
    pub(crate) name: &'static str,
    pub(crate) usage: &'static str,
    pub(crate) about: &'static str,
    pub(crate) help: &'static str,
    pub(crate) run: fn(&Project, &[String]) -> Result<Ending, Error>,
}

/// How a command that could run ended.
pub(crate) enum Ending {
    Fine,
    Failed,
    Usage(String),
}

impl Ending {
    pub(crate) fn of(success: bool) -> Self {
        if success { Self::Fine } else { Self::Failed }
    }
}

/// Every command, in the order in which help shows them.
pub(crate) const COMMANDS: &[Command] = &[
    lint::COMMAND,
    test::COMMAND,
    generate::COMMAND,
    servers::COMMAND,
    demo::COMMAND,
    bench::COMMAND,
    fuzz::COMMAND,
];

/// Splits arguments at `--`: ours, and those that are passed on.
fn split_at_dashes(arguments: &[String]) -> (&[String], &[String]) {
    match arguments.iter().position(|argument| argument == "--") {
        Some(at) => (&arguments[..at], &arguments[at + 1..]),
        None => (arguments, &[]),
    }
}

/// The answer to arguments that the command does not know.
fn unknown(arguments: &[String]) -> Ending {
    Ending::Usage(format!("cannot understand `{}`", arguments.join(" ")))
}
