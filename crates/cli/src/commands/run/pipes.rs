//! A program in our own process group, whose stdout and stderr come through pipes when they are masked.

use std::ffi::OsStr;
use std::io::{self, PipeWriter};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::process::Stdio;

use reticent_redact::Redactor;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, getpid, kill_process, waitid};
use tokio::process::Command;
use tokio::sync::oneshot;

use super::child::Ended;
use super::outlet::{Outlet, drain};
use super::plan::Plan;
use super::signals::Heard;
use crate::exit::Exit;
use crate::failure::{Failure, Result};

/// A program that shares our terminal, if there is one.
pub(super) struct Piped {
    child: tokio::process::Child,
    streams: Option<Streams>,
}

/// Its two masked ways out; without them it has ours.
struct Streams {
    /// What the program writes to; kept while it may be started anew.
    ends: Option<[PipeWriter; 2]>,
    drained: [(&'static str, oneshot::Receiver<io::Result<()>>); 2],
}

impl Piped {
    /// Starts it with our own stdout and stderr, or with masked ones; `again` tells whether it may be started anew.
    pub(super) fn start(plan: &Plan<'_>, masked: Option<&Redactor>, again: Again) -> Result<Self> {
        let mut streams = masked.map(Streams::new).transpose().map_err(|error| unmasked(&error))?;
        let child = spawn(plan, streams.as_ref())?;
        if let Some(streams) = streams.as_mut().filter(|_| again == Again::Never) {
            streams.ends = None;
        }
        Ok(Self { child, streams })
    }

    pub(super) fn start_anew(&mut self, plan: &Plan<'_>) -> Result<()> {
        self.child = spawn(plan, self.streams.as_ref())?;
        Ok(())
    }

    pub(super) async fn wait(&mut self) -> io::Result<Ended> {
        self.child.wait().await.map(Ended::from)
    }

    /// Waits until all that was written is shown, as a pipeline would: what the program left running may go on
    /// writing. Returns what could not be written to.
    pub(super) async fn drained(&mut self) -> Vec<(&'static str, io::Error)> {
        let Some(streams) = &mut self.streams else { return Vec::new() };
        streams.ends = None;
        let mut broken = Vec::new();
        for (name, drained) in &mut streams.drained {
            let gone = || Err(io::Error::other("the masking has ended"));
            if let Err(error) = drained.await.unwrap_or_else(|_| gone()) {
                broken.push((*name, error));
            }
        }
        broken
    }

    /// Hands a signal on; and when the child has stopped, stops with it, so that the shell takes its terminal back.
    pub(super) fn hear(&self, heard: Heard) {
        // What the kernel sent came from the terminal, to the child as well: a second one would be impatience.
        if heard.is_handed_on() && !heard.is_by_kernel() {
            self.send(heard.signal());
        }
        if heard.signal() == Signal::CHILD && self.has_stopped() && has_terminal() {
            let _ = kill_process(getpid(), Signal::STOP);
            // Somebody continued us: `fg` reaches our process group, and a shell that is our child has its own.
            self.send(Signal::CONT);
        }
    }

    /// Sends a signal to a child that may have ended already.
    pub(super) fn send(&self, signal: Signal) {
        if let Some(pid) = self.pid() {
            let _ = kill_process(pid, signal);
        }
    }

    fn has_stopped(&self) -> bool {
        let Some(pid) = self.pid() else { return false };
        // It asks for stops alone: the end of the child is for `wait`.
        let options = WaitIdOptions::STOPPED | WaitIdOptions::NOHANG;
        waitid(WaitId::Pid(pid), options).is_ok_and(|status| status.is_some_and(|status| status.stopped()))
    }

    fn pid(&self) -> Option<Pid> {
        self.child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw)
    }
}

impl Streams {
    fn new(redactor: &Redactor) -> io::Result<Self> {
        let (stdout, stdout_drained) = stream(redactor, io::stdout().as_fd())?;
        let (stderr, stderr_drained) = stream(redactor, io::stderr().as_fd())?;
        let drained = [("stdout", stdout_drained), ("stderr", stderr_drained)];
        Ok(Self { ends: Some([stdout, stderr]), drained })
    }
}

/// Begins to mask what will be written to the end that is returned.
pub(super) fn stream(
    redactor: &Redactor,
    to: BorrowedFd<'_>,
) -> io::Result<(PipeWriter, oneshot::Receiver<io::Result<()>>)> {
    let (reader, writer) = io::pipe()?;
    let outlet = Outlet::new(redactor, to)?;
    let (sender, receiver) = oneshot::channel();
    std::thread::Builder::new().name("mask".to_owned()).spawn(move || {
        // Nobody waits for it any more when we end.
        let _ = sender.send(drain(OwnedFd::from(reader), outlet));
    })?;
    Ok((writer, receiver))
}

fn spawn(plan: &Plan<'_>, streams: Option<&Streams>) -> Result<tokio::process::Child> {
    let mut command = Command::new(plan.program);
    command.args(plan.arguments).kill_on_drop(false).env_clear();
    command.envs(plan.environment.iter().map(|(name, value)| (name, OsStr::from_bytes(value))));
    let mut spawned = || {
        if let Some([stdout, stderr]) = streams.and_then(|streams| streams.ends.as_ref()) {
            command.stdout(Stdio::from(stdout.try_clone()?)).stderr(Stdio::from(stderr.try_clone()?));
        }
        command.spawn()
    };
    spawned().map_err(|error| plan.not_started(&error))
}

/// The program is not started where its output cannot be masked.
pub(super) fn unmasked(error: &io::Error) -> Failure {
    Failure::new(Exit::Unavailable, format!("its output cannot be masked, so it was not started: {error}"))
        .with_hint("--no-redact starts it with our own stdout and stderr")
}

/// Tells whether a shell could continue us. The first process of a container has none above it.
fn has_terminal() -> bool {
    std::process::id() != 1 && std::fs::File::open("/dev/tty").is_ok()
}

/// Whether a program may be started anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Again {
    Never,
    Perhaps,
}
