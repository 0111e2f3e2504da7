//! What detection rules find in a text that arrives in chunks.
//!
//! The decision: a line is judged when it has ended, with the lines before it, so that what is found is a function of
//! the bytes alone. Until then only words are let go that no rule may mask whatever follows. The cost is that a plain
//! word is never masked by a rule, and that a line of many kilobytes is judged piece by piece.

use reticent_detect::Scanner;
use zeroize::{Zeroize as _, Zeroizing};

use crate::watch::Marked;

/// How much of the text before a line is known when it is judged.
const BEFORE: usize = 4 << 10;
/// A longer line is judged before its end.
const LONGEST_LINE: usize = 64 << 10;
/// What then still waits, since a secret may go on in it.
const UNDECIDED: usize = 16 << 10;
/// A longer run of letters may be a secret.
const LONGEST_WORD: usize = 15;
/// No block of a private key is longer.
const LONGEST_BLOCK: u64 = 64 << 10;
/// The rule that answers for a private key.
const PRIVATE_KEY: &str = "generic.private-key";

/// One text's way past the rules.
#[derive(Clone)]
pub(crate) struct Judging {
    scanner: Scanner,
    /// The last bytes that are decided, then those that are not.
    bytes: Zeroizing<Vec<u8>>,
    /// How many of them are decided.
    decided: usize,
    /// Where in the text the first undecided byte stands.
    start: u64,
    /// Where the block of a private key began that has not ended yet.
    block: Option<u64>,
}

impl Judging {
    pub(crate) fn new(scanner: &Scanner) -> Self {
        Self { scanner: scanner.clone(), bytes: Zeroizing::default(), decided: 0, start: 0, block: None }
    }

    /// Takes the next chunk, and returns what is found in the lines that it ends.
    pub(crate) fn push(&mut self, chunk: &[u8]) -> Vec<Marked> {
        self.extend(chunk);
        let undecided = &self.bytes[self.decided..];
        match undecided.iter().rposition(|byte| *byte == b'\n') {
            Some(last) => self.decide(self.decided + last + 1),
            None if undecided.len() > LONGEST_LINE => self.decide(self.bytes.len() - UNDECIDED),
            None => Vec::new(),
        }
    }

    /// Decides what is left, since nothing of this text follows.
    pub(crate) fn border(&mut self) -> Vec<Marked> {
        let found = self.decide(self.bytes.len());
        self.bytes.zeroize();
        (self.decided, self.block) = (0, None);
        found
    }

    /// Returns the offset before which no rule masks anything any more.
    pub(crate) fn settled(&self) -> u64 {
        if self.block.is_some() { self.start } else { self.start + self.plain() as u64 }
    }

    /// Returns what is found in the line as it is now.
    pub(crate) fn open(&self) -> Vec<Marked> {
        self.clone().decide(self.bytes.len())
    }

    /// The length of the undecided words that no rule may mask.
    fn plain(&self) -> usize {
        let undecided = &self.bytes[self.decided..];
        plain_words(undecided)
    }

    /// Adds a chunk without leaving a copy where the buffer grew.
    fn extend(&mut self, chunk: &[u8]) {
        let needed = self.bytes.len() + chunk.len();
        if needed > self.bytes.capacity() {
            let mut grown = Zeroizing::new(Vec::with_capacity(needed.max(2 * self.bytes.capacity())));
            grown.extend_from_slice(&self.bytes);
            self.bytes = grown;
        }
        self.bytes.extend_from_slice(chunk);
    }

