//! From the command line to an exit code.

use std::io;
use std::process::ExitCode;

use clap::{CommandFactory as _, FromArgMatches as _};

use crate::arguments::{Arguments, with_variables};
use crate::colour;
use crate::commands;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;
use crate::usage;

/// Parses, runs, reports.
pub(crate) fn main() -> ExitCode {
    #[cfg(feature = "pty")]
    if let Some(code) = commands::run::internal() {
        return code;
    }
    let choice = colour::asked_for(std::env::args_os(), |name| std::env::var_os(name));
    let quiet = Output::new(false, false, colour::on_stderr(choice));
    let command = with_variables(Arguments::command()).color(choice);
    let parsed = command
        .try_get_matches()
        .and_then(|matches| Arguments::from_arg_matches(&matches).map(|arguments| (matches, arguments)));
    let (matches, mut arguments) = match parsed {
        Ok(parsed) => parsed,
        Err(error) => return unparsed(&error, quiet),
    };
    arguments.global.settle(&matches);
    let context = match Context::new(arguments.global, colour::on_stderr(choice)) {
        Ok(context) => context,
        Err(failure) => return report(&failure, quiet),
    };
    context.explain(&matches);
    match commands::run(arguments.command, &context) {
        Ok(code) => code,
        Err(failure) => report(&failure, context.output),
    }
}

fn report(failure: &Failure, output: Output) -> ExitCode {
    output.failure(failure);
    failure.code()
}

/// Shows help and the version, which were asked for; or says what is wrong with the arguments.
fn unparsed(error: &clap::Error, output: Output) -> ExitCode {
    use clap::error::ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand as NoCommand;
    if error.use_stderr() && error.kind() != NoCommand {
        return report(&usage::failure(error), output);
    }
    match written(error.print()) {
        Ok(()) if error.use_stderr() => Exit::Usage.into(),
        Ok(()) => Exit::Fine.into(),
        Err(failure) => report(&failure, output),
    }
}

/// Turns a failed write to stdout into an ending: a closed pipe is no error.
pub(crate) fn written(result: io::Result<()>) -> Result<(), Failure> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => {
            other.map_err(|error| Failure::new(Exit::Unavailable, format!("cannot write to stdout: {error}")))
        }
    }
}
