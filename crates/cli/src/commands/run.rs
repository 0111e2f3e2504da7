//! `run`: a program with its secrets.

mod child;
mod signals;
mod watch;

use std::ffi::OsString;
use std::process::ExitCode;

use reticent::core::Visible;
use reticent::setup::{Known, Setup};

use super::wanted::{self, Variable};
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
/// no such program, 126 when it cannot be started. If a secret is missing, or a setting that reticent.toml declares is
/// invalid, nothing is started. Declared defaults are handed over, too.
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

pub(crate) fn run(args: &RunArgs, context: &Context) -> Result<ExitCode> {
    let setup = context.setup()?;
    context.block_on(async {
        let wanted = wanted::wanted(&args.only, &setup).await?;
        let variables = resolve(args, context, &setup, &wanted).await?;
        let places: Vec<_> = wanted.iter().flat_map(Known::places).cloned().collect();
        context.warn(&setup, &places);
        for variable in &variables {
            context.output.mention(format!("{}: from {}", variable.name, variable.value.metadata().source()));
        }
        child::supervise(args, context, &setup, &wanted, variables).await
    })
}

/// Resolves all of them and judges the declared settings, or reports all that cannot be.
async fn resolve(
    args: &RunArgs,
    context: &Context,
    setup: &Setup,
    wanted: &[Known],
) -> Result<Vec<Variable>> {
    let mut variables = wanted::resolve(setup, wanted, fits).await?;
    if args.only.is_empty() {
        let settings = declared_settings(context, &variables).await?;
        variables.extend(settings);
    }
    Ok(variables)
}

/// Judges what `[settings]` declares, as `check` does, and returns the settings that the program would not see yet: those
/// under another name, and defaults.
async fn declared_settings(context: &Context, variables: &[Variable]) -> Result<Vec<Variable>> {
    let prepared = context.places()?.prepare()?;
    if prepared.config().declarations().schema().settings().is_empty() {
        return Ok(Vec::new());
    }
    let resolution = prepared.loader().resolve(prepared.schema()).await;
    let report = resolution.report();
    for (item, warning) in report.warnings() {
        context.output.say(format!("warning: {}", item.line(warning)));
    }
    if !report.is_ok() {
        return Err(super::check::failure(report));
    }
    let unseen = |name: &str| {
        !variables.iter().any(|variable| variable.name == name) && std::env::var_os(name).is_none()
    };
    let values = resolution.values().filter(|(name, _)| unseen(name));
    Ok(values.map(|(name, value)| Variable { name: name.to_owned(), value: value.clone() }).collect())
}

/// Checks what an environment can hold.
fn fits(known: &Known, variable: &Variable) -> Result<()> {
    #[expect(clippy::disallowed_methods, reason = "looks for a NUL byte alone")]
    if variable.value.expose_bytes().contains(&0) {
        let problem = "a value with a NUL byte cannot be a variable";
        return Err(Failure::new(Exit::Findings, format!("{}: {problem}", Visible(known.name())))
            .with_hint("hand it over as a file, and name the file in a variable"));
    }
    Ok(())
}
