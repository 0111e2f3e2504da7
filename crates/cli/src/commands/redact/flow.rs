//! From standard input through a writer that masks to standard output, at once.

use std::io::{self, Write as _};
use std::os::fd::BorrowedFd;
use std::path::Path;
use std::time::Duration;

use reticent::redact::Writer;
use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use rustix::pipe::{fcntl_getpipe_size, fcntl_setpipe_size};

use super::input::{Chunk, Input};
use super::output::Output;
use crate::app::written;
use crate::failure::{Failure, Result};

/// How much a pipe holds, if the system lets us: fewer turns between the programs at its ends.
const PIPE: usize = 1 << 20;

/// How long a person at a terminal waits for what may begin a value.
const PAUSE: Duration = Duration::from_millis(100);

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
    let input = Input::open().map_err(Broken::Input)?;
    let read = loop {
        let chunk = match pauses {
            Pauses::Heeded if writer.is_holding() => after_pause(&input, &mut writer)?,
            _ => input.next(),
        };
        match chunk {
            Ok(chunk) if chunk.bytes().is_empty() => break Ok(()),
            Ok(chunk) => {
                writer.write_all(chunk.bytes()).map_err(Broken::Output)?;
                input.give_back(chunk);
            }
            Err(error) => break Err(Broken::Input(error.into())),
        }
    };
    // What is held has been read, whatever became of the rest.
    writer.finish().map_err(Broken::Output)?;
    read
}

/// Waits for the next chunk as long as a person does, then lets go of what may be let go, and waits on.
fn after_pause(
    input: &Input,
    writer: &mut Writer<Output>,
) -> std::result::Result<std::result::Result<Chunk, Errno>, Broken> {
    if let Some(chunk) = input.next_within(PAUSE) {
        return Ok(chunk);
    }
    writer.pause().map_err(Broken::Output)?;
    Ok(input.next())
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
