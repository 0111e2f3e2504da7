//! `run`: a program with its secrets.

mod child;
mod signals;
mod watch;

use std::ffi::OsString;
use std::process::ExitCode;

use reticent::core::{Secret, Visible};
use reticent::setup::{Known, Setup};

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Result};

use watch::Watch;

/// Starts a program with its secrets in its environment
///
/// Its secrets are those that reticent.toml declares and the keys of `.env`. A variable that is set already wins over
/// `.env`. The program gets every signal, and its exit code is ours: 128+N when signal N ended it, 127 when there is
/// no such program, 126 when it cannot be started. If a secret is missing, nothing is started.
#[derive(clap::Args, Debug)]
pub(crate) struct RunArgs {
    /// Hands over these secrets only
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    only: Vec<String>,
    /// Hands over nothing of our own environment but PATH, HOME, TERM, the locale and the like
    #[arg(long)]
    pristine: bool,
    /// When a secret changes: `restart` the program, or send it a signal, as `signal=HUP`
    #[arg(long, value_name = "restart|signal=NAME")]
    watch: Option<Watch>,
    /// The program and its arguments
    #[arg(last = true, required = true, value_name = "CMD")]
    command: Vec<OsString>,
}

/// A secret under the variable that the program reads.
struct Variable {
    name: String,
    value: Secret,
}

pub(crate) fn run(args: &RunArgs, context: &Context) -> Result<ExitCode> {
    let setup = context.setup()?;
    context.block_on(async {
        let wanted = wanted(args, &setup).await?;
        let variables = resolve(&setup, &wanted).await?;
        let places: Vec<_> = wanted.iter().flat_map(Known::places).cloned().collect();
        context.warn(&setup, &places);
        for variable in &variables {
            context.output.mention(format!("{}: from {}", variable.name, variable.value.metadata().source()));
        }
        child::supervise(args, context, &setup, &wanted, variables).await
    })
}

/// Which secrets the program gets.
async fn wanted(args: &RunArgs, setup: &Setup) -> Result<Vec<Known>> {
    let known = setup.known().await?;
    if args.only.is_empty() {
        return Ok(known);
    }
    args.only
        .iter()
        .map(|name| match known.iter().find(|known| known.name() == name) {
            Some(known) => Ok(known.clone()),
            None => Ok(Known::asked_for(reticent::core::SecretName::parse(name)?)),
        })
        .collect()
}

/// Resolves all of them, or reports all that cannot be.
async fn resolve(setup: &Setup, wanted: &[Known]) -> Result<Vec<Variable>> {
    let mut variables = Vec::new();
    let mut failures = Vec::new();
    for (known, result) in wanted.iter().zip(setup.resolve(wanted).await) {
        match result {
            Ok(Some(value)) => match variable(known, value) {
                Ok(variable) => variables.push(variable),
                Err(failure) => failures.push(failure),
            },
            Ok(None) => {} // optional, and nowhere
            Err(error) => failures.push(error.into()),
        }
    }
    if failures.is_empty() { Ok(variables) } else { Err(Failure::all(failures)) }
}

/// Checks what an environment can hold.
fn variable(known: &Known, value: Secret) -> Result<Variable> {
    let shown = Visible(known.name()).to_string();
    #[expect(clippy::disallowed_methods, reason = "looks for a NUL byte alone")]
    if value.expose_bytes().contains(&0) {
        return Err(Failure::new(
            Exit::Findings,
            format!("{shown}: a value with a NUL byte cannot be a variable"),
        )
        .with_hint("hand it over as a file, and name the file in a variable"));
    }
    Ok(Variable { name: known.variable(), value })
}
