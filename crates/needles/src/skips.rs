//! Tables that tell at which places of a text no spelling begins (after Wu and Manber, 1994).
//!
//! The decision: one bit for each block of four bytes that some spelling has near its beginning, in a table that is
//! sparse and small enough to stay near the processor, so that most of a text is skipped by independent looks at
//! blocks that lie as far apart as can be. Only where a block is known the second table tells how far to go on. The
//! cost is that one short spelling shortens every skip.

use zeroize::Zeroizing;

use crate::trie::Meter;

/// How many bytes the tables look at.
const BLOCK: usize = 4;

/// The widest window: longer ones skip no faster in practice, and a shift stays one byte.
const WIDEST: usize = 64;

/// So many blocks are noted at most, unless each spelling has one: more make tables that no cache holds.
const MOST_BLOCKS: usize = 1 << 21;

/// How many blocks are looked at before a branch.
const AT_ONCE: usize = 4;

pub(crate) struct Skips {
    /// As long as the shortest spelling or shorter; 0 when there is none.
    window: usize,
    /// How far two blocks may lie apart, so that no spelling begins without one of them.
    stride: usize,
    /// One bit for each hash of a block of a window.
    known: Bits,
    /// For each hash of a block how far its last place in a window is from the end of it.
    shifts: Zeroizing<Vec<u8>>,
    shift_bits: u32,
    /// One bit for each hash of a window's first and last block.
    heads: Bits,
}

impl Skips {
    pub(crate) fn new<'a>(forms: impl ExactSizeIterator<Item = &'a [u8]>, shortest: usize) -> Self {
        let count = forms.len();
        let widest = (BLOCK - 1 + MOST_BLOCKS / count.max(1)).clamp(BLOCK + 2, WIDEST);
        let window = shortest.min(widest);
        let stride = (window + 1).saturating_sub(BLOCK);
        let blocks = count * stride;
        let shift_bits = bits_for(4 * blocks, 12, 20);
        let mut skips = Self {
            window,
            stride,
            known: Bits::new(bits_for(32 * blocks, 17, 23)),
            shifts: Zeroizing::new(vec![u8::try_from(stride).expect("a window is short"); 1 << shift_bits]),
            shift_bits,
            heads: Bits::new(bits_for(16 * count, 12, 23)),
        };
        forms.for_each(|form| skips.note(&form[..window]));
        skips
    }

    fn note(&mut self, head: &[u8]) {
        for (shift, block) in (0..self.stride).rev().zip(head.windows(BLOCK)) {
            let block = mixed(read(block, 0));
            let slot = &mut self.shifts[(block >> (32 - self.shift_bits)) as usize];
            *slot = (*slot).min(u8::try_from(shift).expect("a window is short"));
            self.known.set(block);
        }
        self.heads.set(ends(head));
    }

    pub(crate) fn window(&self) -> usize {
        self.window
    }

    fn is_known(&self, text: &[u8], at: usize) -> bool {
        self.known.has(mixed(read(text, at)))
    }

    /// Tells how many places from `at` on begin no spelling; 0 means that one may begin here.
    #[inline]
    pub(crate) fn shift(&self, text: &[u8], at: usize) -> usize {
        let window = &text[at..at + self.window];
        let block = mixed(read(window, window.len() - BLOCK));
        match self.shifts[(block >> (32 - self.shift_bits)) as usize] {
            0 => usize::from(!self.heads.has(ends(window))),
            shift => usize::from(shift),
        }
    }

    /// Returns the next place where a spelling may begin, or the first whose window leaves the text.
    #[inline]
    pub(crate) fn candidate(&self, text: &[u8], mut at: usize, meter: &mut impl Meter) -> usize {
        loop {
            at = self.leap(text, at, meter);
            if at + self.window > text.len() {
                return at;
            }
            meter.count();
            match self.shift(text, at) {
                0 => return at,
                shift => at += shift,
            }
        }
    }

    /// Returns the next place whose window ends in a known block, or one before it near the end of the text.
    ///
    /// A function of its own, so that all it needs stays in registers.
    #[inline(never)]
    fn leap(&self, text: &[u8], mut at: usize, meter: &mut impl Meter) -> usize {
        let (words, spare, stride) = (&self.known.words[..], 32 - self.known.bits, self.stride);
        let known = |at: usize| {
            let hash = mixed(read(text, at)) >> spare;
            (words[hash as usize / 64] >> (hash % 64)) as u32 & 1
        };
        let last = self.window - BLOCK;
        let ahead = self.window + (AT_ONCE - 1) * stride;
        while at + ahead <= text.len() {
            meter.count();
            let first = at + last;
            let any = known(first)
                | known(first + stride) << 1
                | known(first + 2 * stride) << 2
                | known(first + 3 * stride) << 3;
            if any != 0 {
                return at + any.trailing_zeros() as usize * stride;
            }
            at += AT_ONCE * stride;
        }
        at
    }

    /// Returns the next place whose window leaves the text, but where a spelling may begin all the same.
    pub(crate) fn late_candidate(&self, text: &[u8], mut at: usize, meter: &mut impl Meter) -> usize {
        while at + BLOCK <= text.len() && !self.is_known(text, at) {
            meter.count();
            at += 1;
        }
        at
    }
}

/// A set of hashes, by their first bits.
struct Bits {
    words: Zeroizing<Vec<u64>>,
    bits: u32,
}

impl Bits {
    fn new(bits: u32) -> Self {
        Self { words: Zeroizing::new(vec![0; 1 << (bits - 6)]), bits }
    }

    fn set(&mut self, hash: u32) {
        let at = hash >> (32 - self.bits);
        self.words[at as usize / 64] |= 1 << (at % 64);
    }

    #[inline]
    fn has(&self, hash: u32) -> bool {
        let at = hash >> (32 - self.bits);
        self.words[at as usize / 64] >> (at % 64) & 1 != 0
    }
}

/// Returns how many bits number `wanted` things.
fn bits_for(wanted: usize, least: u32, most: u32) -> u32 {
    wanted.next_power_of_two().trailing_zeros().clamp(least, most)
}

#[inline]
fn read(text: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(text[at..at + BLOCK].try_into().expect("four bytes"))
}

#[inline]
fn mixed(block: u32) -> u32 {
    block.wrapping_mul(0x9e37_79b1)
}

/// The hash of the first and the last block of a window.
#[inline]
fn ends(window: &[u8]) -> u32 {
    let last = read(window, window.len() - BLOCK).rotate_left(13);
    (read(window, 0) ^ last).wrapping_mul(0x85eb_ca6b)
}
