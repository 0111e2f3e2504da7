//! UTF-16 in either byte order (RFC 2781; Unicode, section 3.10).

use std::ops::Range;

use crate::mapped::{Decoding, Mapped};
use crate::scan;

/// Which byte of two comes first.
///
/// There is no third order of two bytes.
///
/// ```
/// use reticent_spans::encodings::utf16::{Endian, decode};
///
/// let both = [Endian::Little, Endian::Big].map(|endian| decode(b"p\0", endian));
/// let meanings = both.iter().flatten().map(|decoded| decoded.bytes());
/// assert_eq!(meanings.collect::<Vec<_>>(), ["p".as_bytes(), "\u{7000}".as_bytes()]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Endian {
    /// The little end, as on Windows.
    Little,
    /// The big end, as on networks.
    Big,
}

impl Endian {
    fn unit(self, pair: &[u8]) -> u16 {
        let pair = [pair[0], pair[1]];
        match self {
            Self::Little => u16::from_le_bytes(pair),
            Self::Big => u16::from_be_bytes(pair),
        }
    }
}

/// Decodes a text that is UTF-16 from end to end, to UTF-8.
///
/// Strict: whole units, and no half of a surrogate pair. A byte order mark of the order that is asked for is skipped.
///
/// ```
/// use reticent_spans::encodings::utf16::{Endian, decode};
///
/// let decoded = decode(b"\xff\xfep\0\xe9\0!\0", Endian::Little).expect("that is UTF-16");
/// assert_eq!(decoded.bytes(), "pé!".as_bytes());
/// assert_eq!(decoded.raw_range_of(1..3), 4..6);
/// ```
#[must_use]
pub fn decode(text: &[u8], endian: Endian) -> Option<Mapped<'static>> {
    if !text.len().is_multiple_of(2) {
        return None;
    }
    let has_mark = text.len() >= 2 && endian.unit(text) == 0xfeff;
    let mut at = if has_mark { 2 } else { 0 };
    // The worst is three bytes for a unit.
    let mut decoding = Decoding::new(text.len() / 2 * 3, 8);
    for character in char::decode_utf16(text[at..].chunks_exact(2).map(|pair| endian.unit(pair))) {
        let character = character.ok()?;
        let raw_len = character.len_utf16() * 2;
        decoding.unit(at, raw_len as u8, character.encode_utf8(&mut [0; 4]).as_bytes());
        at += raw_len;
    }
    Some(decoding.into())
}

/// Finds runs of at least so many characters of printable ASCII, tab, line feed and carriage return in UTF-16.
///
/// Where characters and NULs take turns, an odd number of bytes can be read in both orders. It is the big end that
/// comes first if there is its byte order mark before them, or a character that then belongs to other text before
/// them; otherwise it is the little end.
///
/// ```
/// use reticent_spans::encodings::utf16::{Endian, runs};
///
/// let text = b"pin: \xfep\0l\0u\0m\0 and \0p\0l\0u\0m";
/// let found: Vec<_> = runs(text, 4).collect();
/// assert_eq!(found, [(6..14, Endian::Little), (19..27, Endian::Big)]);
/// ```
pub fn runs(text: &[u8], at_least: usize) -> impl Iterator<Item = (Range<usize>, Endian)> + use<'_> {
    let mut at = 0;
    std::iter::from_fn(move || {
        while at < text.len() {
            let turns = turns(text, at);
            at = turns.end;
            let (run, endian) = read(text, turns);
            if !run.is_empty() && run.len() / 2 >= at_least {
                return Some((run, endian));
            }
        }
        None
    })
}

/// The next bytes, from `from` on, in which NULs and others take turns.
fn turns(text: &[u8], from: usize) -> Range<usize> {
    let nul = from + scan::before(&text[from..], |byte| byte == 0);
    let is_preceded = nul > from && nul < text.len() && is_text(text[nul - 1]);
    let start = if is_preceded { nul - 1 } else { nul };
    let mut end = start;
    while text
        .get(end)
        .is_some_and(|byte| if end.abs_diff(nul).is_multiple_of(2) { *byte == 0 } else { is_text(*byte) })
    {
        end += 1;
    }
    start..end
}

/// Chooses the order, and leaves out the byte that has no other half.
fn read(text: &[u8], turns: Range<usize>) -> (Range<usize>, Endian) {
    let Range { start, end } = turns;
    let is_odd = turns.len() % 2 == 1;
    let is_text_at = |at: Option<usize>| at.and_then(|at| text.get(at)).is_some_and(|byte| is_text(*byte));
    match text.get(start) == Some(&0) {
        true if !is_odd => (turns, Endian::Big),
        true if text[..start].ends_with(b"\xfe\xff") => (start..end - 1, Endian::Big),
        true => (start + 1..end, Endian::Little),
        false if !is_odd => (turns, Endian::Little),
        // The first character belongs to what is before, or the last to what is behind.
        false if is_text_at(start.checked_sub(1)) && !is_text_at(Some(end)) => (start + 1..end, Endian::Big),
        false => (start..end - 1, Endian::Little),
    }
}

fn is_text(byte: u8) -> bool {
    matches!(byte, b' '..=b'~' | b'\t' | b'\n' | b'\r')
}
