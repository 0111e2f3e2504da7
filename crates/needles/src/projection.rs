//! What matching sees of a text: no line breaks with the blanks behind them, no control sequences of a terminal, and
//! an end at each mask that is there already.
//!
//! The decision: each piece is judged by a pure function of the bytes from its beginning on, which asks for more
//! where a chunk ends too early. So nothing depends on how a text is cut; the cost is to carry at most one unfinished
//! piece, shorter than 150 bytes, from chunk to chunk.

use reticent_core::SecretBuffer;

/// How a mask begins.
const MASK: &[u8] = b"[REDACTED:";

/// The longest name in a mask.
const LONGEST_NAME: usize = 128;

/// The hex digits of a fingerprint in a mask, which stand behind `#`.
const FINGERPRINT: usize = 5;

/// No piece that a later byte may decide is longer: a mask behind an escape.
pub(crate) const LONGEST_PIECE: usize = 1 + MASK.len() + LONGEST_NAME + 1 + FINGERPRINT + 1;

/// One piece of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// A byte that is seen.
    Plain,
    /// A line break, one byte of it.
    Break,
    /// A control sequence of this many bytes.
    Sequence(usize),
    /// A mask of this many bytes.
    Mask(usize),
    /// The next bytes decide.
    Unfinished,
}

/// Tells whether a byte may begin a piece other than a plain byte.
pub(crate) fn is_special(byte: u8) -> bool {
    matches!(byte, b'\r' | b'\n' | 0x1b | b'[')
}

/// Judges the piece at the beginning of `rest`, which is not empty.
pub(crate) fn piece(rest: &[u8]) -> Piece {
    match rest[0] {
        b'\r' | b'\n' => Piece::Break,
        b'[' => mask(rest),
        0x1b => match rest.get(1) {
            None => Piece::Unfinished,
            // A mask that was put behind a lone escape stays a mask.
            Some(b'[') => match mask(&rest[1..]) {
                Piece::Mask(_) => Piece::Plain,
                Piece::Unfinished => Piece::Unfinished,
                _ => sequence(rest),
            },
            Some(_) => Piece::Plain,
        },
        _ => Piece::Plain,
    }
}

fn mask(rest: &[u8]) -> Piece {
    let head = rest.len().min(MASK.len());
    if rest[..head] != MASK[..head] {
        return Piece::Plain;
    }
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"_.-".contains(byte);
    let name = rest[head..].iter().take(LONGEST_NAME + 1).take_while(|byte| is_name(byte)).count();
    let end = head + name;
    match rest.get(end) {
        _ if name > LONGEST_NAME => Piece::Plain,
        None => Piece::Unfinished,
        Some(b']') if name > 0 => Piece::Mask(end + 1),
        Some(b'#') if name > 0 => fingerprint(rest, end + 1),
        Some(_) => Piece::Plain,
    }
}

/// The rest of a mask that has a fingerprint behind its name.
fn fingerprint(rest: &[u8], start: usize) -> Piece {
    let digits = rest[start..].iter().take(FINGERPRINT).take_while(|byte| byte.is_ascii_hexdigit()).count();
    match rest.get(start + digits) {
        None => Piece::Unfinished,
        Some(b']') if digits == FINGERPRINT => Piece::Mask(start + digits + 1),
        Some(_) => Piece::Plain,
    }
}

/// `ESC [`, at most 32 parameter bytes, at most 4 intermediate bytes and a final one (ECMA-48, section 5.4).
fn sequence(rest: &[u8]) -> Piece {
    let count = |from: usize, most: usize, first: u8, last: u8| {
        rest[from..].iter().take(most).take_while(|byte| (first..=last).contains(byte)).count()
    };
    let parameters = count(2, 32, b'0', b'?');
    let end = 2 + parameters + count(2 + parameters, 4, b' ', b'/');
    match rest.get(end) {
        None => Piece::Unfinished,
        Some(b'@'..=b'~') => Piece::Sequence(end + 1),
        Some(_) => Piece::Plain,
    }
}

/// Projects one spelling.
pub(crate) fn project(form: &[u8]) -> SecretBuffer {
    let mut seen = SecretBuffer::with_capacity(form.len());
    let (mut at, mut after_break) = (0, false);
    while at < form.len() {
        let byte = form[at];
        at += match piece(&form[at..]) {
            Piece::Break => {
                after_break = true;
                1
            }
            Piece::Sequence(length) => length,
            _ => {
                if !(after_break && matches!(byte, b' ' | b'\t')) {
                    seen.push(byte);
                    after_break = false;
                }
                1
            }
        };
    }
    seen
}

/// Counts the line breaks and blanks at the beginning of `rest`.
pub(crate) fn blank_length(rest: &[u8]) -> usize {
    rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n' | b' ' | b'\t')).count()
}

/// Counts the bytes up to the next one that may begin another piece; the first counts whatever it is.
pub(crate) fn plain_run(rest: &[u8]) -> usize {
    let mut length = 1;
    loop {
        length += plain_length(&rest[length..]);
        match rest[length..] {
            [b'[', next, ..] if next != MASK[1] => length += 1,
            [0x1b, next, ..] if next != b'[' => length += 1,
            _ => return length,
        }
    }
}

/// Counts the bytes before the first special one; whole blocks first, which the compiler turns into vectors.
pub(crate) fn plain_length(text: &[u8]) -> usize {
    let (blocks, rest) = text.as_chunks::<32>();
    for (nth, block) in blocks.iter().enumerate() {
        if block.iter().fold(0, |any, byte| any | mark(*byte)) != 0 {
            return nth * 32 + first_mark(&block.map(mark));
        }
    }
    let before = text.len() - rest.len();
    before + rest.iter().position(|byte| is_special(*byte)).unwrap_or(rest.len())
}

/// Returns 1 for a special byte, without a branch, or it is no vector; an escape and a bracket differ in one bit.
fn mark(byte: u8) -> u8 {
    u8::from(byte == b'\n') | u8::from(byte == b'\r') | u8::from(byte & 0xbf == 0x1b)
}

/// Returns the place of the first 1 among bytes that are 0 or 1.
fn first_mark(marks: &[u8; 32]) -> usize {
    let (words, _) = marks.as_chunks::<8>();
    // The factor moves the bit of each byte into the highest one, those of the first bytes lowest.
    let eight = |word: &[u8; 8]| u64::from_le_bytes(*word).wrapping_mul(0x0102_0408_1020_4080) >> 56;
    let all = words.iter().rev().fold(0, |all, word| all << 8 | eight(word));
    all.trailing_zeros() as usize
}
