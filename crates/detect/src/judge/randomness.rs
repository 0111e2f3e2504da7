//! Whether a value was generated or written: pairs of letters, changes of class, and how many characters differ.

use super::bigrams::BIGRAMS;

/// What the characters of a value say about how it came to be.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Makeup {
    pub(crate) length: usize,
    pub(crate) upper: usize,
    pub(crate) lower: usize,
    pub(crate) digits: usize,
    pub(crate) others: usize,
    pub(crate) distinct: usize,
    /// Changes between letters and digits, and between cases within a word but for a capital at its start.
    pub(crate) changes: usize,
    /// Pairs of letters side by side, and how much likelier they are in words, in tenths of a bit.
    pub(crate) pairs: usize,
    pub(crate) wordiness: i32,
    /// The longest run of lower or of upper letters.
    pub(crate) longest_word: usize,
    /// The entropy of single characters, in bits each.
    pub(crate) entropy: f32,
}

impl Makeup {
    /// Counts over `value`, of which the first 256 bytes tell enough.
    pub(crate) fn of(value: &[u8]) -> Self {
        let value = &value[..value.len().min(256)];
        let mut counts = [0_u16; 256];
        let mut makeup = Self { length: value.len(), ..Self::default() };
        let mut word = 0;
        for (at, byte) in value.iter().enumerate() {
            counts[usize::from(*byte)] += 1;
            makeup.count(*byte);
            let before = at.checked_sub(1).map(|at| value[at]);
            let joins = before.is_some_and(|before| makeup.pair(before, *byte));
            word = if joins { word + 1 } else { usize::from(byte.is_ascii_alphabetic()) };
            makeup.longest_word = makeup.longest_word.max(word);
        }
        makeup.distinct = counts.iter().filter(|count| **count > 0).count();
        makeup.entropy = entropy(&counts, value.len());
        makeup
    }

    fn count(&mut self, byte: u8) {
        match byte {
            b'A'..=b'Z' => self.upper += 1,
            b'a'..=b'z' => self.lower += 1,
            b'0'..=b'9' => self.digits += 1,
            _ => self.others += 1,
        }
    }

    /// Weighs two neighbours, and tells whether both are letters of one word.
    fn pair(&mut self, before: u8, byte: u8) -> bool {
        if before.is_ascii_alphabetic() && byte.is_ascii_alphabetic() {
            let row = usize::from(before.to_ascii_lowercase() - b'a');
            let column = usize::from(byte.to_ascii_lowercase() - b'a');
            let is_new_word = before.is_ascii_lowercase() && byte.is_ascii_uppercase();
            if is_new_word {
                self.changes += 1;
                return false;
            }
            self.pairs += 1;
            self.wordiness += i32::from(BIGRAMS[row][column]);
            return true;
        }
        if byte.is_ascii_punctuation() && !b"_-./ ,".contains(&byte) {
            self.changes += 1;
        }
        let crosses = before.is_ascii_digit() != byte.is_ascii_digit();
        self.changes +=
            usize::from(crosses && before.is_ascii_alphanumeric() && byte.is_ascii_alphanumeric());
        false
    }

    pub(crate) fn letters(&self) -> usize {
        self.upper + self.lower
    }

    /// Bits of evidence that the value was generated; below zero it reads like words.
    pub(crate) fn evidence(&self) -> f32 {
        let words = -(self.wordiness as f32) / 10.0;
        let changes = (self.changes as f32 - 1.5).max(-1.5) * 1.5;
        let long_word =
            (self.longest_word as f32 - 6.0).max(0.0) * if self.wordiness > 0 { 0.8 } else { 0.0 };
        words + changes - long_word
    }

    /// Tells whether the value reads as words with few digits in it.
    pub(crate) fn reads_as_words(&self) -> bool {
        self.letters() > 0
            && self.evidence() < 0.0
            && self.digits <= 4
            && self.letters() + self.others >= self.length.saturating_sub(4)
    }
}

fn entropy(counts: &[u16; 256], length: usize) -> f32 {
    let total = length.max(1) as f32;
    counts
        .iter()
        .filter(|count| **count > 0)
        .map(|count| f32::from(*count) / total)
        .map(|share| -share * share.log2())
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_read_as_words_and_generated_values_do_not() {
        for value in
            ["supersecret", "hope-nobody-finds-this", "SYS_PKEY_MPROTECT", "getUserPassword", "password123"]
        {
            assert!(Makeup::of(value.as_bytes()).reads_as_words(), "{value}");
        }
        for value in ["q8Zt0vLw2nXc5Rb7", "xK9mQvR2pLwT", "szdPygYXKsZpFjUwRdtM", "etvzcfkswptwjbhd"] {
            assert!(!Makeup::of(value.as_bytes()).reads_as_words(), "{value}");
        }
    }

    #[test]
    fn entropy_is_that_of_the_characters() {
        assert_eq!(Makeup::of(b"aaaa").entropy, 0.0);
        assert!((Makeup::of(b"abcdabcd").entropy - 2.0).abs() < 1e-6);
    }
}
