//! Finds what is to be masked in many texts, one after the other.

use std::collections::VecDeque;

use crate::sought::Sought;
use crate::watch::{Marked, Watch, merge};

/// Finds values in plain text, and hands each out when no later byte makes it longer; a border ends one text and
/// begins another, so that what is known need not be asked for again.
pub(crate) struct TextReader {
    watch: Watch,
    found: VecDeque<Marked>,
}

impl TextReader {
    pub(crate) fn new(sought: &Sought) -> Self {
        Self { watch: Watch::new(sought), found: VecDeque::new() }
    }

    /// Returns how many bytes were pushed.
    pub(crate) fn total(&self) -> u64 {
        self.watch.total()
    }

    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.watch.push(bytes);
        self.collect();
    }

    pub(crate) fn border(&mut self) {
        self.watch.border();
        self.collect();
    }

    fn collect(&mut self) {
        merge(&mut self.found, self.watch.take_settled());
    }

    /// Returns the offset before which what is found and not taken leaves the text alone.
    pub(crate) fn free(&self) -> u64 {
        let settled = self.watch.settled();
        self.found.front().map_or(settled, |span| settled.min(span.start))
    }

    /// Takes what is next to be masked.
    pub(crate) fn next(&mut self) -> Option<Marked> {
        let settled = self.watch.settled();
        self.found.pop_front_if(|span| span.end <= settled)
    }

    /// Reads one whole text, and returns what is to be masked in it, in its own offsets.
    #[cfg(feature = "serde_json")]
    pub(crate) fn read(&mut self, text: &[u8]) -> Vec<Marked> {
        let begin = self.total();
        self.push(text);
        self.border();
        let mut spans = Vec::new();
        while let Some(mut span) = self.next() {
            (span.start, span.end) = (span.start - begin, span.end - begin);
            spans.push(span);
        }
        spans
    }
}
