//! Finding known values in a stream, against the definition of what is found and of what is held back.

use reticent::core::Secret;
use reticent_needles::{Builder, Needles, Span};

use super::redact::definition;

#[path = "../../../crates/needles/tests/oracle/held.rs"]
mod held;

/// What a text is made of; values are of `a` and `b`, which no other spelling of theirs is.
const PIECES: [&[u8]; 16] = [
    b"a",
    b"b",
    b"ab",
    b"bb",
    b"aaa",
    b" ",
    b"\n",
    b"\r\n  ",
    b"\t",
    b"\x1b[31m",
    b"\x1b[",
    b"\x1b",
    b"[",
    b"[REDACTED:A]",
    b"[REDACTED:A#0a1b",
    b"m]",
];

/// After each chunk of a text a finder holds back what the definition says, and at borders it has found all of it.
///
/// The first bytes say how many values there are and what they are, the next ones where the text is cut and whether a
/// border stands there, and each of the rest is a piece of it.
///
/// # Panics
/// When that does not hold.
pub fn needles(bytes: &[u8]) {
    let mut bytes = bytes.iter().copied();
    let count = bytes.next().unwrap_or(0) % 6;
    let named: Vec<(String, Vec<u8>)> = (0..count).map(|at| (format!("N{at}"), value(&mut bytes))).collect();
    let cuts: Vec<u8> = bytes.by_ref().take(8).collect();
    let all = bytes.map(|byte| PIECES[usize::from(byte) % PIECES.len()]).collect::<Vec<_>>().concat();
    let learn = |builder: Builder, (name, value): &(String, Vec<u8>)| {
        builder.learn(name.as_str(), &Secret::copy_of(value))
    };
    let needles = named.iter().fold(Needles::builder(), learn).build();
    let mut judge = Judge { named: &named, base: 0, text: Vec::new(), found: Vec::new(), want: Vec::new() };
    let (mut finder, mut rest) = (needles.finder(), &all[..]);
    for cut in cuts {
        let (piece, after) = rest.split_at(usize::from(cut % 32).min(rest.len()));
        rest = after;
        finder.push(piece, |span| judge.found.push(found(span)));
        judge.after_chunk(piece, &finder);
        if cut & 0xe0 == 0x20 {
            finder.border(|span| judge.found.push(found(span)));
            judge.after_border();
        }
    }
    finder.push(rest, |span| judge.found.push(found(span)));
    judge.after_chunk(rest, &finder);
    finder.finish(|span| judge.found.push(found(span)));
    judge.after_border();
}

/// Six to fifteen letters: one byte says how many, two say which.
fn value(bytes: &mut impl Iterator<Item = u8>) -> Vec<u8> {
    let mut next = || bytes.next().unwrap_or(0);
    let (length, bits) = (6 + next() % 10, u16::from_le_bytes([next(), next()]));
    (0..length).map(|bit| b'a' + u8::from(bits >> bit & 1 == 1)).collect()
}

/// What was pushed since the last border, and what has been found and should have been.
struct Judge<'a> {
    named: &'a [(String, Vec<u8>)],
    base: u64,
    text: Vec<u8>,
    found: Vec<definition::Found>,
    want: Vec<definition::Found>,
}

impl Judge<'_> {
    fn after_chunk(&mut self, piece: &[u8], finder: &reticent_needles::Finder<&Needles>) {
        self.text.extend_from_slice(piece);
        let held = held::held(self.named, &self.text);
        let live = held.live.map(|(start, length)| (self.base + start, length));
        assert_eq!(finder.undecided().len(), held.undecided, "undecided");
        assert_eq!((finder.settled(), finder.live()), (self.base + held.settled, live), "settled and live");
        assert_eq!(finder.open().map(found).collect::<Vec<_>>(), self.moved(held.open), "open");
    }

    fn after_border(&mut self) {
        let want = self.moved(definition::find(self.named, &self.text));
        self.want.extend(want);
        assert_eq!(self.found, self.want, "at a border");
        self.base += self.text.len() as u64;
        self.text.clear();
    }

    fn moved(&self, spans: Vec<definition::Found>) -> Vec<definition::Found> {
        spans.into_iter().map(|(start, end, name)| (self.base + start, self.base + end, name)).collect()
    }
}

fn found(span: Span<'_>) -> definition::Found {
    (span.start(), span.end(), span.name().to_owned())
}
