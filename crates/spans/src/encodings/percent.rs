//! Percent escapes of URLs (RFC 3986, section 2.1) and of forms (WHATWG URL, section 5.1).

use std::ops::Range;

use super::{digit, hex};
use crate::mapped::{Decoding, Mapped};
use crate::scan;

/// Decodes the escapes of a text, or returns `None` where there is none.
///
/// Lenient, as browsers are (WHATWG URL, section 1.3): a percent sign without two digits means itself. A plus sign
/// does too; see [`decode_form`].
///
/// ```
/// use reticent_spans::encodings::percent::decode;
///
/// let decoded = decode(b"100%+p%40ss").expect("there is an escape");
/// assert_eq!(decoded.bytes(), b"100%+p@ss");
/// assert_eq!(decoded.raw_range_of(5..9), 5..11);
/// assert!(decode(b"100%").is_none());
/// ```
#[must_use]
pub fn decode(text: &[u8]) -> Option<Mapped<'static>> {
    decode_with(text, |byte| byte == b'%')
}

/// Decodes the escapes of a form field, in which a plus sign is a blank, or returns `None` where there is none.
///
/// ```
/// use reticent_spans::encodings::percent::decode_form;
///
/// assert_eq!(decode_form(b"two+words%21").expect("there are escapes").bytes(), b"two words!");
/// ```
#[must_use]
pub fn decode_form(text: &[u8]) -> Option<Mapped<'static>> {
    decode_with(text, |byte| byte == b'%' || byte == b'+')
}

/// Finds runs of characters that a URL may have, with at least so many escapes in them.
///
/// ```
/// use reticent_spans::encodings::percent::runs;
///
/// let text = b"see https://example.com/p%40ss%2Fword now, 100% sure";
/// assert_eq!(runs(text, 2).map(|run| &text[run]).collect::<Vec<_>>(), [b"https://example.com/p%40ss%2Fword"]);
/// ```
pub fn runs(text: &[u8], at_least: usize) -> impl Iterator<Item = Range<usize>> + use<'_> {
    let mut at = 0;
    std::iter::from_fn(move || {
        while at < text.len() {
            let start = at + digit::OF_URL.before(&text[at..]);
            at = start + digit::OF_URL.count(&text[start..]);
            let escapes = count(&text[start..at]);
            if escapes > 0 && escapes >= at_least {
                return Some(start..at);
            }
        }
        None
    })
}

fn decode_with(text: &[u8], is_special: impl Fn(u8) -> bool) -> Option<Mapped<'static>> {
    let (mut decoding, mut at, mut is_escaped) = (Decoding::new(text.len(), 8), 0, false);
    while at < text.len() {
        let plain = scan::before(&text[at..], &is_special);
        decoding.same(at, &text[at..at + plain]);
        at += plain;
        let Some(first) = text.get(at) else { break };
        let (length, byte) = match hex::byte(&text[at + 1..]) {
            _ if *first == b'+' => (1, b' '),
            Some(byte) => (3, byte),
            None => {
                decoding.same(at, b"%");
                at += 1;
                continue;
            }
        };
        is_escaped = true;
        decoding.unit(at, length, &[byte]);
        at += usize::from(length);
    }
    is_escaped.then(|| decoding.into())
}

fn count(text: &[u8]) -> usize {
    let (mut count, mut at) = (0, 0);
    loop {
        at += scan::before(&text[at..], |byte| byte == b'%');
        let Some(behind) = text.get(at + 1..) else { return count };
        let is_escape = hex::byte(behind).is_some();
        count += usize::from(is_escape);
        at += if is_escape { 3 } else { 1 };
    }
}
