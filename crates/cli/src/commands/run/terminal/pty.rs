//! The program's terminal: an end for us, and an end for the program.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;

use rustix::pty::{OpenptFlags, grantpt, ioctl_tiocgptpeer, openpt, unlockpt};
use rustix::termios::{OptionalActions, Termios, tcgetwinsize, tcsetattr, tcsetwinsize};

/// A terminal that we hold both ends of.
pub(super) struct Pty {
    /// What the program shows, and where typing goes. Reading and writing never wait.
    pub(super) ours: Arc<OwnedFd>,
    /// The program's; while we hold it, the terminal lives on between two programs.
    pub(super) theirs: Option<OwnedFd>,
    modes: Termios,
}

impl Pty {
    /// Opens one with these modes.
    pub(super) fn open(modes: Termios) -> io::Result<Self> {
        let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
        let ours = openpt(flags)?;
        grantpt(&ours)?;
        unlockpt(&ours)?;
        let theirs = ioctl_tiocgptpeer(&ours, flags)?;
        rustix::io::ioctl_fionbio(&ours, true)?;
        let pty = Self { ours: Arc::new(ours), theirs: Some(theirs), modes };
        pty.reset()?;
        Ok(pty)
    }

    /// Gives it the modes that it began with.
    pub(super) fn reset(&self) -> io::Result<()> {
        match &self.theirs {
            Some(theirs) => Ok(tcsetattr(theirs, OptionalActions::Now, &self.modes)?),
            None => Ok(()),
        }
    }

    /// Gives it the size of another terminal, which its foreground is told of.
    pub(super) fn resize_as(&self, other: impl AsFd) {
        if let Ok(size) = tcgetwinsize(other) {
            let _ = tcsetwinsize(&self.ours, size);
        }
    }
}
