//! One direction of a connection. What is under way stays here, so that passing can be broken off and taken up again.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{ReadHalf, WriteHalf};

/// How fast bytes are passed, and how many.
pub(super) struct Pace {
    /// Before each piece.
    pub(super) pause: Duration,
    /// The most bytes in a piece.
    pub(super) size: usize,
    /// How many bytes are still passed.
    pub(super) limit: Option<usize>,
}

impl Default for Pace {
    fn default() -> Self {
        Self { pause: Duration::ZERO, size: usize::MAX, limit: None }
    }
}

pub(super) struct Pipe {
    buffer: Box<[u8]>,
    start: usize,
    end: usize,
    is_finished: bool,
}

impl Pipe {
    pub(super) fn new() -> Self {
        Self { buffer: vec![0; 16 * 1024].into_boxed_slice(), start: 0, end: 0, is_finished: false }
    }

    /// Passes until one side has said all, or the limit is reached; may be dropped at any await.
    pub(super) async fn pass(
        &mut self,
        from: &mut ReadHalf<'_>,
        to: &mut WriteHalf<'_>,
        pace: &mut Pace,
        mut count: impl FnMut(usize),
    ) -> io::Result<()> {
        while pace.limit != Some(0) && !self.is_finished {
            if self.start == self.end {
                self.start = 0;
                self.end = 0;
                self.end = from.read(&mut self.buffer).await?;
                self.is_finished = self.end == 0;
                continue;
            }
            if !pace.pause.is_zero() {
                tokio::time::sleep(pace.pause).await;
            }
            let most = pace.size.max(1).min(pace.limit.unwrap_or(usize::MAX)).min(self.end - self.start);
            let written = to.write(&self.buffer[self.start..self.start + most]).await?;
            self.start += written;
            pace.limit = pace.limit.map(|limit| limit - written);
            count(written);
        }
        Ok(())
    }
}
