//! Looks through a text that arrives in chunks.

use std::collections::VecDeque;
use std::fmt;
use std::ops::Deref;

use zeroize::Zeroizing;

use crate::builder::Needles;
use crate::projection::{Piece, is_special, piece};
use crate::span::{Place, Span};
use crate::trie::{Entry, ROOT};

/// How many bytes are collected before they are looked through.
const BATCH: usize = 1 << 16;

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
    node: u32,
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
            node: ROOT,
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
        if self.carry.is_empty() {
            self.judge(chunk, false, &mut found);
        } else {
            let mut joined = Zeroizing::new(Vec::with_capacity(self.carry.len() + chunk.len()));
            joined.extend_from_slice(&self.carry);
            joined.extend_from_slice(chunk);
            self.carry.clear();
            self.judge(&joined, false, &mut found);
        }
    }

    /// Puts a border here, which no match crosses: what has begun is over, and offsets go on.
    pub fn border(&mut self, mut found: impl FnMut(Span<'_>)) {
        let rest = std::mem::take(&mut self.carry);
        self.judge(&rest, true, &mut found);
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
        let length = self.needles.matcher.depth(self.node);
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
        self.seen - self.needles.matcher.depth(self.node) as u64
    }

    fn judge(&mut self, text: &[u8], at_end: bool, found: &mut impl FnMut(Span<'_>)) {
        let room = self.batch.len() + text.len().min(BATCH);
        if self.batch.capacity() < room {
            let mut larger = Zeroizing::new(Vec::with_capacity(room));
            larger.extend_from_slice(&self.batch);
            self.batch = larger;
        }
        let mut at = 0;
        while at < text.len() {
            let rest = &text[at..];
            let taken = match piece(rest) {
                Piece::Break => {
                    self.after_break = true;
                    1
                }
                Piece::Sequence(length) => length,
                Piece::Mask(length) => {
                    self.end_of_matching(found);
                    self.after_break = false;
                    length
                }
                Piece::Unfinished if !at_end => {
                    self.carry = Zeroizing::new(rest.to_vec());
                    break;
                }
                Piece::Plain | Piece::Unfinished => self.plain(rest, found),
            };
            at += taken;
            self.judged += taken as u64;
        }
        self.look(found);
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
        if self.batch.len() == BATCH {
            self.look(found);
        }
        let most = rest.len().min(BATCH - self.batch.len());
        let length = 1 + plain_length(&rest[1..most]);
        self.runs.note(self.seen + self.batch.len() as u64, self.judged);
        self.batch.extend_from_slice(&rest[..length]);
        length
    }

    /// Looks through what was collected, and reports what is out of reach.
    fn look(&mut self, found: &mut impl FnMut(Span<'_>)) {
        let (open, seen) = (&mut self.open, self.seen);
        let merge = |end: usize, entry| merge(open, seen + end as u64, entry);
        self.node = self.needles.matcher.scan(self.node, &self.batch, &mut (), merge);
        self.seen += self.batch.len() as u64;
        self.batch.clear();
        self.report(found);
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
        self.look(found);
        self.node = ROOT;
        self.report(found);
    }
}

impl<N: Deref<Target = Needles>> fmt::Debug for Finder<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Finder").field("settled", &self.settled()).finish_non_exhaustive()
    }
}

/// Where each run of seen bytes begins: as seen, and in the text.
#[derive(Clone, Default)]
struct Runs(VecDeque<(u64, u64)>);

impl Runs {
    /// Takes note that the next byte to be seen stands at `original`.
    fn note(&mut self, seen: u64, original: u64) {
        if self.0.back().is_none_or(|(first, start)| start + (seen - first) != original) {
            self.0.push_back((seen, original));
        }
    }

    fn forget_before(&mut self, first: u64) {
        while self.0.get(1).is_some_and(|(seen, _)| *seen <= first) {
            self.0.pop_front();
        }
    }

    /// Returns the offset in the text of a byte that was seen.
    fn original(&self, seen: u64) -> u64 {
        let run = self.0.partition_point(|(first, _)| *first <= seen) - 1;
        self.0[run].1 + (seen - self.0[run].0)
    }

    fn placed(&self, open: Place) -> Place {
        Place { start: self.original(open.start), end: self.original(open.end - 1) + 1, ..open }
    }
}

/// Adds an occurrence that ends at `end`, and joins it with those that it overlaps; touching ones stay apart.
fn merge(all: &mut VecDeque<Place>, end: u64, entry: Entry) {
    let start = end - u64::from(entry.length);
    let mut new = Place { start, end, entry };
    while let Some(before) = all.pop_back_if(|before| before.end > start) {
        let order = |open: &Place| (open.start, u32::MAX - open.entry.length, open.entry.owner);
        let best = if order(&before) <= order(&new) { before } else { new };
        new = Place { end, ..best };
    }
    all.push_back(new);
}

/// Counts the bytes before the first special one; whole blocks first, which the compiler turns into vectors.
fn plain_length(text: &[u8]) -> usize {
    let mut length = 0;
    for block in text.chunks_exact(32) {
        // Without a branch, or it is no vector; an escape and a bracket differ in one bit.
        let special =
            |byte: u8| u8::from(byte == b'\n') | u8::from(byte == b'\r') | u8::from(byte & 0xbf == 0x1b);
        if block.iter().fold(0, |any, byte| any | special(*byte)) != 0 {
            break;
        }
        length += block.len();
    }
    for word in text[length..].chunks_exact(8) {
        let marks = special_marks(u64::from_le_bytes(word.try_into().expect("eight bytes")));
        if marks != 0 {
            return length + marks.trailing_zeros() as usize / 8;
        }
        length += word.len();
    }
    let rest = &text[length..];
    length + rest.iter().position(|byte| is_special(*byte)).unwrap_or(rest.len())
}

/// Marks the top bit of the first special byte of eight, and perhaps of bytes behind it.
fn special_marks(word: u64) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let zeros = |word: u64| word.wrapping_sub(ONES) & !word & (ONES << 7);
    // An escape and a bracket differ in one bit.
    let brackets = (word & (ONES * 0xbf)) ^ (ONES * 0x1b);
    zeros(word ^ (ONES * 0x0a)) | zeros(word ^ (ONES * 0x0d)) | zeros(brackets)
}
