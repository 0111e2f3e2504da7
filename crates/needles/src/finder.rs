//! Looks through a text that arrives in chunks.

use std::collections::VecDeque;
use std::fmt;
use std::ops::Deref;

use zeroize::Zeroizing;

use crate::builder::Needles;
use crate::matcher::Next;
use crate::projection::{LONGEST_PIECE, Piece, blank_length, piece, plain_run};
use crate::runs::{Runs, merge};
use crate::span::{Place, Span};
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
    state: State,
    /// How many bytes have been seen by the automaton.
    seen: u64,
    /// How many bytes of the text have been judged.
    judged: u64,
    after_break: bool,
    runs: Runs,
    batch: Zeroizing<Vec<u8>>,
    carry: Zeroizing<Vec<u8>>,
    open: VecDeque<Place>,
}

impl<N: Deref<Target = Needles>> Finder<N> {
    /// Begins to look through a text.
    #[must_use]
    pub fn new(needles: N) -> Self {
        Self {
            needles,
            state: ROOT,
            seen: 0,
            judged: 0,
            after_break: false,
            runs: Runs::default(),
            batch: Zeroizing::default(),
            carry: Zeroizing::default(),
            open: VecDeque::new(),
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
        let live = self.live_seen();
        let first = self.open.front().map_or(live, |open| open.start.min(live));
        if first < self.seen { self.runs.original(first) } else { self.judged }
    }

    /// Returns what is found already, but may still grow or be joined with more: these spans lie behind
    /// [`settled`](Self::settled), in order.
    pub fn open(&self) -> impl Iterator<Item = Span<'_>> {
        self.open.iter().map(|open| Span::new(&self.needles, self.runs.placed(*open)))
    }

    /// Returns where the longest unfinished occurrence begins and how many of its bytes matching has seen.
    #[must_use]
    pub fn live(&self) -> Option<(u64, usize)> {
        let length = self.state.depth as usize;
        (length > 0).then(|| (self.runs.original(self.live_seen()), length))
    }

    /// Returns the last bytes, when only the next ones decide whether they are seen: the beginning of a control
    /// sequence or of a mask.
    #[must_use]
    pub fn undecided(&self) -> &[u8] {
        &self.carry
    }

    /// Where the longest unfinished occurrence begins.
    fn live_seen(&self) -> u64 {
        self.seen - u64::from(self.state.depth)
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
                Piece::Plain | Piece::Unfinished => self.plain(&rest[..until - at], found),
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

    /// Takes the plain bytes at the beginning of `rest`, of which there is at least one.
    fn plain(&mut self, rest: &[u8], found: &mut impl FnMut(Span<'_>)) -> usize {
        if self.after_break {
            let blanks = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
            if blanks > 0 {
                return blanks;
            }
            self.after_break = false;
        }
        let run = &rest[..plain_run(&rest[..rest.len().min(LONGEST_RUN)])];
        let is_long = run.len() >= BATCH / 4;
        if is_long || self.batch.len() + run.len() > BATCH {
            self.look(if is_long { Next::Unknown } else { Next::AtHand }, found);
        }
        self.runs.note(self.seen + self.batch.len() as u64, self.judged);
        if self.batch.is_empty() && (is_long || run.len() == rest.len()) {
            let next = if run.len() == rest.len() { Next::Unknown } else { Next::AtHand };
            let stopped = self.scan(run, next);
            extend(&mut self.batch, &run[stopped..]);
            self.report(found);
        } else {
            extend(&mut self.batch, run);
        }
        run.len()
    }

    /// Looks through what was collected, and reports what is out of reach.
    fn look(&mut self, next: Next, found: &mut impl FnMut(Span<'_>)) {
        if self.batch.is_empty() {
            return;
        }
        let mut batch = std::mem::take(&mut self.batch);
        let stopped = self.scan(&batch, next);
        batch.copy_within(stopped.., 0);
        let left = batch.len() - stopped;
        batch.truncate(left);
        self.batch = batch;
        self.report(found);
    }

    /// Looks through seen bytes, and returns how many of them are dealt with.
    fn scan(&mut self, bytes: &[u8], next: Next) -> usize {
        let (open, seen) = (&mut self.open, self.seen);
        let merge = |end: usize, entry| merge(open, seen + end as u64, entry);
        let (state, stopped) = self.needles.matcher.scan(self.state, bytes, next, &mut (), merge);
        self.state = state;
        self.seen += stopped as u64;
        stopped
    }

    fn report(&mut self, found: &mut impl FnMut(Span<'_>)) {
        let live = self.live_seen();
        while let Some(open) = self.open.pop_front_if(|open| open.end <= live) {
            found(Span::new(&self.needles, self.runs.placed(open)));
        }
        let first = self.open.front().map_or(live, |open| open.start.min(live));
        self.runs.forget_before(first);
    }

    /// Nothing that has begun goes on from here.
    fn end_of_matching(&mut self, found: &mut impl FnMut(Span<'_>)) {
        self.look(Next::Unknown, found);
        self.state = ROOT;
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
