//! Escapes of JSON strings (RFC 8259, section 7) in text that is not JSON around them, such as a line of a log.

use std::ops::Range;

use crate::json::escape::{self, Escape};
use crate::mapped::{Decoding, Mapped};
use crate::scan;

/// Decodes the escapes of a text, or returns `None` where there is none.
///
/// Lenient, as [`json::Lexer`](crate::json::Lexer) is: what is no escape means itself, and so do quotes and line feeds.
///
/// ```
/// use reticent_spans::encodings::escapes::decode;
///
/// let decoded = decode(br#"{\"pin\": \"plum\u002d42\"}"#).expect("there are escapes");
/// assert_eq!(decoded.bytes(), br#"{"pin": "plum-42"}"#);
/// assert_eq!(decoded.raw_range_of(9..16), 12..24);
/// ```
#[must_use]
pub fn decode(text: &[u8]) -> Option<Mapped<'static>> {
    let (mut decoding, mut at, mut is_escaped) = (Decoding::new(text.len(), 8), 0, false);
    while at < text.len() {
        let plain = before_backslash(&text[at..]);
        decoding.same(at, &text[at..at + plain]);
        at += plain;
        let rest = &text[at..];
        match read(rest) {
            (length, None) => {
                decoding.same(at, &rest[..length]);
                at += length;
            }
            (length, Some(character)) => {
                decoding.unit(at, length as u8, character.encode_utf8(&mut [0; 4]).as_bytes());
                at += length;
                is_escaped = true;
            }
        }
    }
    is_escaped.then(|| decoding.into())
}

/// Finds lines with at least so many escapes in them, without their line feeds.
///
/// ```
/// use reticent_spans::encodings::escapes::runs;
///
/// let text = b"start\nbody={\\\"pin\\\": 1}\nend \\o/\n";
/// assert_eq!(runs(text, 2).map(|run| &text[run]).collect::<Vec<_>>(), [br#"body={\"pin\": 1}"#]);
/// ```
pub fn runs(text: &[u8], at_least: usize) -> impl Iterator<Item = Range<usize>> + use<'_> {
    let mut next = 0;
    std::iter::from_fn(move || {
        while next < text.len() {
            let start = next;
            let end = start + scan::before(&text[start..], |byte| byte == b'\n');
            next = end + 1;
            let escapes = count(&text[start..end]);
            if escapes > 0 && escapes >= at_least {
                return Some(start..end);
            }
        }
        None
    })
}

fn count(line: &[u8]) -> usize {
    let (mut count, mut at) = (0, 0);
    while at < line.len() {
        at += before_backslash(&line[at..]);
        let (length, character) = read(&line[at..]);
        count += usize::from(character.is_some());
        at += length;
    }
    count
}

fn before_backslash(text: &[u8]) -> usize {
    scan::before(text, |byte| byte == b'\\')
}

/// Returns how long the escape at the beginning is, and what it means if it means anything but itself.
fn read(text: &[u8]) -> (usize, Option<char>) {
    if text.is_empty() {
        return (0, None);
    }
    match escape::read(text) {
        Escape::Unfinished => (text.len(), None),
        Escape::Raw(length) => (length, None),
        Escape::Character(length, character) => (length, Some(character)),
    }
}
