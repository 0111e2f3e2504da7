//! Standard input, read ahead on a thread of its own: while one chunk is masked the next one is copied out of its pipe.

use std::io;
use std::os::fd::AsFd as _;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, channel, sync_channel};
use std::thread;
use std::time::Duration;

use rustix::event::PollFlags;
use rustix::io::Errno;
use zeroize::Zeroizing;

use super::flow::{wait, widen};

/// How much is read at once.
const CHUNK: usize = 256 << 10;

/// One chunk is masked while the other one is filled.
const BUFFERS: usize = 2;

type Buffer = Zeroizing<Vec<u8>>;

/// What was read at once.
pub(super) struct Chunk {
    buffer: Buffer,
    length: usize,
}

impl Chunk {
    pub(super) fn bytes(&self) -> &[u8] {
        &self.buffer[..self.length]
    }
}

/// What is read from standard input, in order.
pub(super) struct Input {
    filled: Receiver<Result<Chunk, Errno>>,
    empty: SyncSender<Buffer>,
}

impl Input {
    /// Begins to read.
    pub(super) fn open() -> io::Result<Self> {
        widen(io::stdin().as_fd());
        let (empty, buffers) = sync_channel(BUFFERS);
        let (read, filled) = channel();
        for _ in 0..BUFFERS {
            empty.send(Zeroizing::new(vec![0; CHUNK])).expect("there is room for all of them");
        }
        let reader = move || {
            for mut buffer in buffers {
                let chunk = read_into(&mut buffer).map(|length| Chunk { buffer, length });
                let is_last = chunk.as_ref().map_or(true, |chunk| chunk.length == 0);
                if read.send(chunk).is_err() || is_last {
                    break;
                }
            }
        };
        thread::Builder::new().name("input".to_owned()).spawn(reader)?;
        Ok(Self { filled, empty })
    }

    /// Waits for the next chunk; an empty one is the end.
    pub(super) fn next(&self) -> Result<Chunk, Errno> {
        self.filled.recv().expect("the reader says how it ends")
    }

    /// Waits for the next chunk, but not longer than this.
    pub(super) fn next_within(&self, time: Duration) -> Option<Result<Chunk, Errno>> {
        match self.filled.recv_timeout(time) {
            Ok(read) => Some(read),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => unreachable!("the reader says how it ends"),
        }
    }

    /// Gives a chunk's room back.
    pub(super) fn give_back(&self, chunk: Chunk) {
        // Nobody takes it when everything has been read.
        let _ = self.empty.send(chunk.buffer);
    }
}

fn read_into(buffer: &mut [u8]) -> rustix::io::Result<usize> {
    let stdin = io::stdin();
    loop {
        match rustix::io::read(stdin.as_fd(), &mut *buffer) {
            Err(Errno::INTR) => {}
            Err(Errno::AGAIN) => wait(stdin.as_fd(), PollFlags::IN)?,
            other => return other,
        }
    }
}
