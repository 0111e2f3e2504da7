//! Which rules begin with the bytes at a place: a bitmap of pairs refuses nearly all places at once.

use std::collections::BTreeSet;

use crate::find::runs::is_token;
use crate::rule::Rule;

/// Literals and their rules, sorted, behind a bitmap over three bytes.
pub(crate) struct Prefixes {
    bitmap: Box<[u64; 1024]>,
    literals: Vec<(Box<[u8]>, u32)>,
}

impl Prefixes {
    pub(crate) fn new(rules: &[Rule], of: &[u32]) -> Self {
        let mut literals: Vec<(Box<[u8]>, u32)> = of
            .iter()
            .flat_map(|at| rules[*at as usize].keywords.iter().map(|word| (word.as_bytes().into(), *at)))
            .collect();
        literals.sort();
        let mut bitmap = Box::new([0; 1024]);
        for (literal, _) in &literals {
            match **literal {
                [first, second] => (0..=255).for_each(|third| set(&mut bitmap, hash(first, second, third))),
                [first, second, third, ..] => set(&mut bitmap, hash(first, second, third)),
                _ => {}
            }
        }
        Self { bitmap, literals }
    }

    /// Calls `each` with every rule one of whose literals stands at the beginning of `text`, and the literal's length.
    #[inline]
    pub(crate) fn at(&self, text: &[u8], each: impl FnMut(u32, usize)) {
        let [first, second, third, ..] = text else { return };
        let at = hash(*first, *second, *third);
        if self.bitmap[at / 64] >> (at % 64) & 1 == 1 {
            self.look(text, each);
        }
    }

    fn look(&self, text: &[u8], mut each: impl FnMut(u32, usize)) {
        let from = self.literals.partition_point(|(literal, _)| literal[..2] < text[..2]);
        for (literal, rule) in &self.literals[from..] {
            if literal[..2] != text[..2] {
                break;
            }
            if text.starts_with(literal) {
                each(*rule, literal.len());
            }
        }
    }

    /// Tells whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.literals.is_empty()
    }

    /// How far before a run the literals begin that end within its head or just before it.
    pub(crate) fn leads(&self) -> impl Iterator<Item = usize> {
        let leads: BTreeSet<usize> = self.literals.iter().map(|(literal, _)| lead(literal)).collect();
        leads.into_iter()
    }
}

/// The length of a literal up to its last byte that is no token character.
fn lead(literal: &[u8]) -> usize {
    literal.iter().rposition(|byte| !is_token(*byte)).map_or(0, |last| last + 1)
}

fn set(bitmap: &mut [u64; 1024], at: usize) {
    bitmap[at / 64] |= 1 << (at % 64);
}

/// Sixteen bits of three bytes.
#[inline]
fn hash(first: u8, second: u8, third: u8) -> usize {
    let word = u32::from_le_bytes([first, second, third, 0]);
    (word.wrapping_mul(0x9e37_79b1) >> 16) as usize
}

impl std::fmt::Debug for Prefixes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Prefixes").field("literals", &self.literals.len()).finish_non_exhaustive()
    }
}
