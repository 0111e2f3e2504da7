//! Standard output without the library's buffer: what is masked goes at once.

use std::io::{self, IoSlice, IsTerminal as _, Stdout, Write};
use std::os::fd::AsFd as _;

use rustix::event::PollFlags;
use rustix::io::Errno;

use super::flow::{wait, widen};

pub(super) struct Output(Stdout);

impl Output {
    pub(super) fn open() -> Self {
        let stdout = io::stdout();
        widen(stdout.as_fd());
        Self(stdout)
    }

    pub(super) fn is_terminal(&self) -> bool {
        self.0.is_terminal()
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_vectored(&[IoSlice::new(bytes)])
    }

    fn write_vectored(&mut self, pieces: &[IoSlice<'_>]) -> io::Result<usize> {
        loop {
            match rustix::io::writev(self.0.as_fd(), pieces) {
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => wait(self.0.as_fd(), PollFlags::OUT)?,
                other => return Ok(other?),
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
