//! Text within text: UTF-16, base64, hex, percent escapes and the escapes of JSON, each decoded and looked through.

use std::ops::Range;
use std::sync::Arc;

use reticent_spans::Mapped;
use reticent_spans::encodings::{base64, escapes, hex, percent, utf16};

use crate::hits::{self, Hit};
use crate::pass;
use crate::set::RuleSet;
use crate::text::{FileKind, Syntax, Text};

/// How many layers are taken off one another.
const DEEPEST: usize = 3;
/// A shorter run of digits holds no secret that is worth it.
const SHORTEST: usize = 24;
/// No longer run is decoded as one.
const LONGEST: usize = 256 * 1024;
/// How far an escape is followed to both sides.
const AROUND: usize = 1024;

/// An encoding that was taken off before a secret was seen.
///
/// ```
/// use reticent_detect::{Layer, Scanner};
///
/// // base64 of `password=q8Zt0vLw2nXc5Rb7`
/// let findings = Scanner::new().scan_bytes(b"data: cGFzc3dvcmQ9cThadDB2THcyblhjNVJiNw==");
/// assert_eq!(findings[0].layers(), [Layer::Base64]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Layer {
    /// UTF-16 in either order.
    Utf16,
    /// Base64 or base64url.
    Base64,
    /// Two digits a byte.
    Hex,
    /// `%` and two digits.
    Percent,
    /// The escapes of JSON strings.
    Escapes,
}

impl Layer {
    /// Returns the word of reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Utf16 => "utf-16",
            Self::Base64 => "base64",
            Self::Hex => "hex",
            Self::Percent => "percent",
            Self::Escapes => "json-escapes",
        }
    }
}

/// Returns what is found in `text` and in what is encoded in it.
pub(crate) fn look(set: &RuleSet, text: &Text<'_>) -> Vec<Hit> {
    // Bytes that may still be decoded: a bomb of layers ends here.
    let mut budget = text.bytes.len().saturating_mul(2).max(4096);
    if is_utf16(text.bytes) {
        return in_utf16(set, text, &mut budget);
    }
    look_at(set, text, 0, &mut budget)
}

fn look_at(set: &RuleSet, text: &Text<'_>, depth: usize, budget: &mut usize) -> Vec<Hit> {
    let (mut hits, runs) = pass::look(set, text);
    if depth < DEEPEST {
        let plain = hits.len();
        for (layer, run) in encoded(text.bytes, runs) {
            decode(set, text, layer, run, depth, budget, &mut hits);
        }
        if hits.len() > plain {
            return hits::settle(set, hits);
        }
    }
    hits
}

fn decode(
    set: &RuleSet,
    text: &Text<'_>,
    layer: Layer,
    run: Range<usize>,
    depth: usize,
    budget: &mut usize,
    hits: &mut Vec<Hit>,
) {
    let bytes = &text.bytes[run.clone()];
    let decoded = match layer {
        Layer::Base64 => base64::decode(bytes).or_else(|| base64::decode(&bytes[..bytes.len() / 4 * 4])),
        Layer::Hex => hex::decode(bytes),
        Layer::Percent => percent::decode(bytes),
        Layer::Escapes => escapes::decode(bytes),
        Layer::Utf16 => None,
    };
    let Some(decoded) = decoded else { return };
    if decoded.bytes().len() > *budget || !is_text(decoded.bytes()) {
        return;
    }
    *budget -= decoded.bytes().len();
    let syntax = if matches!(layer, Layer::Percent | Layer::Escapes) { text.syntax } else { Syntax::Unknown };
    let inner = Text { bytes: decoded.bytes(), syntax, file: FileKind::Other, ..*text };
    let found = look_at(set, &inner, depth + 1, budget);
    hits.extend(found.into_iter().map(|hit| outer(hit, &decoded, layer, run.start)));
}

/// A hit in decoded bytes, at its place in the text.
fn outer(mut hit: Hit, decoded: &Mapped<'_>, layer: Layer, start: usize) -> Hit {
    if hit.decoded.is_none() {
        hit.decoded = Some(Arc::new(decoded.bytes()[hit.span.clone()].to_vec().into()));
    }
    let raw = decoded.raw_range_of(hit.span);
    hit.span = start + raw.start..start + raw.end;
    hit.layers.insert(0, layer);
    hit
}

fn is_utf16(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(4096)];
    head.starts_with(b"\xff\xfe")
        || head.starts_with(b"\xfe\xff")
        || memchr::memchr_iter(0, head).count() * 3 >= head.len().max(16)
}

