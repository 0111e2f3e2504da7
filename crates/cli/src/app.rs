//! From the command line to an exit code.

use std::io;
use std::process::ExitCode;

use clap::{CommandFactory as _, FromArgMatches as _, error as clap_error};

use crate::arguments::{Arguments, with_variables};
use crate::commands;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;

/// Parses, runs, reports.
pub(crate) fn main() -> ExitCode {
    let matches = match with_variables(Arguments::command()).try_get_matches() {
        Ok(matches) => matches,
        Err(error) => return usage(&error),
    };
    let arguments = match Arguments::from_arg_matches(&matches) {
        Ok(arguments) => arguments,
        Err(error) => return usage(&error),
    };
    let context = match Context::new(arguments.global) {
        Ok(context) => context,
        Err(failure) => return report(&failure, Output::new(false, false)),
    };
    context.explain(&matches);
    match commands::run(arguments.command, &context) {
        Ok(code) => code,
        Err(failure) => report(&failure, context.output),
    }
}

fn report(failure: &Failure, output: Output) -> ExitCode {
    output.error(failure.render());
    failure.code()
}

/// Shows clap's message, but never an argument that may be a value in the wrong place.
fn usage(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        // Help and version are what was asked for.
        let shown = error.print();
        return if shown.is_ok() { Exit::Fine.into() } else { Exit::Usage.into() };
    }
    let unexpected = error.context().any(|(kind, value)| {
        kind == clap_error::ContextKind::InvalidArg && !value.to_string().starts_with('-')
    });
    if error.kind() == clap_error::ErrorKind::UnknownArgument && unexpected {
        let failure = Failure::usage("one argument too many (not shown, since it may be a value)")
            .with_hint("values come from standard input or a file, never from the command line; see --help");
        return report(&failure, Output::new(false, false));
    }
    let _ = error.print();
    Exit::Usage.into()
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
