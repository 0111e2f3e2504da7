//! From standard input through a masking to standard output, at once.

use std::io::{self, IsTerminal as _};
use std::os::fd::{AsFd as _, BorrowedFd};
use std::path::Path;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use rustix::pipe::{fcntl_getpipe_size, fcntl_setpipe_size};

use super::input::{CHUNK, Chunk, Input};
use super::masking::Masking;
use crate::app::written;
use crate::failure::{Failure, Result};

/// How much a pipe holds, if the system lets us: fewer turns between the programs at its ends.
const PIPE: usize = 1 << 20;

/// How long a person at a terminal waits for what may begin a value.
const PAUSE: Duration = Duration::from_millis(100);

/// Which end broke.
enum Broken {
    Input(io::Error),
    Output(Errno),
}

/// Passes standard input through `masking` to its end, or until standard output is closed.
pub(super) fn through(masking: Masking) -> Result<()> {
    match pass(masking) {
        Ok(()) => Ok(()),
        Err(Broken::Input(error)) => Err(Failure::file("read", Path::new("standard input"), &error)),
        Err(Broken::Output(error)) => written(Err(error.into())),
    }
}

fn pass(mut masking: Masking) -> std::result::Result<(), Broken> {
    let stdout = io::stdout();
    widen(stdout.as_fd());
    let has_pauses = stdout.is_terminal();
    let input = Input::open().map_err(Broken::Input)?;
    let mut shown = Vec::with_capacity(CHUNK);
    let read = loop {
        let chunk = if has_pauses && masking.may_pause() {
            after_pause(&input, &mut masking, stdout.as_fd(), &mut shown)?
        } else {
            input.next()
        };
        match chunk {
            Ok(chunk) if chunk.bytes().is_empty() => break Ok(()),
            Ok(chunk) => {
                masking.push(chunk.bytes(), &mut shown);
                input.give_back(chunk);
            }
            Err(error) => break Err(Broken::Input(error.into())),
        }
        write(stdout.as_fd(), &mut shown)?;
    };
    // What is held has been read, whatever became of the rest.
    masking.finish(&mut shown);
    write(stdout.as_fd(), &mut shown)?;
    read
}

/// Waits for the next chunk as long as a person does, then lets go of what may be let go, and waits on.
fn after_pause(
    input: &Input,
    masking: &mut Masking,
    output: BorrowedFd<'_>,
    shown: &mut Vec<u8>,
) -> std::result::Result<std::result::Result<Chunk, Errno>, Broken> {
    if let Some(chunk) = input.next_within(PAUSE) {
        return Ok(chunk);
    }
    masking.pause(shown);
    write(output, shown)?;
    Ok(input.next())
}

/// Writes everything and empties it.
fn write(output: BorrowedFd<'_>, shown: &mut Vec<u8>) -> std::result::Result<(), Broken> {
    let mut rest = &shown[..];
    while !rest.is_empty() {
        match rustix::io::write(output, rest) {
            Ok(length) => rest = &rest[length..],
            Err(Errno::INTR) => {}
            Err(Errno::AGAIN) => wait(output, PollFlags::OUT).map_err(Broken::Output)?,
            Err(error) => return Err(Broken::Output(error)),
        }
    }
    shown.clear();
    Ok(())
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
