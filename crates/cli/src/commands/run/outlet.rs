//! From what the program writes to what is shown: reads, masks, writes.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::{Duration, Instant};

use reticent_redact::{Redactor, Writer};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::{Errno, fcntl_dupfd_cloexec, read, retry_on_intr};
use zeroize::Zeroizing;

/// After this long without a byte, a terminal shows what its reader is waiting for.
const PAUSE: Duration = Duration::from_millis(100);

/// As much as a pipe holds.
const CHUNK: usize = 64 << 10;

/// One masked way out, stdout or stderr.
pub(super) struct Outlet {
    writer: Writer<Sink>,
    chunk: Zeroizing<Vec<u8>>,
    /// When to let go of what is held; nothing when it is no terminal, or nothing has come since the last time.
    pause_at: Option<Instant>,
    is_terminal: bool,
}

impl Outlet {
    /// Begins with a copy of `end`, so that it can be closed here alone.
    pub(super) fn new(redactor: &Redactor, end: BorrowedFd<'_>) -> io::Result<Self> {
        let sink = Sink(File::from(fcntl_dupfd_cloexec(end, 0)?));
        let is_terminal = rustix::termios::isatty(end);
        let chunk = Zeroizing::new(vec![0; CHUNK]);
        Ok(Self { writer: redactor.writer(sink), chunk, pause_at: None, is_terminal })
    }

    /// Reads once, and shows what is free to go.
    ///
    /// # Errors
    /// What the way out reports. An error of `source` is its end: so a terminal reports that nobody writes to it.
    pub(super) fn carry(&mut self, source: impl AsFd) -> io::Result<Carried> {
        let count = match retry_on_intr(|| read(source.as_fd(), &mut self.chunk[..])) {
            Ok(0) => return Ok(Carried::End),
            Ok(count) => count,
            Err(Errno::AGAIN) => return Ok(Carried::Nothing),
            Err(_) => return Ok(Carried::End),
        };
        self.writer.write_all(&self.chunk[..count])?;
        self.pause_at = (self.is_terminal && self.writer.is_holding()).then(|| Instant::now() + PAUSE);
        Ok(Carried::Bytes(count))
    }

    /// Returns how long to wait for more at most.
    pub(super) fn patience(&self) -> Option<Duration> {
        self.pause_at.map(|at| at.saturating_duration_since(Instant::now()))
    }

    /// Lets go of what a reader is waiting for, if it is time.
    pub(super) fn pause_if_due(&mut self) -> io::Result<()> {
        if self.patience().is_some_and(|left| left.is_zero()) {
            self.pause_at = None;
            self.writer.pause()?;
        }
        Ok(())
    }

    /// Shows what is held: the program has ended.
    pub(super) fn finish(self) -> io::Result<()> {
        self.writer.finish().map(drop)
    }
}

/// What one read has brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Carried {
    Bytes(usize),
    Nothing,
    End,
}

/// Masks all that comes from `source`, to its end. On an error of the way out `source` is closed, so that the
/// program gets what it would have got: a closed pipe.
pub(super) fn drain(source: OwnedFd, mut outlet: Outlet) -> io::Result<()> {
    let result = loop {
        if outlet.is_terminal && ready(&mut [PollFd::new(&source, PollFlags::IN)], outlet.patience())? == 0 {
            match outlet.pause_if_due() {
                Ok(()) => continue,
                broken => break broken,
            }
        }
        match outlet.carry(&source) {
            Ok(Carried::End) => break Ok(()),
            Ok(_) => {}
            Err(broken) => break Err(broken),
        }
    };
    drop(source);
    result.and_then(|()| outlet.finish())
}

/// Waits until one of `ends` is ready, at most as long as `patience`.
pub(super) fn ready(ends: &mut [PollFd<'_>], patience: Option<Duration>) -> io::Result<usize> {
    // A duration beyond what the system counts waits for ever, nearly.
    let patience =
        patience.map(|left| Timespec::try_from(left).unwrap_or(Timespec { tv_sec: 1, tv_nsec: 0 }));
    match poll(ends, patience.as_ref()) {
        Err(Errno::INTR) => Ok(0),
        other => Ok(other?),
    }
}

/// A descriptor that is written to whole, whether or not somebody has made it not wait.
struct Sink(File);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        loop {
            match self.0.write(bytes) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    ready(&mut [PollFd::new(&self.0, PollFlags::OUT)], None)?;
                }
                other => return other,
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
