//! Looks through a text that arrives in chunks.

use std::collections::VecDeque;
use std::fmt;
use std::ops::Deref;

use zeroize::Zeroizing;

use crate::builder::Needles;
use crate::matcher::{Matcher, Next};
use crate::projection::{LONGEST_PIECE, Piece, blank_length, is_special, piece, plain_run};
use crate::runs::{Open, Runs, merge};
use crate::span::Span;
use crate::trie::{ROOT, State};

/// How many seen bytes are collected before they are looked through; few, so that they stay near the processor.
const BATCH: usize = 1 << 14;

/// How long a run of plain bytes is looked at in one piece.
const LONGEST_RUN: usize = 1 << 16;

/// Finds known values in chunks; what it reports never depends on where the text was cut.
///
/// It holds its needles by any pointer, so that one that outlives its maker holds an `Arc`. A clone goes on from the
/// same place, on its own: for a text that can be read in two ways from there.
///
/// ```
/// use reticent_core::Secret;
/// use reticent_needles::Needles;
///
/// let needles = Needles::builder().learn("PIN", &Secret::copy_of(b"plum-42!")).build();
/// let (mut finder, mut found) = (needles.finder(), Vec::new());
/// finder.push(b"pin: plum", |span| found.push((span.start(), span.end())));
/// assert_eq!(finder.settled(), 5); // `pin: ` may go on its way
/// finder.push(b"-42! ok", |span| found.push((span.start(), span.end())));
/// finder.finish(|span| found.push((span.start(), span.end())));
/// assert_eq!(found, [(5, 13)]);
/// ```
#[derive(Clone)]
pub struct Finder<N> {
    needles: N,
    reach: Reach,
    /// How many bytes of the text have been judged.
    judged: u64,
    after_break: bool,
    runs: Runs,
    batch: Zeroizing<Vec<u8>>,
    carry: Zeroizing<Vec<u8>>,
}

/// How far matching has come.
#[derive(Clone)]
struct Reach {
    state: State,
    /// How many bytes have been seen by the automaton.
    seen: u64,
    /// What is found and may still grow.
    open: VecDeque<Open>,
}

impl Reach {
    /// Looks through seen bytes, and returns how many of them are dealt with.
    fn scan(&mut self, matcher: &Matcher, runs: &Runs, bytes: &[u8], next: Next) -> usize {
        let Self { state, seen, open } = self;
        let found = |end: usize, entry| merge(open, runs, *seen + end as u64, entry);
        let (after, stopped) = matcher.scan(*state, bytes, next, &mut (), found);
        *state = after;
        *seen += stopped as u64;
        stopped
    }

    /// Where the longest unfinished occurrence begins.
    fn live(&self) -> u64 {
        self.seen - u64::from(self.state.depth)
    }
}

impl<N: Deref<Target = Needles>> Finder<N> {
    /// Begins to look through a text.
    #[must_use]
    pub fn new(needles: N) -> Self {
        Self {
            needles,
            reach: Reach { state: ROOT, seen: 0, open: VecDeque::new() },
            judged: 0,
            after_break: false,
            runs: Runs::default(),
            batch: Zeroizing::default(),
            carry: Zeroizing::default(),
        }
    }

