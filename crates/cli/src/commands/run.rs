//! `run`: a program with its secrets.

mod child;
mod signals;
mod watch;

use std::collections::HashMap;
use std::ffi::OsString;
use std::process::ExitCode;

use reticent::core::{Secret, SecretName, Visible};
use reticent::setup::{Known, Setup};

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Result};

use watch::Watch;

const EXAMPLES: &str = "\
Examples:
  reticent run -- ./server --port 8080
  reticent run -e production --only DB_PASSWORD -- psql
  reticent run --watch restart -- ./server     start it anew when a secret changes
  reticent run -- sh -c 'echo \"$DB_USER\"'      the shell in quotes sees the secrets";

/// Starts a program with its secrets in its environment
///
/// Its secrets are those that reticent.toml declares and the keys of `.env`. A variable that is set already wins over
/// `.env`. The program gets every signal, and its exit code is ours: 128+N when signal N ended it, 127 when there is
/// no such program, 126 when it cannot be started. If a secret is missing, nothing is started.
#[derive(clap::Args, Debug)]
#[command(after_help = EXAMPLES)]
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
        let wanted = distinct(wanted(args, &setup).await?)?;
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
            None => SecretName::parse(name).map(Known::asked_for).map_err(|error| {
                Failure::usage(format!("--only: not a name: {error}"))
                    .with_hint("write --only DB_USER,DB_PASSWORD")
            }),
        })
        .collect()
}

/// Refuses two secrets that would become one variable, since one would win unseen. A key of `.env` gives way to what
/// is declared.
fn distinct(wanted: Vec<Known>) -> Result<Vec<Known>> {
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut kept: Vec<Known> = Vec::new();
    let mut failures = Vec::new();
    for known in wanted {
        let variable = known.variable();
        let Some(first) = places.get(&variable).map(|place| &kept[*place]) else {
            places.insert(variable, kept.len());
            kept.push(known);
            continue;
        };
        if first.name() != known.name() && first.is_declared() == known.is_declared() {
            let (one, other) = (Visible(first.name()), Visible(known.name()));
            failures.push(
                Failure::usage(format!(
                    "{one} and {other} would both become the variable {}",
                    Visible(&variable)
                ))
                .with_hint("rename one of them, or hand over one with --only"),
            );
        }
    }
    if failures.is_empty() { Ok(kept) } else { Err(Failure::all(failures)) }
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
