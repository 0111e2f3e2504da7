//! The way back from what matching sees to the text, and the spans that are still open.

use std::collections::VecDeque;

use crate::span::Place;
use crate::trie::Entry;

/// Where each run of seen bytes begins: as seen, and in the text.
#[derive(Clone, Default)]
pub(crate) struct Runs(VecDeque<(u64, u64)>);

impl Runs {
    /// Takes note that the next byte to be seen stands at `original`.
    pub(crate) fn note(&mut self, seen: u64, original: u64) {
        if self.0.back().is_none_or(|(first, start)| start + (seen - first) != original) {
            self.0.push_back((seen, original));
        }
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn forget_before(&mut self, first: u64) {
        while self.0.get(1).is_some_and(|(seen, _)| *seen <= first) {
            self.0.pop_front();
        }
    }

    /// Returns the offset in the text of a byte that was seen.
    pub(crate) fn original(&self, seen: u64) -> u64 {
        let run = self.0.partition_point(|(first, _)| *first <= seen) - 1;
        self.0[run].1 + (seen - self.0[run].0)
    }
}

/// What is found and may still grow. Where it begins in the text is known from the first moment on, so that a span
/// that goes on and on keeps no runs.
#[derive(Clone, Copy)]
pub(crate) struct Open {
    /// As matching sees it.
    seen: Place,
    /// Where it begins in the text.
    start: u64,
}

impl Open {
    pub(crate) fn seen(&self) -> Place {
        self.seen
    }

    pub(crate) fn start(&self) -> u64 {
        self.start
    }

    /// Returns its place in the text.
    pub(crate) fn placed(&self, runs: &Runs) -> Place {
        Place { start: self.start, end: runs.original(self.seen.end - 1) + 1, ..self.seen }
    }
}

/// Adds an occurrence that ends at `end`, and joins it with those that it overlaps; touching ones stay apart.
pub(crate) fn merge(all: &mut VecDeque<Open>, runs: &Runs, end: u64, entry: Entry) {
    let seen = Place { start: end - u64::from(entry.length), end, entry };
    let mut new = Open { seen, start: runs.original(seen.start) };
    while let Some(before) = all.pop_back_if(|before| before.seen.end > seen.start) {
        let order = |open: &Open| (open.seen.start, u32::MAX - open.seen.entry.length, open.seen.entry.owner);
        let best = if order(&before) <= order(&new) { before } else { new };
        new = Open { seen: Place { end, ..best.seen }, ..best };
    }
    all.push_back(new);
}
