//! Base64 and base64url (RFC 4648, sections 4 and 5), also in lines (RFC 2045, section 6.8; RFC 7468).

use std::ops::Range;

use super::digit::{self, Digits};
use crate::mapped::{Decoding, Mapped};

/// A line of at least so many digits may go on in the next one: PEM has 64, MIME up to 76.
const LINE: usize = 60;

/// The two digits in which base64 and base64url differ.
///
/// There is no third alphabet in the RFC.
///
/// ```
/// use reticent_spans::encodings::base64::{Alphabet, runs};
///
/// let text = b"id: cGx1bS1j_2hlc3Q; key=cGx1bS1jaGVzdA==";
/// let found: Vec<_> = runs(text, Alphabet::Url, 12).map(|run| &text[run]).collect();
/// assert_eq!(found, [&b"cGx1bS1j_2hlc3Q"[..], b"cGx1bS1jaGVzdA=="]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alphabet {
    /// With `+` and `/`.
    Standard,
    /// With `-` and `_`.
    Url,
}

impl Alphabet {
    fn digits(self) -> Digits {
        match self {
            Self::Standard => digit::BASE64,
            Self::Url => digit::BASE64_URL,
        }
    }
}

/// Decodes a text that is base64 from end to end, in either alphabet.
///
/// Strict: no other bytes, no mixture of alphabets, no digit too many; padding may be missing, but not be wrong; bits
/// that carry nothing are zero (RFC 4648, 3.5 lets a decoder demand it, and it tells base64 from words). Lenient: line
/// breaks may stand anywhere before the padding and behind it, with blanks behind them.
///
/// ```
/// use reticent_spans::encodings::base64::decode;
///
/// let decoded = decode(b"cGx1\r\n  bS00Mg==").expect("that is base64");
/// assert_eq!(decoded.bytes(), b"plum-42");
/// assert_eq!(decoded.raw_range_of(5..7), 10..14); // `42` is in `00Mg`, which has two bits of `-` too
/// assert!(decode(b"plum-4+2").is_none());
/// ```
#[must_use]
pub fn decode(text: &[u8]) -> Option<Mapped<'static>> {
    let (digits, padding) = parts(text);
    let mut decoding = Decoding::new(digits.len() * 3 / 4 + 1, 6);
    let (mut word, mut count, mut at) = (0_u32, 0_usize, 0);
    while at < digits.len() {
        let line = &digits[at..];
        let length = line.iter().position(|byte| VALUES[usize::from(*byte)] == NONE).unwrap_or(line.len());
        if length == 0 {
            at += break_length(line)?;
            continue;
        }
        decoding.digits(at, length);
        for byte in &line[..length] {
            word = word << 6 | u32::from(VALUES[usize::from(*byte)]);
            count += 1;
            match count % 4 {
                0 => decoding.byte(word as u8),
                2 => decoding.byte((word >> 4) as u8),
                3 => decoding.byte((word >> 2) as u8),
                _ => {}
            }
        }
        at += length;
    }
    let (missing, unused) = match count % 4 {
        0 => (0, 0),
        2 => (2, word & 0b1111),
        3 => (1, word & 0b11),
        _ => return None,
    };
    let is_padded = padding == 0 || padding == missing;
    (is_padded && unused == 0 && !is_mixed(digits)).then(|| decoding.into())
}

/// Finds runs of at least so many digits, padding not counted.
///
/// A run goes on behind a line break where the line has 60 digits and more, a multiple of four, as MIME and PEM have.
/// Padding belongs to it where there is as much as it needs.
pub fn runs(
    text: &[u8],
    alphabet: Alphabet,
    at_least: usize,
) -> impl Iterator<Item = Range<usize>> + use<'_> {
    let (digits, mut at) = (alphabet.digits(), 0);
    std::iter::from_fn(move || {
        while at < text.len() {
            at += digits.before(&text[at..]);
            let start = at;
            let count = take(text, digits, &mut at);
            if count > 0 && count >= at_least {
                return Some(start..at);
            }
        }
        None
    })
}

/// Takes the digits that begin at `at`, line by line, and their padding; returns how many digits there are.
fn take(text: &[u8], digits: Digits, at: &mut usize) -> usize {
    let mut count = 0;
    loop {
        let line = digits.count(&text[*at..]);
        count += line;
        *at += line;
        let rest = &text[*at..];
        let gap = if line >= LINE && line.is_multiple_of(4) { break_length(rest).unwrap_or(0) } else { 0 };
        if gap == 0 || rest.get(gap).is_none_or(|byte| !digits.has(*byte)) {
            break;
        }
        *at += gap;
    }
    let missing = if count % 4 == 1 { 0 } else { count.next_multiple_of(4) - count };
    if text[*at..].iter().take(missing).filter(|byte| **byte == b'=').count() == missing {
        *at += missing;
    }
    count
}

/// Divides a text into what stands before the padding, and how much padding there is.
fn parts(text: &[u8]) -> (&[u8], usize) {
    let end =
        |text: &[u8]| text.iter().rposition(|byte| !byte.is_ascii_whitespace()).map_or(0, |last| last + 1);
    let trailing = &text[end(text)..];
    // Blanks are only skipped behind a line break.
    let text = if break_length(trailing) == Some(trailing.len()) { &text[..end(text)] } else { text };
    let digits = text.iter().rposition(|byte| *byte != b'=').map_or(0, |last| last + 1);
    (&text[..digits], text.len() - digits)
}

/// Counts the line breaks at the beginning, with the blanks behind them; without a break there is nothing to skip.
fn break_length(text: &[u8]) -> Option<usize> {
    let is_skipped = |byte: &u8| matches!(byte, b'\r' | b'\n' | b' ' | b'\t');
    let begins = matches!(text.first(), Some(b'\r' | b'\n'));
    begins.then(|| text.iter().position(|byte| !is_skipped(byte)).unwrap_or(text.len()))
}

fn is_mixed(digits: &[u8]) -> bool {
    let has = |of: [u8; 2]| digits.iter().any(|byte| of.contains(byte));
    has(*b"+/") && has(*b"-_")
}

/// What is no digit.
const NONE: u8 = u8::MAX;

/// What each digit of either alphabet is worth.
const VALUES: [u8; 256] = {
    let mut values = [NONE; 256];
    let mut value = 0;
    while value < 62 {
        let digit = match value {
            0..26 => b'A' + value,
            26..52 => b'a' + value - 26,
            _ => b'0' + value - 52,
        };
        values[digit as usize] = value;
        value += 1;
    }
    values[b'+' as usize] = 62;
    values[b'-' as usize] = 62;
    values[b'/' as usize] = 63;
    values[b'_' as usize] = 63;
    values
};
