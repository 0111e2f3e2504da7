//! The program's terminal, ours, and what happens between them.

use std::io;
use std::os::fd::AsFd as _;
use std::time::Duration;

use reticent_redact::Redactor;
use rustix::process::{
    Pid, Signal, getpgrp, getpid, getppid, getsid, kill_current_process_group, kill_process,
};
use rustix::termios::isatty;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::sync::oneshot;

use super::super::child::Ended;
use super::super::outlet::Outlet;
use super::super::pipes::{stream, unmasked};
use super::super::plan::Plan;
use super::super::signals::Heard;
use super::keyboard::Keyboard;
use super::monitor::Place;
use super::outer::Outer;
use super::pty::Pty;
use super::relay::Relay;
use super::running::Running;
use super::wire::Report;
use crate::failure::Result;

/// How often we look whether a shell has brought us to the foreground, which it does not always tell.
const LOOK: Duration = Duration::from_millis(100);

/// A program on a terminal of its own.
pub(in super::super) struct Session {
    running: Option<Running>,
    outer: Outer,
    /// Nothing when it was hung up.
    pty: Option<Pty>,
    relay: Relay,
    keyboard: Option<Keyboard>,
    /// A stderr that is no terminal is a masked pipe.
    stderr: Option<Stderr>,
    /// Receives when our screen or keyboard is gone.
    gone: UnboundedReceiver<()>,
}

struct Stderr {
    end: Option<io::PipeWriter>,
    drained: oneshot::Receiver<io::Result<()>>,
}

impl Session {
    pub(in super::super) fn start(plan: &Plan<'_>, redactor: &Redactor) -> Result<Self> {
        let mut session = Self::open(redactor).map_err(|error| unmasked(&error))?;
        session.launch(plan).map_err(|error| plan.not_started(&error))?;
        Ok(session)
    }

    /// Starts the program again, on a terminal as it was in the beginning.
    pub(in super::super) fn start_anew(&mut self, plan: &Plan<'_>) -> Result<()> {
        let reset = self.pty.as_ref().map_or(Ok(()), Pty::reset);
        reset.and_then(|()| self.launch(plan)).map_err(|error| plan.not_started(&error))
    }

    fn open(redactor: &Redactor) -> io::Result<Self> {
        let outer = Outer::find();
        let pty = Pty::open(outer.modes()?)?;
        pty.resize_as(io::stdout());
        let (sender, gone) = unbounded_channel();
        let tell = move || {
            // Nobody is told any more when we end.
            let _ = sender.send(());
        };
        let relay = Relay::new(&pty.ours, Outlet::new(redactor, io::stdout().as_fd())?, tell.clone())?;
        let keyboard = outer.keyboard().map(|keys| Keyboard::new(keys, outer.listens(), &pty.ours, tell));
        let keyboard = keyboard.transpose()?;
        let stderr = if isatty(io::stderr()) {
            None
        } else {
            let (end, drained) = stream(redactor, io::stderr().as_fd())?;
            Some(Stderr { end: Some(end), drained })
        };
        Ok(Self { running: None, outer, pty: Some(pty), relay, keyboard, stderr, gone })
    }

    fn launch(&mut self, plan: &Plan<'_>) -> io::Result<()> {
        let place = if self.outer.is_for_the_program() { Place::Front } else { Place::Back };
        if place == Place::Front {
            self.listen();
        }
        let theirs = self.pty.as_ref().and_then(|pty| pty.theirs.as_ref());
        let theirs = theirs.ok_or(io::ErrorKind::BrokenPipe)?;
        let stdin = io::stdin();
        let stdin = if isatty(&stdin) { theirs.as_fd() } else { stdin.as_fd() };
        let stderr = self.stderr.as_ref().and_then(|stderr| stderr.end.as_ref());
        let stderr = stderr.map_or(theirs.as_fd(), io::PipeWriter::as_fd);
        self.running = Some(Running::start(plan, place, theirs, [stdin, theirs.as_fd(), stderr])?);
        Ok(())
    }

    /// Makes our terminal raw and hands on what is typed, if it is ours.
    fn listen(&mut self) {
        if let (true, Some(keyboard)) = (self.outer.enter(), &mut self.keyboard) {
            keyboard.wake();
        }
        self.resize();
    }

    fn resize(&self) {
        if let Some(pty) = &self.pty {
            pty.resize_as(io::stdout());
        }
    }

