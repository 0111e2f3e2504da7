//! `man`: the manual page.

use clap::CommandFactory as _;

use crate::app::written;
use crate::arguments::Arguments;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::output::Output;

/// Prints the manual page of the program, or of one command
#[derive(clap::Args, Debug)]
pub(crate) struct ManArgs {
    /// A command, such as `run` or `env lint`
    command: Vec<String>,
}

pub(crate) fn run(args: &ManArgs) -> Result<Exit> {
    let mut program = Arguments::command();
    program.build();
    let mut command = &program;
    for name in &args.command {
        let found = command.find_subcommand(name);
        command =
            found.ok_or_else(|| Failure::usage("no such command").with_hint("see `reticent --help`"))?;
    }
    let mut page = Vec::new();
    let rendered = clap_mangen::Man::new(command.clone()).render(&mut page);
    rendered.expect("memory takes the whole page");
    written(Output::new(false, false, false).data(&page))?;
    Ok(Exit::Fine)
}
