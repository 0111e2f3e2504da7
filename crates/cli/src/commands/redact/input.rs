//! Standard input without the library's buffer: what is there is read at once, and no copy of it stays behind.
//!
//! Reading ahead on a thread of its own was tried, and took as long: what it wins, the two lose in handing over.

use std::io;
use std::os::fd::AsFd as _;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use zeroize::Zeroizing;

use super::flow::{wait, widen};

/// How much is read at once.
const CHUNK: usize = 256 << 10;

pub(super) struct Input(Zeroizing<Vec<u8>>);

impl Input {
    pub(super) fn open() -> Self {
        widen(io::stdin().as_fd());
        Self(Zeroizing::new(vec![0; CHUNK]))
    }

    /// Waits for the next bytes; none are the end.
    pub(super) fn next(&mut self) -> rustix::io::Result<&[u8]> {
        let stdin = io::stdin();
        let length = loop {
            match rustix::io::read(stdin.as_fd(), &mut self.0[..]) {
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => wait(stdin.as_fd(), PollFlags::IN)?,
                other => break other?,
            }
        };
        Ok(&self.0[..length])
    }

    /// Tells whether more comes within this time.
    pub(super) fn has_more_within(&self, time: Timespec) -> bool {
        let stdin = io::stdin();
        let mut input = [PollFd::new(&stdin, PollFlags::IN)];
        // An error of waiting is one of reading, and comes again there.
        poll(&mut input, Some(&time)) != Ok(0)
    }
}
