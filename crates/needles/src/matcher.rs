//! The automaton behind a table that skips (after Wu and Manber, 1994).
//!
//! The decision: the table only ever says that no spelling begins at some places, so the state at the end of a text
//! is the automaton's own, whatever was skipped. That makes the work linear on any text, and the depth of the state
//! is what a stream has to hold back. The cost is that one short spelling shortens every skip.

use zeroize::Zeroizing;

use crate::builder::Needle;
use crate::trie::{Entry, Meter, ROOT, Trie};

/// How many bytes the table looks at.
const BLOCK: usize = 4;

/// The widest window: longer ones skip no faster in practice, and a shift stays one byte.
const WIDEST: usize = 64;

pub(crate) struct Matcher {
    trie: Trie,
    /// As long as the shortest spelling; 0 when there is none.
    window: usize,
    shift_bits: u32,
    shifts: Zeroizing<Vec<u8>>,
    /// One bit for each hash of the beginning of a spelling.
    heads: Zeroizing<Vec<u64>>,
}

impl Matcher {
    pub(crate) fn new(mut needles: Vec<Needle>) -> Self {
        needles.sort_unstable_by(|left, right| {
            let rest = |needle: &Needle| (needle.owner, needle.spelling);
            left.bytes().cmp(right.bytes()).then_with(|| rest(left).cmp(&rest(right)))
        });
        needles.dedup_by(|later, kept| later.bytes() == kept.bytes());
        let shortest = needles.iter().map(|needle| needle.bytes().len()).min().unwrap_or(0);
        let window = shortest.min(WIDEST);
        let shift_bits = if needles.len() < 2_000 { 15 } else { 18 };
        let mut matcher = Self {
            trie: Trie::new(&needles),
            window,
            shift_bits,
            shifts: Zeroizing::new(vec![longest_shift(window); 1 << shift_bits]),
            heads: Zeroizing::new(vec![0; (1 << shift_bits) / 8]),
        };
        needles.iter().for_each(|needle| matcher.note(&needle.bytes()[..window]));
        matcher
    }

    fn note(&mut self, head: &[u8]) {
        for (at, block) in head.windows(BLOCK).enumerate() {
            let shift = u8::try_from(self.window - BLOCK - at).expect("a window is short");
            let slot = &mut self.shifts[hash(block, self.shift_bits)];
            *slot = shift.min(*slot);
        }
        let bit = self.head(head);
        self.heads[bit / 64] |= 1 << (bit % 64);
    }

    /// The hash of the first and the last block of a window.
    fn head(&self, window: &[u8]) -> usize {
        let last = read(&window[window.len() - BLOCK..]).rotate_left(13);
        let mixed = (read(window) ^ last).wrapping_mul(0x85eb_ca6b);
        (mixed >> (32 - self.shift_bits - 3)) as usize
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.window == 0
    }

    #[inline]
    pub(crate) fn depth(&self, node: u32) -> usize {
        self.trie.depth(node)
    }

    /// Tells how many places from `at` on begin no spelling; 0 means that one may begin here.
    #[inline]
    fn shift(&self, text: &[u8], at: usize) -> usize {
        let window = &text[at..at + self.window];
        let shift = self.shifts[hash(&window[window.len() - BLOCK..], self.shift_bits)];
        if shift != 0 {
            return usize::from(shift);
        }
        let bit = self.head(window);
        usize::from(self.heads[bit / 64] >> (bit % 64) & 1 == 0)
    }

    /// Returns the next place where a spelling may begin, or the first whose window leaves the text.
    #[inline]
    fn candidate(&self, text: &[u8], mut at: usize, meter: &mut impl Meter) -> usize {
        while at + self.window <= text.len() {
            meter.count();
            match self.shift(text, at) {
                0 => return at,
                shift => at += shift,
            }
        }
        at
    }

    /// Goes through `text` from the state `node` on, and returns the state at its end. Of the spellings that end
    /// at one place the longest is reported, with that place.
    pub(crate) fn scan(
        &self,
        mut node: u32,
        text: &[u8],
        meter: &mut impl Meter,
        mut found: impl FnMut(usize, Entry),
    ) -> u32 {
        if self.window == 0 {
            return ROOT;
        }
        let (mut at, mut passed) = (0, None);
        while at < text.len() {
            if node == ROOT {
                at = self.candidate(text, at, meter);
                passed = Some(at);
            }
            let Some(byte) = text.get(at) else { break };
            node = self.trie.step(node, *byte, meter);
            at += 1;
            if let Some(entry) = self.trie.found(node) {
                found(at, entry);
            }
            (node, at) = self.doubt(text, node, at, &mut passed, meter);
        }
        self.trie.going_on(node)
    }

    /// Drops what has begun at places where the table says that nothing can.
    #[inline]
    fn doubt(
        &self,
        text: &[u8],
        mut node: u32,
        at: usize,
        passed: &mut Option<usize>,
        meter: &mut impl Meter,
    ) -> (u32, usize) {
        loop {
            let depth = self.trie.depth(node);
            // What began in an earlier chunk is not looked at again.
            let Some(start) = at.checked_sub(depth) else { return (node, at) };
            let settled = depth == 0 || depth >= self.window || *passed == Some(start);
            if settled || start + self.window > text.len() {
                return (node, at);
            }
            meter.count();
            match self.shift(text, start) {
                0 => {
                    *passed = Some(start);
                    return (node, at);
                }
                shift if shift >= depth => return (ROOT, start + shift),
                shift => node = self.trie.shorten(node, depth - shift, meter),
            }
        }
    }
}

fn longest_shift(window: usize) -> u8 {
    u8::try_from((window + 1).saturating_sub(BLOCK)).expect("a window is short")
}

#[inline]
fn read(block: &[u8]) -> u32 {
    u32::from_le_bytes([block[0], block[1], block[2], block[3]])
}

#[inline]
fn hash(block: &[u8], bits: u32) -> usize {
    (read(block).wrapping_mul(0x9e37_79b1) >> (32 - bits)) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::span::Spelling;
    use crate::targets::copied;

    #[derive(Default)]
    struct Steps(usize);

    impl Meter for Steps {
        fn count(&mut self) {
            self.0 += 1;
        }
    }

    fn check(needles: &[&[u8]], text: &[u8]) {
        let needle = |bytes: &&[u8]| Needle { bytes: copied(bytes), owner: 0, spelling: Spelling::Raw };
        let matcher = Matcher::new(needles.iter().map(needle).collect());
        for size in [1, 7, 4096, text.len()] {
            let mut steps = Steps::default();
            text.chunks(size).fold(ROOT, |node, chunk| matcher.scan(node, chunk, &mut steps, |_, _| {}));
            assert!(steps.0 <= 4 * text.len(), "{} steps for {} bytes in {size}s", steps.0, text.len());
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
        let fibonacci = (0..18).fold((b"a".to_vec(), b"ab".to_vec()), |(a, b), _| {
            let next = [b.clone(), a].concat();
            (b, next)
        });
        check(&[&fibonacci.1[..600], &fibonacci.1[..6], &fibonacci.1[3..90]], &fibonacci.1);
    }
}
