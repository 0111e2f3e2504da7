//! `cargo xtask test`: parses the arguments; the work is in [`crate::test`].

use super::{Command, Ending, split_at_dashes, unknown};
use crate::{Error, Project, Runner, Tested, test};

pub(super) const COMMAND: Command = Command {
    name: "test",
    usage: "test [--long] [-- FILTER…]",
    about: "builds the programs, runs every test, counts the laws",
    help: "Ends with a line `N passed, N failed, N skipped` that adds up what the runners printed, and fails if\n\
        anything failed or nothing ran.\n\
        --long asks for the slow forms too (kill loops, soak, fuzz). A filter is a test's name or a part of it;\n\
        with one, the laws are not counted.",
    run,
};

fn run(project: &Project, arguments: &[String]) -> Result<Ending, Error> {
    let (ours, filter) = split_at_dashes(arguments);
    let is_long = match ours {
        [] => false,
        [long] if long == "--long" => true,
        _ => return Ok(unknown(ours)),
    };
    let runner = Runner::find(project)?;
    let Tested { counts, violations } = test(project, runner, is_long, filter);
    // Last on purpose: whoever reads only the end of a log reads this.
    project.console().line(&counts.to_string());
    Ok(Ending::of(violations.is_empty()))
}
