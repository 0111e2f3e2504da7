//! The bytes that a stream holds back, in memory that is wiped.

use zeroize::{Zeroize as _, Zeroizing};

/// The last bytes of a text, from `start` on.
#[derive(Default)]
pub(crate) struct Held {
    bytes: Zeroizing<Vec<u8>>,
    /// How many bytes at the beginning of `bytes` have gone already.
    gone: usize,
    start: u64,
}

impl Held {
    /// Returns the offset behind the last byte.
    pub(crate) fn end(&self) -> u64 {
        self.start + self.bytes().len() as u64
    }

    fn bytes(&self) -> &[u8] {
        &self.bytes[self.gone..]
    }

    /// Returns the bytes before `end`.
    pub(crate) fn before(&self, end: u64) -> &[u8] {
        &self.bytes()[..distance(self.start, end.min(self.end()))]
    }

    /// Forgets the bytes before `start`, which may lie behind the last one.
    pub(crate) fn forget_before(&mut self, start: u64) {
        self.gone += distance(self.start, start.min(self.end()));
        self.start = self.start.max(start);
        // Bytes move only when more have gone than are left, so each moves once.
        if self.gone >= self.bytes.len() - self.gone {
            self.bytes.copy_within(self.gone.., 0);
            let left = self.bytes.len() - self.gone;
            self.bytes[left..].zeroize();
            self.bytes.truncate(left);
            self.gone = 0;
        }
    }

    /// Adds `more` at the end.
    pub(crate) fn extend(&mut self, more: &[u8]) {
        let needed = self.bytes.len() + more.len();
        if self.bytes.capacity() < needed {
            let mut larger = Zeroizing::new(Vec::with_capacity(needed.max(2 * self.bytes.capacity())));
            larger.extend_from_slice(&self.bytes);
            self.bytes = larger;
        }
        self.bytes.extend_from_slice(more);
    }
}

/// The distance between two offsets in one buffer; none backwards.
fn distance(from: u64, to: u64) -> usize {
    usize::try_from(to.saturating_sub(from)).expect("both lie in one buffer")
}
