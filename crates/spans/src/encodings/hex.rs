//! Hex: two digits for each byte (RFC 4648, section 8).

use std::ops::Range;

use super::digit;
use crate::mapped::{Decoding, Mapped};

/// Decodes a text that is hex from end to end.
///
/// Strict: nothing but digits, and an even number of them. Lenient: the RFC has upper case alone, and the world both.
///
/// ```
/// use reticent_spans::encodings::hex::decode;
///
/// let decoded = decode(b"706c756D").expect("that is hex");
/// assert_eq!(decoded.bytes(), b"plum");
/// assert_eq!(decoded.raw_range_of(1..3), 2..6);
/// assert!(decode(b"70 6c").is_none());
/// ```
#[must_use]
pub fn decode(text: &[u8]) -> Option<Mapped<'static>> {
    if !text.len().is_multiple_of(2) {
        return None;
    }
    let mut decoding = Decoding::new(text.len() / 2, 4);
    decoding.digits(0, text.len());
    for pair in text.chunks_exact(2) {
        decoding.byte(byte(pair)?);
    }
    Some(decoding.into())
}

/// Finds runs of at least so many digits that are an even number; a run goes as far as it can to both sides.
///
/// ```
/// use reticent_spans::encodings::hex::runs;
///
/// let text = b"key 706c756d of 3 plums";
/// assert_eq!(runs(text, 8).collect::<Vec<_>>(), [4..12]);
/// ```
pub fn runs(text: &[u8], at_least: usize) -> impl Iterator<Item = Range<usize>> + use<'_> {
    let mut at = 0;
    std::iter::from_fn(move || {
        while at < text.len() {
            let start = at + digit::HEX.before(&text[at..]);
            let length = digit::HEX.count(&text[start..]);
            at = start + length;
            if length > 0 && length >= at_least && length.is_multiple_of(2) {
                return Some(start..at);
            }
        }
        None
    })
}

/// Returns the byte that two hex digits are.
pub(super) fn byte(pair: &[u8]) -> Option<u8> {
    let digit = |at: usize| char::from(*pair.get(at)?).to_digit(16);
    Some((digit(0)? << 4 | digit(1)?) as u8)
}
