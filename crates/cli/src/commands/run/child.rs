//! The child process: its environment, its signals, its end.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{ExitCode, ExitStatus};
use std::time::Duration;

use reticent::setup::{Changes, Known, Setup};
use rustix::io::Errno;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, getpid, kill_process, waitid};
use tokio::process::{Child, Command};
use tokio::sync::mpsc::UnboundedReceiver;

use super::super::wanted::Variable;
use super::signals::Heard;
use super::watch::Watch;
use super::{RunArgs, signals};
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
    let mut received = signals::heard().map_err(failed)?;
    let mut changes = match args.watch {
        Some(_) => setup.changes(wanted).await?,
        None => Changes::never(),
    };
    let mut child = start(args, &variables)?;
    drop(variables);
    loop {
        tokio::select! {
            status = child.wait() => return ended(status),
            Some(heard) = received.recv() => react(&child, heard),
            name = changes.next() => {
                context.output.say(format!("{name} has changed"));
                match args.watch {
                    Some(Watch::Signal(signal)) => send(&child, signal),
                    Some(Watch::Restart) => {
                        let Some(variables) = renewed(args, context, setup, wanted).await else { continue };
                        if let Some(code) = stop(&mut child, &mut received).await? {
                            return Ok(code);
                        }
                        child = start(args, &variables)?;
                    }
                    None => {}
                }
            }
        }
    }
}

/// Resolves anew; if that fails, the program goes on as it is.
async fn renewed(
    args: &RunArgs,
    context: &Context,
    setup: &Setup,
    wanted: &[Known],
) -> Option<Vec<Variable>> {
    match super::resolve(args, context, setup, wanted).await {
        Ok(variables) => Some(variables),
        Err(failure) => {
            context.output.failure(&failure);
            context.output.say("the program goes on with the values it has");
            None
        }
    }
}

/// Ends the program for a restart. Whoever wants it to end meanwhile gets his way: then its code is returned.
async fn stop(child: &mut Child, received: &mut UnboundedReceiver<Heard>) -> Result<Option<ExitCode>> {
    let patience = tokio::time::sleep(PATIENCE);
    tokio::pin!(patience);
    let mut is_over = false;
    let mut is_killed = false;
    send(child, Signal::TERM);
    loop {
        tokio::select! {
            status = child.wait() => {
                // A signal that arrived together with the end is still in the queue.
                while let Ok(heard) = received.try_recv() {
                    is_over |= heard.is_an_end();
                }
                return if is_over { ended(status).map(Some) } else { Ok(None) };
            }
            Some(heard) = received.recv() => {
                is_over |= heard.is_an_end();
                react(child, heard);
            }
            () = &mut patience, if !is_killed => {
                is_killed = true;
                send(child, Signal::KILL);
            }
        }
    }
}

/// Hands a signal on; and when the child has stopped, stops with it, so that the shell takes its terminal back.
fn react(child: &Child, heard: Heard) {
    if heard.is_handed_on() {
        send(child, heard.signal);
    }
    if heard.signal == Signal::CHILD && has_stopped(child) && has_terminal() {
        let _ = kill_process(getpid(), Signal::STOP);
        // Somebody continued us: `fg` reaches our process group, and a shell that is our child has its own.
        send(child, Signal::CONT);
    }
}

fn has_stopped(child: &Child) -> bool {
    let Some(pid) = pid(child) else { return false };
    // It asks for stops alone: the end of the child is for `wait`.
    let options = WaitIdOptions::STOPPED | WaitIdOptions::NOHANG;
    waitid(WaitId::Pid(pid), options).is_ok_and(|status| status.is_some_and(|status| status.stopped()))
}

/// Tells whether a shell could continue us. The first process of a container has none above it.
fn has_terminal() -> bool {
    std::process::id() != 1 && std::fs::File::open("/dev/tty").is_ok()
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
    let is_path = program.as_bytes().contains(&b'/');
    let hint = match Errno::from_io_error(error) {
        Some(Errno::NOENT) if is_path && Path::new(program).exists() => {
            "it is there, but the interpreter that its first line names is not"
        }
        Some(Errno::NOENT) if !is_path => {
            "it is in no folder of PATH; a program in this folder begins with ./"
        }
        Some(Errno::NOEXEC) => "a script begins with #! and the path of its interpreter",
        Some(Errno::TOOBIG) => {
            "Linux takes at most 128 KiB for one variable, and a few MiB for all; --only hands over fewer secrets"
        }
        _ => "",
    };
    let failure = if hint.is_empty() { failure } else { failure.with_hint(hint) };
    failure.with_code(if error.kind() == io::ErrorKind::NotFound { 127 } else { 126 })
}

/// Sends a signal to a child that may have ended already.
fn send(child: &Child, signal: Signal) {
    if let Some(pid) = pid(child) {
        let _ = kill_process(pid, signal);
    }
}

fn pid(child: &Child) -> Option<Pid> {
    child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw)
}

fn ended(status: io::Result<ExitStatus>) -> Result<ExitCode> {
    let status = status
        .map_err(|error| Failure::new(Exit::Unavailable, format!("cannot wait for the program: {error}")))?;
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal));
    Ok(ExitCode::from(code.and_then(|code| u8::try_from(code).ok()).unwrap_or(u8::MAX)))
}
