//! Looks through a text that arrives in chunks.

use std::collections::VecDeque;
use std::fmt;

use zeroize::Zeroizing;

use crate::builder::Needles;
use crate::projection::{Piece, is_special, piece};
use crate::span::{Span, Spelling};
use crate::trie::{Entry, ROOT};

/// How many bytes are collected before they are looked through.
const BATCH: usize = 1 << 16;

/// Finds known values in chunks; what it reports never depends on where the text was cut.
///
/// ```
/// use reticent_core::Secret;
/// use reticent_needles::Needles;
///
/// let needles = Needles::builder().learn("PIN", &Secret::copy_of(b"plum-42!")).build();
/// let (mut finder, mut found) = (needles.finder(), Vec::new());
/// finder.push(b"pin: plum", |span| found.push(span));
/// assert_eq!(finder.settled(), 5); // `pin: ` may go on its way
/// finder.push(b"-42! ok", |span| found.push(span));
/// finder.finish(|span| found.push(span));
/// assert_eq!((found[0].start(), found[0].end()), (5, 13));
/// ```
pub struct Finder<'n> {
    needles: &'n Needles,
    node: u32,
    /// How many bytes have been seen by the automaton.
    seen: u64,
    /// How many bytes of the text have been judged.
    judged: u64,
    after_break: bool,
    /// Where each run of seen bytes begins: as seen, and in the text.
    runs: VecDeque<(u64, u64)>,
    batch: Zeroizing<Vec<u8>>,
    carry: Zeroizing<Vec<u8>>,
    open: VecDeque<Open>,
}

/// A merged occurrence that a longer one may still reach.
#[derive(Clone, Copy)]
struct Open {
    start: u64,
    end: u64,
    /// The length of the occurrence that gives the name.
    length: u32,
    name: u32,
    spelling: Spelling,
}

impl<'n> Finder<'n> {
    pub(crate) fn new(needles: &'n Needles) -> Self {
        Self {
            needles,
            node: ROOT,
            seen: 0,
            judged: 0,
            after_break: false,
            runs: VecDeque::new(),
            batch: Zeroizing::default(),
            carry: Zeroizing::default(),
            open: VecDeque::new(),
        }
    }

    /// Looks through the next chunk, and reports in order what no later byte can change.
    pub fn push(&mut self, chunk: &[u8], mut found: impl FnMut(Span<'n>)) {
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

    /// Ends the text, and reports what is left.
    pub fn finish(mut self, mut found: impl FnMut(Span<'n>)) {
        let rest = std::mem::take(&mut self.carry);
        self.judge(&rest, true, &mut found);
        self.end_of_matching(&mut found);
    }

    /// Returns the offset before which no later byte changes anything: what lies before it and in no reported span is
    /// free to go.
    #[must_use]
    pub fn settled(&self) -> u64 {
        let live = self.live();
        let first = self.open.front().map_or(live, |open| open.start.min(live));
        if first < self.seen { self.original(first) } else { self.judged }
    }

    /// Where the longest unfinished occurrence begins.
    fn live(&self) -> u64 {
        self.seen - self.needles.matcher.depth(self.node) as u64
    }

    fn judge(&mut self, text: &[u8], at_end: bool, found: &mut impl FnMut(Span<'n>)) {
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
                    self.keep(rest);
                    break;
                }
                Piece::Plain | Piece::Unfinished => self.plain(rest, found),
            };
            at += taken;
            self.judged += taken as u64;
        }
        self.look(found);
    }

    /// Carries the unfinished end of a chunk into the next one.
    fn keep(&mut self, rest: &[u8]) {
        self.carry = Zeroizing::new(rest.to_vec());
    }

    /// Takes the plain bytes at the beginning of `rest`, of which there is at least one.
    fn plain(&mut self, rest: &[u8], found: &mut impl FnMut(Span<'n>)) -> usize {
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
        let collected = self.seen + self.batch.len() as u64;
        let shifted = self.runs.back().is_none_or(|(seen, start)| start + (collected - seen) != self.judged);
        if shifted {
            self.runs.push_back((collected, self.judged));
        }
        self.batch.extend_from_slice(&rest[..length]);
        length
    }

    /// Looks through what was collected, and reports what is out of reach.
    fn look(&mut self, found: &mut impl FnMut(Span<'n>)) {
        let (open, seen) = (&mut self.open, self.seen);
        let merge = |end: usize, entry| merge(open, seen + end as u64, entry);
        self.node = self.needles.matcher.scan(self.node, &self.batch, &mut (), merge);
        self.seen += self.batch.len() as u64;
        self.batch.clear();
        self.report(found);
    }

    fn report(&mut self, found: &mut impl FnMut(Span<'n>)) {
        let live = self.live();
        while let Some(open) = self.open.pop_front_if(|open| open.end <= live) {
            found(Span {
                start: self.original(open.start),
                end: self.original(open.end - 1) + 1,
                name: &self.needles.names[open.name as usize],
                spelling: open.spelling,
            });
        }
        let first = self.open.front().map_or(live, |open| open.start.min(live));
        while self.runs.get(1).is_some_and(|(seen, _)| *seen <= first) {
            self.runs.pop_front();
        }
    }

    /// Nothing that has begun goes on from here.
    fn end_of_matching(&mut self, found: &mut impl FnMut(Span<'n>)) {
        self.look(found);
        self.node = ROOT;
        self.report(found);
    }

    /// Returns the offset in the text of a byte that was seen.
    fn original(&self, seen: u64) -> u64 {
        let run = self.runs.partition_point(|(first, _)| *first <= seen) - 1;
        self.runs[run].1 + (seen - self.runs[run].0)
    }
}

impl fmt::Debug for Finder<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Finder").field("settled", &self.settled()).finish_non_exhaustive()
    }
}

/// Adds an occurrence that ends at `end`, and joins it with those that it overlaps; touching ones stay apart.
fn merge(all: &mut VecDeque<Open>, end: u64, entry: Entry) {
    let Entry { length, name, spelling } = entry;
    let first = end - u64::from(length);
    let mut new = Open { start: first, end, length, name, spelling };
    while let Some(before) = all.pop_back_if(|before| before.end > first) {
        let order = |open: &Open| (open.start, u32::MAX - open.length, open.name);
        let best = if order(&before) <= order(&new) { before } else { new };
        new = Open { end, ..best };
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
