//! Shows a text apart from its masked spans.
//!
//! Spans, and the place up to which everything is settled, come in the offsets of the text that is shown; whoever
//! finds them in another text, such as the decoded strings of JSON, translates them.

use crate::held::Held;

/// Where the text goes.
pub(crate) trait Sink: FnMut(&[u8]) {}

impl<F: FnMut(&[u8])> Sink for F {}

/// How far a text is shown, and what is held back of it.
#[derive(Default)]
pub(crate) struct Outlet {
    held: Held,
    /// Everything before it is shown, masked or swallowed.
    shown: u64,
    /// Where the last masked span ends, as far as it was known when its mask was written.
    masked: u64,
}

impl Outlet {
    /// Returns how far the text is dealt with.
    pub(crate) fn shown(&self) -> u64 {
        self.shown
    }

    /// Shows the text before a span, then its mask; a span that goes on a masked one is swallowed under that mask.
    pub(crate) fn mask(&mut self, start: u64, end: u64, mask: &[u8], chunk: &[u8], out: &mut impl Sink) {
        if start >= self.masked {
            self.pass(start, chunk, out);
            out(mask);
        }
        self.masked = self.masked.max(end);
        self.shown = self.shown.max(end);
    }

    /// Shows the text before `end`: what is held, then the beginning of `chunk`, which follows it.
    pub(crate) fn pass(&mut self, end: u64, chunk: &[u8], out: &mut impl Sink) {
        if end <= self.shown {
            return;
        }
        self.held.forget_before(self.shown.min(self.held.end()));
        let held = self.held.before(end);
        if !held.is_empty() {
            out(held);
        }
        let begin = self.held.end();
        let part =
            |at: u64| usize::try_from(at.saturating_sub(begin)).expect("in the chunk").min(chunk.len());
        let rest = &chunk[part(self.shown)..part(end)];
        if !rest.is_empty() {
            out(rest);
        }
        self.shown = end;
    }

    /// Holds back what is left of `chunk`, which follows the held bytes.
    pub(crate) fn hold(&mut self, chunk: &[u8]) {
        let begin = self.held.end();
        let end = begin + chunk.len() as u64;
        let from = self.shown.clamp(begin, end);
        let rest = &chunk[usize::try_from(from - begin).expect("in the chunk")..];
        self.held.forget_before(self.shown.min(end));
        self.held.extend(rest);
    }
}
