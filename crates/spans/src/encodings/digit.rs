//! Which bytes belong to which encoding, in a table, since finders look at every byte of a text.

/// A set of bytes.
#[derive(Clone, Copy)]
pub(super) struct Digits(u8);

/// Digits of hex, in either case.
pub(super) const HEX: Digits = Digits(1);
/// Digits of base64.
pub(super) const BASE64: Digits = Digits(2);
/// Digits of base64url.
pub(super) const BASE64_URL: Digits = Digits(4);
/// What a URL may have: unreserved, reserved, or a percent sign.
pub(super) const OF_URL: Digits = Digits(8);

impl Digits {
    pub(super) fn has(self, byte: u8) -> bool {
        SETS[usize::from(byte)] & self.0 != 0
    }

    /// Counts the bytes at the beginning that are in the set.
    pub(super) fn count(self, text: &[u8]) -> usize {
        text.iter().position(|byte| !self.has(*byte)).unwrap_or(text.len())
    }

    /// Counts the bytes before the first that is in the set.
    pub(super) fn before(self, text: &[u8]) -> usize {
        text.iter().position(|byte| self.has(*byte)).unwrap_or(text.len())
    }
}

const SETS: [u8; 256] = {
    let mut sets = [0; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        sets[byte as usize] = sets_of(byte);
        byte += 1;
    }
    sets
};

const fn sets_of(byte: u8) -> u8 {
    let of_base64 = BASE64.0 | BASE64_URL.0 | OF_URL.0;
    match byte {
        b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F' => of_base64 | HEX.0,
        b'a'..=b'z' | b'A'..=b'Z' => of_base64,
        b'+' | b'/' => BASE64.0 | OF_URL.0,
        b'-' | b'_' => BASE64_URL.0 | OF_URL.0,
        b'.' | b'~' | b':' | b'?' | b'#' | b'[' | b']' | b'@' | b'%' => OF_URL.0,
        b'!' | b'$' | b'&' | b'\'' | b'(' | b')' | b'*' | b',' | b';' | b'=' => OF_URL.0,
        _ => 0,
    }
}
