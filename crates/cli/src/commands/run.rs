//! `run`: a program with its secrets.

mod child;
mod masking;
mod outlet;
mod pipes;
mod plan;
mod settings;
mod signals;
mod supervise;
#[cfg(feature = "pty")]
mod terminal;
mod watch;

use std::ffi::OsString;
use std::process::ExitCode;

use reticent::core::Visible;
use reticent::setup::{Known, Setup};

use super::wanted::{self, Variable};
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Result};

use masking::Masking;
use settings::Judged;
use supervise::Run;
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
/// no such program, 126 when it cannot be started. If a secret is missing, or `check` would find a problem with a
/// setting that reticent.toml declares, all problems are told and nothing is started. The program sees each declared
/// setting as it was checked, its default included; with --only it sees what that names and no settings are checked.
///
/// In what the program prints, each value that it was given is shown as `[REDACTED:NAME]`, in whatever spelling; a
/// value too short to be told from other text is named on stderr. On a terminal the program has one of its own, so
/// that prompts, colours, full-screen programs, Ctrl-C and Ctrl-Z work; otherwise its output comes through pipes.
#[derive(clap::Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct RunArgs {
    /// Hands over these secrets only
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    only: Vec<String>,
    /// Hands over nothing of our own environment but PATH, HOME, TERM, the locale and the like
    #[arg(long)]
    pristine: bool,
    /// Starts it whatever `check` would say about the declared settings; what is missing in [secrets] still stops it
    #[arg(long)]
    no_check: bool,
    /// Shows what the program prints as it is; without it, the values that it was given are masked
    #[arg(long)]
    no_redact: bool,
    /// When a secret changes: `restart` the program, or send it a signal, as `signal=HUP`
    #[arg(long, value_name = "restart|signal=NAME")]
    watch: Option<Watch>,
    /// The program and its arguments
    #[arg(last = true, required = true, value_name = "CMD")]
    command: Vec<OsString>,
}

/// Runs as a helper of another `run`, if that is what we were started for.
#[cfg(feature = "pty")]
pub(crate) fn internal() -> Option<ExitCode> {
    terminal::internal(&std::env::args_os().collect::<Vec<_>>())
}

pub(crate) fn run(args: &RunArgs, context: &Context) -> Result<ExitCode> {
    let setup = context.setup()?;
    context.block_on(async {
        let wanted = wanted::wanted(&args.only, &setup).await?;
        let handed = resolve(args, context, &setup, &wanted).await?;
        let places: Vec<_> = wanted.iter().flat_map(Known::places).cloned().collect();
        context.warn(&setup, &places);
        let masking = Masking::new(context)?;
        let mut run = Run { args, context, setup: &setup, wanted: &wanted, masking };
        let ended = run.supervise(handed).await;
        context.give_back(&setup).await;
        ended
    })
}

/// What the program is given.
struct Handed {
    variables: Vec<Variable>,
    /// What is declared secret and is in our own environment already, which the program gets, too.
    inherited: Vec<Variable>,
}

impl Handed {
    /// Returns all that the program must not show.
    fn all(&self) -> impl Iterator<Item = &Variable> {
        self.variables.iter().chain(&self.inherited)
    }
}

/// Judges the declared settings and resolves all secrets, or reports all that is wrong.
async fn resolve(args: &RunArgs, context: &Context, setup: &Setup, wanted: &[Known]) -> Result<Handed> {
    let judged = Judged::of(args, context, setup).await?;
    if let Some(judged) = judged.as_ref().filter(|_| !args.no_check) {
        // The report has the declared secrets, too, so that none is left for the resolver to miss.
        judged.verdict(context)?;
    }
    let mut variables =
        wanted::resolve(setup, wanted, |known, variable| fits(known.name(), variable)).await?;
    for variable in &variables {
        context.output.mention(format!("{}: from {}", variable.name, variable.value.metadata().source()));
    }
    let mut inherited = Vec::new();
    if let Some(judged) = judged {
        judged.hand_over(args, context, &mut variables);
        inherited = judged.secrets();
    }
    let unfit: Vec<Failure> =
        variables.iter().filter_map(|variable| fits(&variable.name, variable).err()).collect();
    if unfit.is_empty() { Ok(Handed { variables, inherited }) } else { Err(Failure::all(unfit)) }
}

/// Checks what an environment can hold.
fn fits(name: &str, variable: &Variable) -> Result<()> {
    #[expect(clippy::disallowed_methods, reason = "looks for a NUL byte alone")]
    if variable.value.expose_bytes().contains(&0) {
        let problem = "a value with a NUL byte cannot be a variable";
        return Err(Failure::new(Exit::Findings, format!("{}: {problem}", Visible(name)))
            .with_hint("hand it over as a file, and name the file in a variable"));
    }
    Ok(())
}
