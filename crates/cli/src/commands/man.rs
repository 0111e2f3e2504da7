//! `man`: the manual page.

use clap::CommandFactory as _;

use crate::app::written;
use crate::arguments::Arguments;
use crate::exit::Exit;
use crate::failure::Result;
use crate::output::Output;

/// Prints the manual page of the program, or of one command
#[derive(clap::Args, Debug)]
pub(crate) struct ManArgs {
    /// A command, such as `run` or `env`
    command: Option<String>,
}

pub(crate) fn run(args: &ManArgs) -> Result<Exit> {
    let mut program = Arguments::command();
    program.build();
    let command = match &args.command {
        None => program,
        Some(name) => {
            let found = program.find_subcommand(name).cloned();
            found.ok_or_else(|| crate::failure::Failure::usage("no such command; see `reticent --help`"))?
        }
    };
    let mut page = Vec::new();
    let rendered = clap_mangen::Man::new(command).render(&mut page);
    rendered.expect("memory takes the whole page");
    written(Output::new(false, false).data(&page))?;
    Ok(Exit::Fine)
}
