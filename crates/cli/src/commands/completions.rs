//! `completions`: for the shell.

use clap::CommandFactory as _;
use clap_complete::Shell;

use crate::app::written;
use crate::arguments::Arguments;
use crate::exit::Exit;
use crate::failure::Result;
use crate::output::Output;

/// Prints the completions for a shell
#[derive(clap::Args, Debug)]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

pub(crate) fn run(args: &CompletionsArgs) -> Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Arguments::command(), "reticent", &mut script);
    written(Output::new(false, false, false).data(&script))?;
    Ok(Exit::Fine)
}
