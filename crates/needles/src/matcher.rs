//! The automaton behind tables that skip.
//!
//! The decision: the tables only ever say that no spelling begins at some places, so the state at the end of a text
//! is the automaton's own, whatever was skipped. That makes the work linear on any text, and the depth of the state
//! is what a stream has to hold back.

use crate::falls::Falls;
use crate::forms::{Forms, Sorted};
use crate::skips::Skips;
use crate::trie::{Entry, Meter, ROOT, State, Trie};

pub(crate) struct Matcher {
    trie: Trie,
    falls: Falls,
    skips: Skips,
}

/// What a text may go on with.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    /// More of the text is at hand, so that what is left over can be looked at together with it.
    AtHand,
    /// Nobody knows: the state has to tell everything.
    Unknown,
}

impl Matcher {
    pub(crate) fn new(forms: &Forms) -> Self {
        let sorted = Sorted::new(forms);
        let shortest = sorted.forms.iter().map(|form| form.length).min().unwrap_or(0);
        let skips = Skips::new(sorted.each(), shortest as usize);
        let trie = Trie::new(sorted);
        Self { falls: Falls::new(&trie, shortest), trie, skips }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.skips.window() == 0
    }

    /// Goes through `text` from `state` on, and returns the state at the end and how much was gone through, which is
    /// all unless the rest is shorter than a window and more is at hand. Of the spellings that end at one place the
    /// longest is reported, with that place.
    pub(crate) fn scan(
        &self,
        mut state: State,
        text: &[u8],
        next: Next,
        meter: &mut impl Meter,
        mut found: impl FnMut(usize, Entry),
    ) -> (State, usize) {
        if self.is_empty() {
            return (ROOT, text.len());
        }
        let (mut at, mut passed) = (0, None);
        while at < text.len() {
            if state == ROOT {
                at = self.skips.candidate(text, at, meter);
                if at + self.skips.window() > text.len() {
                    if next == Next::AtHand {
                        return (ROOT, at.min(text.len()));
                    }
                    at = self.skips.late_candidate(text, at, meter);
                }
                passed = Some(at);
            }
            let Some(byte) = text.get(at) else { break };
            state = self.step(state, *byte, meter);
            at += 1;
            if let Some(form) = self.falls.found(&self.trie, state, meter) {
                found(at, self.trie.entry(form));
            }
            (state, at) = self.doubt(text, state, at, &mut passed, meter);
        }
        (self.going_on(state, meter), text.len())
    }

    fn step(&self, mut state: State, byte: u8, meter: &mut impl Meter) -> State {
        loop {
            meter.count();
            if state == ROOT {
                return self.trie.begin(byte);
            }
            if let Some(next) = self.trie.advance(state, byte) {
                return next;
            }
            state = self.falls.to(&self.trie, state, meter);
        }
    }

    /// Drops what has begun at places where the tables say that nothing can.
    #[inline]
    fn doubt(
        &self,
        text: &[u8],
        mut state: State,
        at: usize,
        passed: &mut Option<usize>,
        meter: &mut impl Meter,
    ) -> (State, usize) {
        let window = self.skips.window();
        loop {
            let depth = state.depth as usize;
            // What began in an earlier chunk is not looked at again.
            let Some(start) = at.checked_sub(depth) else { return (state, at) };
            let settled = depth == 0 || depth >= window || *passed == Some(start);
            if settled || start + window > text.len() {
                return (state, at);
            }
            meter.count();
            match self.skips.shift(text, start) {
                0 => {
                    *passed = Some(start);
                    return (state, at);
                }
                shift if shift >= depth => return (ROOT, start + shift),
                shift => state = self.shorten(state, depth - shift, meter),
            }
        }
    }

    /// Forgets what began too early, until at most `depth` bytes are left.
    fn shorten(&self, mut state: State, depth: usize, meter: &mut impl Meter) -> State {
        while state.depth as usize > depth {
            meter.count();
            state = self.falls.to(&self.trie, state, meter);
        }
        state
    }

    /// Forgets what cannot go on, since it is a whole spelling and begins no other.
    fn going_on(&self, mut state: State, meter: &mut impl Meter) -> State {
        while state != ROOT && !self.trie.goes_on(state) {
            state = self.falls.to(&self.trie, state, meter);
        }
        state
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::span::Spelling;

    #[derive(Default)]
    struct Steps(usize);

    impl Meter for Steps {
        fn count(&mut self) {
            self.0 += 1;
        }
    }

    fn check(needles: &[&[u8]], text: &[u8]) {
        let mut forms = Forms::with_capacity(0);
        for needle in needles {
            forms.begin(0);
            forms.add(Spelling::Raw, |out| out.extend_from_slice(needle));
        }
        let all: usize = needles.iter().map(|needle| needle.len()).sum();
        for size in [1, 7, 4096, text.len()] {
            let matcher = Matcher::new(&forms);
            // What is found out on the way is found out once.
            for most in [4 * text.len() + 8 * all, 4 * text.len()] {
                let mut steps = Steps::default();
                let mut state = ROOT;
                for chunk in text.chunks(size) {
                    state = matcher.scan(state, chunk, Next::Unknown, &mut steps, |_, _| {}).0;
                }
                assert!(steps.0 <= most, "{} steps for {} bytes in {size}s", steps.0, text.len());
            }
        }
    }

    #[test]
    fn the_work_is_linear_on_the_worst_texts() {
        let same = vec![b'a'; 20_000];
        let mut ends = vec![b'a'; 999];
        ends.push(b'b');
        let mut begins = vec![b'b'];
        begins.extend(vec![b'a'; 999]);
        check(&[&ends], &same);
        check(&[&begins], &same);
        check(&[&ends, &begins, b"aaaaaa", b"aaaaaaab"], &same);
        check(&[b"aaaaab", b"aaaaaaaac", &ends], &b"aaaaaaab".repeat(2_000));
        check(&[b"ababac", b"abababababad"], &b"ab".repeat(9_000));
        check(&[b"abaaba", &ends], &b"abaabaaab".repeat(2_000));
        let nested: Vec<Vec<u8>> = (6..1_000).step_by(9).map(|length| vec![b'a'; length]).collect();
        let nested: Vec<&[u8]> = nested.iter().map(Vec::as_slice).collect();
        check(&nested, &same);
        check(&nested, &[&vec![b'a'; 998][..], b"b"].concat().repeat(20));
        let fibonacci = (0..18).fold((b"a".to_vec(), b"ab".to_vec()), |(a, b), _| {
            let next = [b.clone(), a].concat();
            (b, next)
        });
        check(&[&fibonacci.1[..600], &fibonacci.1[..6], &fibonacci.1[3..90]], &fibonacci.1);
    }
}
