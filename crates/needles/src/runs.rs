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

    pub(crate) fn placed(&self, open: Place) -> Place {
        Place { start: self.original(open.start), end: self.original(open.end - 1) + 1, ..open }
    }
}

/// Adds an occurrence that ends at `end`, and joins it with those that it overlaps; touching ones stay apart.
pub(crate) fn merge(all: &mut VecDeque<Place>, end: u64, entry: Entry) {
    let start = end - u64::from(entry.length);
    let mut new = Place { start, end, entry };
    while let Some(before) = all.pop_back_if(|before| before.end > start) {
        let order = |open: &Place| (open.start, u32::MAX - open.entry.length, open.entry.owner);
        let best = if order(&before) <= order(&new) { before } else { new };
        new = Place { end, ..best };
    }
    all.push_back(new);
}