    /// Looks through the next chunk, and reports in order what no later byte can change.
    pub fn push(&mut self, chunk: &[u8], mut found: impl FnMut(Span<'_>)) {
        let found = &mut found;
        let from = if self.carry.is_empty() { 0 } else { self.resume(chunk, found) };
        let chunk = &chunk[from..];
        let stopped = self.judge(chunk, chunk.len(), false, found);
        extend(&mut self.carry, &chunk[stopped..]);
        self.look(Next::Unknown, found);
    }

    /// Puts a border here, which no match crosses: what has begun is over, and offsets go on.
    pub fn border(&mut self, mut found: impl FnMut(Span<'_>)) {
        let rest = std::mem::take(&mut self.carry);
        self.judge(&rest, rest.len(), true, &mut found);
        self.end_of_matching(&mut found);
        self.after_break = false;
    }

    /// Ends the text, and reports what is left.
    pub fn finish(mut self, found: impl FnMut(Span<'_>)) {
        self.border(found);
    }

    /// Returns the offset before which no later byte changes anything: what lies before it and in no reported span is
    /// free to go.
    #[must_use]
    pub fn settled(&self) -> u64 {
        let live = self.reach.live();
        match self.reach.open.front() {
            Some(open) if open.seen().start <= live => open.start(),
            _ if live < self.reach.seen => self.runs.original(live),
            _ => self.judged,
        }
    }

    /// Returns what is found already, but may still grow or be joined with more: these spans lie behind
    /// [`settled`](Self::settled), in order.
    pub fn open(&self) -> impl Iterator<Item = Span<'_>> {
        self.reach.open.iter().map(|open| Span::new(&self.needles, open.placed(&self.runs)))
    }

    /// Returns where the longest unfinished occurrence begins and how many of its bytes matching has seen.
    #[must_use]
    pub fn live(&self) -> Option<(u64, usize)> {
        let length = self.reach.state.depth as usize;
        (length > 0).then(|| (self.runs.original(self.reach.live()), length))
    }

    /// Returns the last bytes, when only the next ones decide whether they are seen: the beginning of a control
    /// sequence or of a mask.
    #[must_use]
    pub fn undecided(&self) -> &[u8] {
        &self.carry
    }

    /// Judges the pieces that begin before `until`, and returns where it stopped: before `until` only at a piece that
    /// the next bytes decide.
    fn judge(&mut self, text: &[u8], until: usize, at_end: bool, found: &mut impl FnMut(Span<'_>)) -> usize {
        let mut at = 0;
        while at < until {
            let rest = &text[at..];
            let taken = match piece(rest) {
                Piece::Break => {
                    self.after_break = true;
                    blank_length(&rest[..until - at])
                }
                Piece::Sequence(length) => length,
                Piece::Mask(length) => {
                    self.end_of_matching(found);
                    self.after_break = false;
                    length
                }
                Piece::Unfinished if !at_end => break,
                Piece::Plain | Piece::Unfinished => {
                    at += self.plain(&rest[..until - at], found);
                    continue;
                }
            };
            at += taken;
            self.judged += taken as u64;
        }
        at
    }

    /// Judges what was carried, together with the beginning of `chunk`, and returns how much of `chunk` that took.
    fn resume(&mut self, chunk: &[u8], found: &mut impl FnMut(Span<'_>)) -> usize {
        let mut carry = std::mem::take(&mut self.carry);
        let carried = carry.len();
        extend(&mut carry, &chunk[..chunk.len().min(LONGEST_PIECE)]);
        let stopped = self.judge(&carry, carried, false, found);
        if let Some(taken) = stopped.checked_sub(carried) {
            return taken;
        }
        // Whole: what is longer than the longest piece is judged.
        carry.copy_within(stopped.., 0);
        let left = carry.len() - stopped;
        carry.truncate(left);
        self.carry = carry;
        chunk.len()
    }

    /// Takes the plain bytes at the beginning of `rest`, of which there is at least one, and line by line more.
    fn plain(&mut self, rest: &[u8], found: &mut impl FnMut(Span<'_>)) -> usize {
        if self.after_break {
            let blanks = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
            if blanks > 0 {
                self.judged += blanks as u64;
                return blanks;
            }
        }
        let mut at = 0;
        while at < rest.len() {
            self.after_break = false;
            let length = plain_run(&rest[at..rest.len().min(at + LONGEST_RUN)]);
            self.take(&rest[at..at + length], at + length == rest.len(), found);
            at += length;
            self.judged += length as u64;
            match rest[at..] {
                [b'\n', next, ..] if !is_special(next) && !matches!(next, b' ' | b'\t') => {
                    at += 1;
                    self.judged += 1;
                }
                _ => break,
            }
        }
        at
    }

    /// Takes a run of plain bytes, perhaps the last one at hand.
    fn take(&mut self, run: &[u8], is_last: bool, found: &mut impl FnMut(Span<'_>)) {
        let is_long = run.len() >= BATCH / 4;
        if is_long || self.batch.len() + run.len() > BATCH {
            self.look(if is_long { Next::Unknown } else { Next::AtHand }, found);
        }
        self.runs.note(self.reach.seen + self.batch.len() as u64, self.judged);
        if self.batch.is_empty() && (is_long || is_last) {
            let next = if is_last { Next::Unknown } else { Next::AtHand };
            let stopped = self.reach.scan(&self.needles.matcher, &self.runs, run, next);
            extend(&mut self.batch, &run[stopped..]);
            self.report(found);
        } else {
            extend(&mut self.batch, run);
        }
    }

    /// Looks through what was collected, and reports what is out of reach.
    fn look(&mut self, next: Next, found: &mut impl FnMut(Span<'_>)) {
        if self.batch.is_empty() {
            return;
        }
        let stopped = self.reach.scan(&self.needles.matcher, &self.runs, &self.batch, next);
        if stopped < self.batch.len() {
            self.batch.copy_within(stopped.., 0);
        }
        let left = self.batch.len() - stopped;
        self.batch.truncate(left);
        self.report(found);
    }

    fn report(&mut self, found: &mut impl FnMut(Span<'_>)) {
        let live = self.reach.live();
        while let Some(open) = self.reach.open.pop_front_if(|open| open.seen().end <= live) {
            found(Span::new(&self.needles, open.placed(&self.runs)));
        }
        self.runs.forget_before(live);
    }

    /// Nothing that has begun goes on from here.
    fn end_of_matching(&mut self, found: &mut impl FnMut(Span<'_>)) {
        self.look(Next::Unknown, found);
        self.reach.state = ROOT;
        self.report(found);
    }
}

impl<N: Deref<Target = Needles>> fmt::Debug for Finder<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Finder").field("settled", &self.settled()).finish_non_exhaustive()
    }
}

/// Adds `more` to a buffer that is wiped; growth leaves no copy behind.
fn extend(buffer: &mut Zeroizing<Vec<u8>>, more: &[u8]) {
    let needed = buffer.len() + more.len();
    if buffer.capacity() < needed {
        let mut larger = Zeroizing::new(Vec::with_capacity(needed.max(2 * buffer.capacity())));
        larger.extend_from_slice(buffer);
        *buffer = larger;
    }
    buffer.extend_from_slice(more);
}

#[cfg(test)]
mod tests;
