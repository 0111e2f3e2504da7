//! From standard input through a stream to standard output, at once.

use std::io::{self, IsTerminal as _};
use std::os::fd::{AsFd as _, BorrowedFd};
use std::path::Path;

use reticent_redact::Stream;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::pipe::{fcntl_getpipe_size, fcntl_setpipe_size};
use zeroize::Zeroizing;

use crate::app::written;
use crate::failure::{Failure, Result};

/// How much is read at once.
const CHUNK: usize = 256 << 10;

/// How much a pipe holds, if the system lets us: fewer turns between the programs at its ends.
const PIPE: usize = 1 << 20;

/// How long a person at a terminal waits for what may begin a value.
const PAUSE: Timespec = Timespec { tv_sec: 0, tv_nsec: 100_000_000 };

/// Which end broke.
enum Broken {
    Input(Errno),
    Output(Errno),
}

/// Passes everything through `stream`, to the end of standard input or until standard output is closed.
pub(super) fn through(stream: Stream) -> Result<()> {
    let (stdin, stdout) = (io::stdin(), io::stdout());
    widen(stdin.as_fd());
    widen(stdout.as_fd());
    let ends = Ends { input: stdin.as_fd(), output: stdout.as_fd(), has_pauses: stdout.is_terminal() };
    match ends.pass(stream) {
        Ok(()) => Ok(()),
        Err(Broken::Input(error)) => Err(Failure::file("read", Path::new("standard input"), &error.into())),
        Err(Broken::Output(error)) => written(Err(error.into())),
    }
}

/// Lets a pipe hold more; what is no pipe, or may not, stays as it is.
fn widen(end: BorrowedFd<'_>) {
    if fcntl_getpipe_size(end).is_ok_and(|size| size < PIPE) {
        let _ = fcntl_setpipe_size(end, PIPE);
    }
}

struct Ends<'e> {
    input: BorrowedFd<'e>,
    output: BorrowedFd<'e>,
    has_pauses: bool,
}

impl Ends<'_> {
    fn pass(&self, mut stream: Stream) -> std::result::Result<(), Broken> {
        let mut chunk = Zeroizing::new(vec![0; CHUNK]);
        let mut shown = Vec::with_capacity(CHUNK);
        let read = loop {
            if self.has_pauses && stream.is_holding() && !self.has_more_soon() {
                stream.pause(|bytes| shown.extend_from_slice(bytes));
                self.write(&mut shown)?;
            }
            match self.read(&mut chunk) {
                Ok(0) => break Ok(()),
                Ok(length) => stream.push(&chunk[..length], |bytes| shown.extend_from_slice(bytes)),
                Err(error) => break Err(Broken::Input(error)),
            }
            self.write(&mut shown)?;
        };
        // What is held has been read, whatever became of the rest.
        stream.finish(|bytes| shown.extend_from_slice(bytes));
        self.write(&mut shown)?;
        read
    }

    /// Waits as long as a person does.
    fn has_more_soon(&self) -> bool {
        let mut input = [PollFd::from_borrowed_fd(self.input, PollFlags::IN)];
        // An error of waiting is one of reading, and comes again there.
        poll(&mut input, Some(&PAUSE)) != Ok(0)
    }

    fn read(&self, chunk: &mut [u8]) -> rustix::io::Result<usize> {
        loop {
            match rustix::io::read(self.input, &mut *chunk) {
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => wait(self.input, PollFlags::IN)?,
                other => return other,
            }
        }
    }

    /// Writes everything and empties it.
    fn write(&self, shown: &mut Vec<u8>) -> std::result::Result<(), Broken> {
        let mut rest = &shown[..];
        while !rest.is_empty() {
            match rustix::io::write(self.output, rest) {
                Ok(length) => rest = &rest[length..],
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => wait(self.output, PollFlags::OUT).map_err(Broken::Output)?,
                Err(error) => return Err(Broken::Output(error)),
            }
        }
        shown.clear();
        Ok(())
    }
}

/// Waits for an end that somebody has made not to wait by itself.
fn wait(end: BorrowedFd<'_>, what: PollFlags) -> rustix::io::Result<()> {
    match poll(&mut [PollFd::from_borrowed_fd(end, what)], None) {
        Ok(_) | Err(Errno::INTR) => Ok(()),
        Err(error) => Err(error),
    }
}
