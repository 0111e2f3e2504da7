//! The child process: its environment, its signals, its end.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::os::unix::process::ExitStatusExt as _;
use std::process::{ExitCode, ExitStatus};
use std::time::Duration;

use reticent::setup::{Changes, Known, Setup};
use rustix::process::{Pid, Signal, kill_process};
use tokio::process::{Child, Command};

use super::watch::Watch;
use super::{RunArgs, Variable, signals};
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Result};

/// What a pristine environment keeps, so that a program can find itself, its home and its terminal.
const KEPT: [&str; 11] =
    ["PATH", "HOME", "USER", "LOGNAME", "SHELL", "TERM", "COLORTERM", "TMPDIR", "TZ", "LANG", "PWD"];

/// How long a program may take to end before a restart kills it.
const PATIENCE: Duration = Duration::from_secs(10);

/// Runs the program to its end, hands signals on, and acts on changed secrets.
pub(super) async fn supervise(
    args: &RunArgs,
    context: &Context,
    setup: &Setup,
    wanted: &[Known],
    variables: Vec<Variable>,
) -> Result<ExitCode> {
    let failed =
        |error: io::Error| Failure::new(Exit::Unavailable, format!("signals cannot be handled: {error}"));
    let mut received = signals::sent_to_us().map_err(failed)?;
    let mut changes = match args.watch {
        Some(_) => setup.changes(wanted).await?,
        None => Changes::never(),
    };
    let mut child = start(args, &variables)?;
    drop(variables);
    loop {
        tokio::select! {
            status = child.wait() => return ended(status),
            Some(signal) = received.recv() => send(&child, signal),
            name = changes.next() => {
                context.output.say(format!("{name} has changed"));
                match args.watch {
                    Some(Watch::Signal(signal)) => send(&child, signal),
                    Some(Watch::Restart) => child = restart(args, context, setup, wanted, child).await?,
                    None => {}
                }
            }
        }
    }
}

/// Ends the program and starts it with the present values; if these cannot be had, it goes on as it is.
async fn restart(
    args: &RunArgs,
    context: &Context,
    setup: &Setup,
    wanted: &[Known],
    mut child: Child,
) -> Result<Child> {
    let variables = match super::resolve(setup, wanted).await {
        Ok(variables) => variables,
        Err(failure) => {
            context.output.error(failure.render());
            context.output.say("the program goes on with the values it has");
            return Ok(child);
        }
    };
    send(&child, Signal::TERM);
    if tokio::time::timeout(PATIENCE, child.wait()).await.is_err() {
        send(&child, Signal::KILL);
        let _ = child.wait().await;
    }
    start(args, &variables)
}

fn start(args: &RunArgs, variables: &[Variable]) -> Result<Child> {
    let (program, arguments) = args.command.split_first().expect("clap requires one");
    let mut command = Command::new(program);
    command.args(arguments).kill_on_drop(false);
    if args.pristine {
        let kept =
            |name: &OsStr| KEPT.iter().any(|known| name == *known) || name.as_bytes().starts_with(b"LC_");
        command.env_clear().envs(std::env::vars_os().filter(|(name, _)| kept(name)));
    }
    for Variable { name, value } in variables {
        #[expect(
            clippy::disallowed_methods,
            reason = "to the child's environment, which is what `run` is for"
        )]
        let value = OsString::from_vec(value.expose_bytes().to_vec());
        command.env(name, value);
        // A program that follows the same rule would refuse to see both.
        command.env_remove(format!("{name}_FILE"));
    }
    command.spawn().map_err(|error| not_started(program, &error))
}

fn not_started(program: &OsStr, error: &io::Error) -> Failure {
    let shown = program.to_string_lossy();
    let failure = Failure::usage(format!("cannot start {}: {error}", reticent::core::Visible(&shown)));
    match error.kind() {
        io::ErrorKind::NotFound => failure.with_code(127),
        _ => failure.with_code(126),
    }
}

/// Sends a signal to a child that may have ended already.
fn send(child: &Child, signal: Signal) {
    let pid = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
    if let Some(pid) = pid {
        let _ = kill_process(pid, signal);
    }
}

fn ended(status: io::Result<ExitStatus>) -> Result<ExitCode> {
    let status = status
        .map_err(|error| Failure::new(Exit::Unavailable, format!("cannot wait for the program: {error}")))?;
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal));
    Ok(ExitCode::from(code.and_then(|code| u8::try_from(code).ok()).unwrap_or(u8::MAX)))
}
