//! The gate: a process that stands where the program will be, and becomes it.
//!
//! It is the program's process from the beginning, so that its process group can own the terminal before the program
//! looks at it. The program's environment and descriptors come over a socket, from us and to nobody else.

use std::io::{self, IoSliceMut, Read as _, Write as _};
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt as _;
use std::process::{Command, ExitCode};

use rustix::cmsg_space;
use rustix::io::{fcntl_dupfd_cloexec, retry_on_intr};
use rustix::net::{RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, recvmsg};
use rustix::stdio::{dup2_stderr, dup2_stdin, dup2_stdout};
use zeroize::Zeroizing;

use super::wire::{LENGTH, unpack};

/// Becomes the program; comes back only when that is impossible.
pub(super) fn main() -> ExitCode {
    // Closed by the start of the program, which is how we learn of it.
    let Ok(channel) = fcntl_dupfd_cloexec(io::stdin(), 3) else { return ExitCode::FAILURE };
    let mut channel = UnixStream::from(channel);
    let error = pass(&mut channel);
    let number = error.raw_os_error().unwrap_or_default();
    let _ = channel.write_all(&number.to_ne_bytes());
    ExitCode::FAILURE
}

fn pass(channel: &mut UnixStream) -> io::Error {
    let (ends, packed) = match receive(channel) {
        Ok(received) => received,
        Err(error) => return error,
    };
    let Some(plan) = unpack(&packed) else { return io::ErrorKind::InvalidData.into() };
    let [stdin, stdout, stderr] = ends;
    let placed = dup2_stdin(&stdin).and_then(|()| dup2_stdout(&stdout)).and_then(|()| dup2_stderr(&stderr));
    if let Err(error) = placed {
        return error.into();
    }
    Command::new(plan.program).args(plan.arguments).env_clear().envs(plan.variables).exec()
}

/// Receives the program's stdin, stdout and stderr, and its plan.
fn receive(channel: &mut UnixStream) -> io::Result<([OwnedFd; 3], Zeroizing<Vec<u8>>)> {
    let mut length = [0; LENGTH];
    let mut space = [MaybeUninit::uninit(); cmsg_space!(ScmRights(3))];
    let mut rights = RecvAncillaryBuffer::new(&mut space);
    let count = {
        let mut parts = [IoSliceMut::new(&mut length)];
        retry_on_intr(|| recvmsg(&*channel, &mut parts, &mut rights, RecvFlags::CMSG_CLOEXEC))?.bytes
    };
    let ends = rights.drain().find_map(|message| match message {
        RecvAncillaryMessage::ScmRights(ends) => Some(ends.collect::<Vec<_>>()),
        _ => None,
    });
    let ends = ends.and_then(|ends| <[OwnedFd; 3]>::try_from(ends).ok()).ok_or(io::ErrorKind::InvalidData)?;
    channel.read_exact(&mut length[count..])?;
    let length = usize::try_from(u64::from_ne_bytes(length)).map_err(|_| io::ErrorKind::InvalidData)?;
    let mut packed = Zeroizing::new(vec![0; length]);
    channel.read_exact(&mut packed)?;
    Ok((ends, packed))
}