fn in_utf16(set: &RuleSet, text: &Text<'_>, budget: &mut usize) -> Vec<Hit> {
    let (mut hits, _) = pass::look(set, text);
    for (run, endian) in utf16::runs(text.bytes, 6) {
        let Some(decoded) = utf16::decode(&text.bytes[run.clone()], endian) else { continue };
        let inner = Text { bytes: decoded.bytes(), ..*text };
        let found = look_at(set, &inner, 1, budget);
        hits.extend(found.into_iter().map(|hit| outer(hit, &decoded, Layer::Utf16, run.start)));
    }
    hits::settle(set, hits)
}

/// Runs that may be text in an encoding: their first digits are.
fn encoded(bytes: &[u8], runs: Vec<Range<usize>>) -> Vec<(Layer, Range<usize>)> {
    let mut found = Vec::new();
    let mut end = 0;
    for run in runs {
        if run.start >= end {
            let digits = digits_around(bytes, run);
            if digits.len() >= SHORTEST && digits.len() <= LONGEST {
                found.extend(layer_of(&bytes[digits.clone()]).map(|layer| (layer, digits.clone())));
            }
            end = digits.end;
        }
    }
    escaped(bytes, b'%', Layer::Percent, &mut found);
    escaped(bytes, b'\\', Layer::Escapes, &mut found);
    found
}

/// A run of token characters with what belongs to base64 around it.
fn digits_around(bytes: &[u8], run: Range<usize>) -> Range<usize> {
    let is_digit = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/".contains(byte);
    let left = bytes[run.start.saturating_sub(LONGEST)..run.start]
        .iter()
        .rev()
        .take_while(|byte| is_digit(byte))
        .count();
    let mut end = run.end
        + bytes[run.end..]
            .iter()
            .take(LONGEST)
            .take_while(|byte| is_digit(byte) || b"-_".contains(byte))
            .count();
    // Lines of MIME and PEM go on in the next one.
    while end - run.start >= 60 && bytes.get(end) == Some(&b'\n') && end - run.start < LONGEST {
        let next = bytes[end + 1..].iter().take(LONGEST).take_while(|byte| is_digit(byte)).count();
        if next == 0 {
            break;
        }
        end += 1 + next;
    }
    end += bytes[end..].iter().take(2).take_while(|byte| **byte == b'=').count();
    run.start - left..end
}

/// What the first digits decode to tells nearly always whether all of it is text.
fn layer_of(digits: &[u8]) -> Option<Layer> {
    let head = &digits[..16];
    let is_hex = digits.iter().take(64).all(u8::is_ascii_hexdigit);
    let decoded = if is_hex { hex::decode(head) } else { base64::decode(head) }?;
    is_text(decoded.bytes()).then_some(if is_hex { Layer::Hex } else { Layer::Base64 })
}

/// Whether bytes are text, or so nearly that it does not matter.
fn is_text(bytes: &[u8]) -> bool {
    let odd =
        bytes.iter().filter(|byte| !((b' '..=b'~').contains(*byte) || b"\r\n\t".contains(byte))).count();
    odd * 8 <= bytes.len()
}

/// Pieces of a line around escapes that begin with `mark`.
fn escaped(bytes: &[u8], mark: u8, layer: Layer, found: &mut Vec<(Layer, Range<usize>)>) {
    let mut end = 0;
    for at in memchr::memchr_iter(mark, bytes) {
        if at < end || !is_escape(&bytes[at..], mark) {
            continue;
        }
        let ends = |byte: &u8| {
            if mark == b'%' { byte.is_ascii_whitespace() || b"\"'<>`".contains(byte) } else { *byte == b'\n' }
        };
        let from = at.saturating_sub(AROUND).max(end);
        let start = bytes[from..at].iter().rposition(ends).map_or(from, |place| from + place + 1);
        let to = bytes.len().min(at + AROUND);
        end = at + bytes[at..to].iter().position(ends).unwrap_or(to - at);
        found.push((layer, start..end));
    }
}

/// `%41`, and `\u0041` that writes a character of ASCII which needs no escape.
fn is_escape(rest: &[u8], mark: u8) -> bool {
    let is_hex =
        |range: Range<usize>| rest.get(range).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit));
    match mark {
        b'%' => is_hex(1..3),
        _ => rest.get(1) == Some(&b'u') && rest.get(2..4) == Some(b"00") && is_hex(4..6),
    }
}
