//! How far a run of bytes goes: many bytes at a time.

const ONES: u64 = 0x0101_0101_0101_0101;

/// Counts the bytes before the first quote, backslash or line feed.
///
/// Most strings are short, so words come first; of a long one the blocks are what counts.
#[inline]
pub(super) fn text_length(text: &[u8]) -> usize {
    let mut length = 0;
    for word in text.chunks_exact(8).take(4) {
        let marks = special_marks(word);
        if marks != 0 {
            return length + marks.trailing_zeros() as usize / 8;
        }
        length += 8;
    }
    length + rest_length(&text[length..])
}

fn rest_length(text: &[u8]) -> usize {
    let mut length = 0;
    for block in text.chunks_exact(32) {
        // Without a branch, or it is no vector.
        let special = |byte: u8| u8::from(byte == b'"') | u8::from(byte == b'\\') | u8::from(byte == b'\n');
        if block.iter().fold(0, |any, byte| any | special(*byte)) != 0 {
            break;
        }
        length += block.len();
    }
    for word in text[length..].chunks_exact(8) {
        let marks = special_marks(word);
        if marks != 0 {
            return length + marks.trailing_zeros() as usize / 8;
        }
        length += 8;
    }
    let rest = &text[length..];
    length + rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | b'\n')).unwrap_or(rest.len())
}

/// Marks the top bit of the first special byte of eight, and perhaps of bytes behind it.
fn special_marks(word: &[u8]) -> u64 {
    let word = u64::from_le_bytes(word.try_into().expect("eight bytes"));
    marks(word, b'"') | marks(word, b'\\') | marks(word, b'\n')
}

/// Marks the top bit of the first of eight bytes that is `byte`, and perhaps of bytes behind it.
fn marks(word: u64, byte: u8) -> u64 {
    let difference = word ^ (ONES * u64::from(byte));
    difference.wrapping_sub(ONES) & !difference & (ONES << 7)
}

/// Counts the blanks at the beginning.
#[inline]
pub(super) fn blanks(text: &[u8]) -> usize {
    let mut length = 0;
    for word in text.chunks_exact(8) {
        let others = u64::from_le_bytes(word.try_into().expect("eight bytes")) ^ (ONES * u64::from(b' '));
        if others != 0 {
            return length + others.trailing_zeros() as usize / 8;
        }
        length += 8;
    }
    length + text[length..].iter().take_while(|byte| **byte == b' ').count()
}

/// Counts the bytes at the beginning that a number may have.
#[inline]
pub(super) fn number_length(text: &[u8]) -> usize {
    let is_part = |byte: &u8| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E');
    text.iter().position(|byte| !is_part(byte)).unwrap_or(text.len())
}