    pub(in super::super) async fn wait(&mut self) -> io::Result<Ended> {
        loop {
            let Some(running) = &mut self.running else { return Err(io::Error::other("it was not started")) };
            let is_left = self.pty.is_some() && running.is_front() && self.outer.is_left();
            tokio::select! {
                report = running.report() => match report {
                    Some(Report::Stopped(signal)) => self.stopped(signal),
                    Some(Report::Ended(ended)) => {
                        self.outer.ignore();
                        if let Some(running) = self.running.take() {
                            running.release();
                        }
                        return Ok(ended);
                    }
                    Some(Report::Ready(_) | Report::NoGate(_)) => {}
                    None => return Err(io::Error::other("its terminal has lost its monitor")),
                },
                Some(()) = self.gone.recv() => self.hang_up(),
                () = tokio::time::sleep(LOOK), if is_left => {
                    if self.outer.is_ours() {
                        self.listen();
                    }
                }
            }
        }
    }

    /// Waits for the rest of what it showed, then for what goes to a stderr of its own.
    pub(in super::super) async fn drained(&mut self) -> Vec<(&'static str, io::Error)> {
        if let Some(pty) = &mut self.pty {
            pty.theirs = None;
        }
        let mut broken = Vec::new();
        if let Err(error) = self.relay.end().await {
            // A terminal that is gone is a closed pipe.
            let is_gone = error.raw_os_error() == Some(rustix::io::Errno::IO.raw_os_error());
            broken.push(("stdout", if is_gone { io::ErrorKind::BrokenPipe.into() } else { error }));
        }
        self.outer.leave();
        if let Some(stderr) = &mut self.stderr {
            stderr.end = None;
            if let Ok(Err(error)) = (&mut stderr.drained).await {
                broken.push(("stderr", error));
            }
        }
        broken
    }

    pub(in super::super) fn send(&self, signal: Signal) {
        if let Some(running) = &self.running {
            running.send(signal);
        }
    }

    /// The program is in another session: it gets what reaches us from us alone, whoever sent it.
    pub(in super::super) fn hear(&mut self, heard: Heard) {
        match heard.signal() {
            Signal::WINCH => self.resize(),
            Signal::CONT => self.continued(),
            Signal::TSTP if heard.is_by_us() => {}
            signal if heard.is_handed_on() => self.send(signal),
            _ => {}
        }
    }

    /// Says something of our own.
    pub(in super::super) fn aside(&self, speak: impl FnOnce()) {
        self.outer.aside(speak);
    }

    /// The program has stopped: it wants the terminal, or the person wants the shell.
    fn stopped(&mut self, signal: Signal) {
        let Some(running) = &mut self.running else { return };
        let wants_terminal = matches!(signal, Signal::TTIN | Signal::TTOU) && !running.is_front();
        if wants_terminal && self.outer.is_ours() {
            return self.bring_to_front();
        }
        if !can_be_continued() {
            // Ctrl-Z does nothing where no shell would continue what it stops.
            if signal == Signal::TSTP {
                running.send(Signal::CONT);
            }
            return;
        }
        self.relay.flush();
        self.outer.leave();
        if wants_terminal {
            let _ = kill_process(getpid(), signal);
        } else {
            // The whole job: what shares a pipe with us has seen no Ctrl-Z.
            let _ = kill_current_process_group(Signal::TSTP);
            let _ = kill_process(getpid(), Signal::STOP);
        }
        // Here somebody has continued us, which we shall hear.
    }

    /// Somebody has continued us, in the foreground or not.
    fn continued(&mut self) {
        let Some(running) = &self.running else { return };
        let is_ours = self.outer.is_ours();
        if is_ours && !running.is_front() && self.outer.is_stdin() {
            return self.bring_to_front();
        }
        if running.is_front() {
            if is_ours {
                self.listen();
            } else {
                self.outer.forget();
            }
        }
        self.send(Signal::CONT);
    }

    /// Gives the program its terminal, and ours with it.
    fn bring_to_front(&mut self) {
        self.listen();
        if let Some(running) = &mut self.running {
            running.bring_to_front();
        }
    }

    /// Takes the terminal away from the program, as ours was from us.
    fn hang_up(&mut self) {
        self.outer.leave();
        if let Some(keyboard) = self.keyboard.take() {
            keyboard.end();
        }
        self.pty = None;
        self.relay.close();
    }
}

/// Tells whether a shell waits for us and could continue us: not for the first process of a container, nor for one
/// that a terminal was opened for, nor for one whose shell is gone.
fn can_be_continued() -> bool {
    let session = |pid: Option<Pid>| getsid(pid).ok();
    let ours = session(None);
    getpid() != Pid::INIT
        && ours != Some(getpgrp())
        && getppid().is_some_and(|parent| session(Some(parent)) == ours)
}
