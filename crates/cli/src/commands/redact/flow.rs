//! From standard input through a writer that masks to standard output, at once.

use std::io::{self, Write as _};
use std::os::fd::BorrowedFd;
use std::path::Path;

use reticent::redact::Writer;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::pipe::{fcntl_getpipe_size, fcntl_setpipe_size};

use super::input::Input;
use super::output::Output;
use crate::app::written;
use crate::failure::{Failure, Result};

/// How much a pipe holds, if the system lets us: fewer turns between the programs at its ends.
const PIPE: usize = 1 << 20;

/// How long a person at a terminal waits for what may begin a value.
const PAUSE: Timespec = Timespec { tv_sec: 0, tv_nsec: 100_000_000 };

/// Which end broke.
enum Broken {
    Input(io::Error),
    Output(io::Error),
}

/// Whether somebody waits at a terminal for what is held back.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Pauses {
    Heeded,
    Ignored,
}

/// Writes standard input to its end, or until standard output is closed.
pub(super) fn through(writer: Writer<Output>, pauses: Pauses) -> Result<()> {
    match pass(writer, pauses) {
        Ok(()) => Ok(()),
        Err(Broken::Input(error)) => Err(Failure::file("read", Path::new("standard input"), &error)),
        Err(Broken::Output(error)) => written(Err(error)),
    }
}

fn pass(mut writer: Writer<Output>, pauses: Pauses) -> std::result::Result<(), Broken> {
    let mut input = Input::open();
    let read = loop {
        if pauses == Pauses::Heeded && writer.is_holding() && !input.has_more_within(PAUSE) {
            writer.pause().map_err(Broken::Output)?;
        }
        match input.next() {
            Ok([]) => break Ok(()),
            Ok(bytes) => writer.write_all(bytes).map_err(Broken::Output)?,
            Err(error) => break Err(Broken::Input(error.into())),
        }
    };
    // What is held has been read, whatever became of the rest.
    writer.finish().map_err(Broken::Output)?;
    read
}

/// Waits for an end that somebody has made not to wait by itself.
pub(super) fn wait(end: BorrowedFd<'_>, what: PollFlags) -> rustix::io::Result<()> {
    match poll(&mut [PollFd::from_borrowed_fd(end, what)], None) {
        Ok(_) | Err(Errno::INTR) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Lets a pipe hold more; what is no pipe, or may not, stays as it is.
pub(super) fn widen(end: BorrowedFd<'_>) {
    if fcntl_getpipe_size(end).is_ok_and(|size| size < PIPE) {
        let _ = fcntl_setpipe_size(end, PIPE);
    }
}
