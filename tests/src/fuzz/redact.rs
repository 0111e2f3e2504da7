//! Masking, against the definition of what is masked.

use reticent::core::Secret;
use reticent::redact::{Redactor, Values};

#[expect(dead_code, reason = "another of its functions judges texts of letters alone")]
#[path = "../../../crates/needles/tests/oracle/definition.rs"]
pub(super) mod definition;

/// What a text is made of. Values are of `a` and `b`, and no other spelling of such a value can be made of these.
const PIECES: [&[u8]; 24] = [
    b"a",
    b"b",
    b"ab",
    b"bb",
    b"aab",
    b"bba",
    b" ",
    b"\n",
    b"\r\n",
    b"\r",
    b"\t",
    b"\n  ",
    b"\x1b[31m",
    b"\x1b[",
    b"\x1b",
    b"[",
    b"]",
    b";",
    b"[REDACTED:N0]",
    b"[REDACTED:N1#0a1b2]",
    b"[REDACTED:",
    b"#",
    b"\xff",
    b"\xc3\xa9",
];

/// A text is masked as the definition says, however it is cut, and masking it again changes nothing.
///
/// The first bytes say how many values there are and what they are, the next ones where the text is cut, and each of
/// the rest is a piece of it.
///
/// # Panics
/// When that does not hold.
pub fn redact(bytes: &[u8]) {
    let mut bytes = bytes.iter().copied();
    let count = bytes.next().unwrap_or(0) % 6;
    let named: Vec<(String, Vec<u8>)> = (0..count)
        .map(|at| {
            let (length, letters) = (6 + bytes.next().unwrap_or(0) % 10, [bytes.next(), bytes.next()]);
            let bits = u16::from_le_bytes(letters.map(|byte| byte.unwrap_or(0)));
            (format!("N{at}"), (0..length).map(|bit| b'a' + u8::from(bits >> bit & 1 == 1)).collect())
        })
        .collect();
    let cuts: Vec<usize> = bytes.by_ref().take(8).map(|cut| usize::from(cut % 32)).collect();
    let text = bytes.map(|byte| PIECES[usize::from(byte) % PIECES.len()]).collect::<Vec<_>>().concat();
    let learnt = named.iter().map(|(name, value)| (name, Secret::copy_of(value))).collect::<Values>();
    let redactor = Redactor::new(&learnt);
    let want = masked(&definition::find(&named, &text), &text);
    assert_eq!(redactor.redact(&text), want, "whole");
    assert_eq!(streamed(&redactor, &text, &cuts), want, "cut");
    assert_eq!(streamed(&redactor, &text, &[1; 1 << 12]), want, "byte by byte");
    assert_eq!(redactor.redact(&want), want, "masked again");
}

/// Writes the mask of each span over a text.
fn masked(spans: &[definition::Found], text: &[u8]) -> Vec<u8> {
    let place = |at: u64| usize::try_from(at).expect("in the text");
    let (mut shown, mut at) = (Vec::new(), 0);
    for (start, end, name) in spans {
        shown.extend_from_slice(&text[at..place(*start)]);
        shown.extend_from_slice(format!("[REDACTED:{name}]").as_bytes());
        at = place(*end);
    }
    shown.extend_from_slice(&text[at..]);
    shown
}

/// Streams `text` in chunks of these lengths, the rest as one.
fn streamed(redactor: &Redactor, text: &[u8], cuts: &[usize]) -> Vec<u8> {
    let (mut stream, mut shown, mut rest) = (redactor.stream(), Vec::new(), text);
    for cut in cuts {
        let (chunk, more) = rest.split_at((*cut).min(rest.len()));
        stream.push(chunk, |bytes| shown.extend_from_slice(bytes));
        rest = more;
    }
    stream.push(rest, |bytes| shown.extend_from_slice(bytes));
    stream.finish(|bytes| shown.extend_from_slice(bytes));
    shown
}
