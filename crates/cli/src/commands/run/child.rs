//! The program that was started, however it is connected to us.

use std::io;
use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;

use reticent_redact::Redactor;
use rustix::process::Signal;

use super::pipes::{Again, Piped};
use super::plan::Plan;
use super::signals::Heard;
#[cfg(feature = "pty")]
use super::terminal::Session;
use crate::failure::Result;

/// How the program is connected to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// It has our own stdout and stderr.
    Plain,
    /// Its stdout and stderr come to us, and go on masked.
    Pipes,
    /// It has a terminal of its own, which shows on ours.
    #[cfg(feature = "pty")]
    Terminal,
}

impl Kind {
    /// Returns what masks without taking a terminal away from the program.
    pub(super) fn masked() -> Self {
        #[cfg(feature = "pty")]
        if rustix::termios::isatty(io::stdout()) {
            return Self::Terminal;
        }
        Self::Pipes
    }

    /// Returns the signals that have to be heard besides those that always are.
    pub(super) fn heard(self) -> &'static [i32] {
        match self {
            Self::Plain | Self::Pipes => &[],
            #[cfg(feature = "pty")]
            Self::Terminal => super::signals::HEARD_FOR_A_TERMINAL,
        }
    }
}

/// A program that was started.
pub(super) enum Child {
    Piped(Box<Piped>),
    #[cfg(feature = "pty")]
    Terminal(Box<Session>),
}

impl Child {
    pub(super) fn start(kind: Kind, plan: &Plan<'_>, redactor: &Redactor, again: Again) -> Result<Self> {
        Ok(match kind {
            Kind::Plain => Self::Piped(Box::new(Piped::start(plan, None, again)?)),
            Kind::Pipes => Self::Piped(Box::new(Piped::start(plan, Some(redactor), again)?)),
            #[cfg(feature = "pty")]
            Kind::Terminal => Self::Terminal(Box::new(Session::start(plan, redactor)?)),
        })
    }

    /// Starts it again after it has ended.
    pub(super) fn start_anew(&mut self, plan: &Plan<'_>) -> Result<()> {
        match self {
            Self::Piped(child) => child.start_anew(plan),
            #[cfg(feature = "pty")]
            Self::Terminal(session) => session.start_anew(plan),
        }
    }

    /// Waits for its end. A wait that is dropped loses nothing.
    pub(super) async fn wait(&mut self) -> io::Result<Ended> {
        match self {
            Self::Piped(child) => child.wait().await,
            #[cfg(feature = "pty")]
            Self::Terminal(session) => session.wait().await,
        }
    }

    /// Waits until all that it wrote is shown, and returns what could not be written to.
    pub(super) async fn drained(&mut self) -> Vec<(&'static str, io::Error)> {
        match self {
            Self::Piped(child) => child.drained().await,
            #[cfg(feature = "pty")]
            Self::Terminal(session) => session.drained().await,
        }
    }

    /// Does what a signal that reached us asks for.
    pub(super) fn hear(&mut self, heard: Heard) {
        match self {
            Self::Piped(child) => child.hear(heard),
            #[cfg(feature = "pty")]
            Self::Terminal(session) => session.hear(heard),
        }
    }

    /// Says something of our own, whatever the program does with the terminal.
    pub(super) fn aside(&self, speak: impl FnOnce()) {
        match self {
            Self::Piped(_) => speak(),
            #[cfg(feature = "pty")]
            Self::Terminal(session) => session.aside(speak),
        }
    }

    pub(super) fn send(&self, signal: Signal) {
        match self {
            Self::Piped(child) => child.send(signal),
            #[cfg(feature = "pty")]
            Self::Terminal(session) => session.send(signal),
        }
    }
}

/// How a program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    Code(i32),
    Signal(i32),
}

impl Ended {
    /// Returns the code that a shell would show.
    pub(super) fn code(self) -> u8 {
        let code = match self {
            Self::Code(code) => code,
            Self::Signal(signal) => 128 + signal,
        };
        u8::try_from(code).unwrap_or(u8::MAX)
    }
}

impl From<ExitStatus> for Ended {
    fn from(status: ExitStatus) -> Self {
        status.signal().map_or_else(|| Self::Code(status.code().unwrap_or(-1)), Self::Signal)
    }
}