    /// Judges the bytes up to `end`, and forgets what is too far back to matter.
    fn decide(&mut self, end: usize) -> Vec<Marked> {
        let mut found = Vec::new();
        let bytes = std::mem::take(&mut self.bytes);
        let text = &bytes[..end];
        let origin = self.start - self.decided as u64;
        let mut place = self.go_on_with_block(text, &mut found);
        for finding in self.scanner.scan_lines(text) {
            let span = finding.span();
            if span.start < place {
                continue;
            }
            let rule = finding.rule().id();
            let (start, stop) = if rule == PRIVATE_KEY && !ends_block(&text[span.clone()]) {
                let (length, has_ended) = block_length(&text[span.start..]);
                self.block = (!has_ended).then_some(origin + span.start as u64);
                (span.start, span.start + length)
            } else {
                (span.start + plain_words_of(&text[span.clone()]), span.end)
            };
            if start < stop {
                let is_guess = finding.rule().vendor() == "generic" && rule != PRIVATE_KEY;
                found.push(Marked::by_rule(origin + start as u64, origin + stop as u64, rule, is_guess));
            }
            place = stop;
        }
        self.bytes = bytes;
        self.forget(end);
        found
    }

    /// Masks what a block takes that began before, and returns where it ends in the text.
    fn go_on_with_block(&mut self, text: &[u8], found: &mut Vec<Marked>) -> usize {
        let Some(begin) = self.block else { return self.decided };
        let (length, has_ended) = block_length(&text[self.decided..]);
        let stop = self.start + length as u64;
        if length > 0 {
            // It overlaps what was masked before by a byte, so that all of it has one mask.
            found.push(Marked::by_rule(self.start.saturating_sub(1).max(begin), stop, PRIVATE_KEY, false));
        }
        if has_ended || stop - begin > LONGEST_BLOCK {
            self.block = None;
        }
        self.decided + length
    }

    fn forget(&mut self, end: usize) {
        self.start += (end - self.decided) as u64;
        let gone = end.saturating_sub(BEFORE);
        self.bytes[..gone].zeroize();
        self.bytes.drain(..gone);
        self.decided = end - gone;
    }
}

/// How much of a text the lines of a private key take, and whether its end is among them.
fn block_length(text: &[u8]) -> (usize, bool) {
    let mut length = 0;
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        let content = line.trim_ascii();
        if ends_block(content) {
            return (length + line.trim_ascii_end().len(), true);
        }
        if !is_of_block(content) {
            return (length, true);
        }
        length += line.len();
    }
    (length, false)
}

fn ends_block(text: &[u8]) -> bool {
    text.windows(8).any(|eight| eight == b"-----END")
}

/// Base64, a header, or the first line.
fn is_of_block(line: &[u8]) -> bool {
    let is_base64 = line.iter().all(|byte| byte.is_ascii_alphanumeric() || b"+/=\"',>| \t".contains(byte));
    let is_header = line.iter().take(24).any(|byte| *byte == b':') && line.len() <= 80;
    is_base64 || is_header || line.windows(10).any(|ten| ten == b"-----BEGIN")
}

/// The length of the complete words at the beginning that a rule never masks: few letters, and what ends a sentence.
fn plain_words(text: &[u8]) -> usize {
    let mut length = 0;
    for word in text.split_inclusive(|byte| byte.is_ascii_whitespace()) {
        let is_complete = word.last().is_some_and(u8::is_ascii_whitespace);
        if !is_complete || !is_plain(word.trim_ascii_end()) {
            break;
        }
        length += word.len();
    }
    length
}

/// The same in a text that ends here, so that its last word is complete.
fn plain_words_of(text: &[u8]) -> usize {
    let length = plain_words(text);
    if is_plain(&text[length..]) { text.len() } else { length }
}

fn is_plain(word: &[u8]) -> bool {
    let letters = word.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    let is_sentence = |byte: &u8| byte.is_ascii_alphabetic() || b".,:;!?()[]'\"-#>$".contains(byte);
    letters <= LONGEST_WORD && word.iter().all(is_sentence) && !word.windows(3).any(|three| three == b"---")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_words_are_let_go_and_nothing_else() {
        for (text, want) in [
            ("Password: ", 10),
            ("Continue? [y/n] ", 10),
            ("user logged in tok3n-x", 15),
            ("key=abc ", 0),
            ("-----BEGIN PRIVATE KEY-----", 0),
            ("wait", 0),
        ] {
            assert_eq!(plain_words(text.as_bytes()), want, "{text}");
        }
    }
}
