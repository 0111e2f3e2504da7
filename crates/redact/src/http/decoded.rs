//! The bytes that a part of a URL or a form means, with the way back to those that it has.

use std::ops::Range;

use zeroize::Zeroizing;

/// What a `+` means.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Plus {
    Itself,
    Blank,
}

/// Bytes without percent signs, and where each of them stood.
pub(crate) struct Decoded {
    pub(crate) bytes: Zeroizing<Vec<u8>>,
    /// Where each byte stood, and at last where the text ended.
    places: Vec<usize>,
}

impl Decoded {
    /// Decodes `text`; a percent sign without two digits means itself.
    pub(crate) fn new(text: &[u8], plus: Plus) -> Self {
        let mut bytes = Zeroizing::new(Vec::with_capacity(text.len()));
        let mut places = Vec::with_capacity(text.len() + 1);
        let mut at = 0;
        while at < text.len() {
            places.push(at);
            match escape(&text[at..]) {
                Some(byte) => {
                    bytes.push(byte);
                    at += 3;
                }
                None => {
                    bytes.push(if text[at] == b'+' && plus == Plus::Blank { b' ' } else { text[at] });
                    at += 1;
                }
            }
        }
        places.push(text.len());
        Self { bytes, places }
    }

    /// Tells whether `text` is the same when it is decoded.
    pub(crate) fn is_plain(text: &[u8], plus: Plus) -> bool {
        let is_meant = |at: usize| text[at] == b'+' && plus == Plus::Blank || escape(&text[at..]).is_some();
        !(0..text.len()).any(is_meant)
    }

    /// Returns where the decoded bytes of a range stood.
    pub(crate) fn place_of(&self, range: Range<usize>) -> Range<usize> {
        self.places[range.start]..self.places[range.end]
    }

    /// Returns the smallest range around one of the text that cuts no escape.
    pub(crate) fn whole(&self, range: Range<usize>) -> Range<usize> {
        let start = self.places.partition_point(|place| *place <= range.start).saturating_sub(1);
        let end = self.places.partition_point(|place| *place < range.end);
        self.places[start]..self.places[end]
    }
}

fn escape(rest: &[u8]) -> Option<u8> {
    let [b'%', high, low, ..] = rest else { return None };
    let digit = |byte: u8| char::from(byte).to_digit(16);
    u8::try_from(digit(*high)? * 16 + digit(*low)?).ok()
}

#[cfg(test)]
mod tests {
    use super::{Decoded, Plus};

    #[test]
    fn a_byte_is_found_where_it_stood() {
        let decoded = Decoded::new(b"a%41+%4", Plus::Blank);
        assert_eq!(decoded.bytes.as_slice(), b"aA %4");
        assert_eq!(decoded.place_of(1..2), 1..4);
        assert_eq!(decoded.place_of(0..5), 0..7);
        assert_eq!((decoded.whole(2..3), decoded.whole(1..4), decoded.whole(0..2)), (1..4, 1..4, 0..4));
    }
}
