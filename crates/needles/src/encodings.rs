//! Base64, hex, percent and UTF-16 of a target.

use reticent_core::SecretBuffer;

use crate::forms::Forms;
use crate::span::Spelling;

const STANDARD: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const URL: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const LOWER: &[u8; 16] = b"0123456789abcdef";
const UPPER: &[u8; 16] = b"0123456789ABCDEF";

/// Base64 whole with and without `=`, and at each alignment the digits which the target alone decides.
pub(crate) fn base64(target: &[u8], forms: &mut Forms) {
    let bits = target.len() * 8;
    for (spelling, digits) in [(Spelling::Base64, STANDARD), (Spelling::Base64Url, URL)] {
        // The first digit of the target's own begins behind so many of its bits.
        for behind in [0, 2, 4] {
            forms.add(spelling, |out| base64_digits(target, behind, (bits - behind) / 6, digits, out));
        }
        let whole = bits.div_ceil(6);
        for padded in [whole, whole.next_multiple_of(4)] {
            forms.add(spelling, |out| {
                base64_digits(target, 0, whole, digits, out);
                (whole..padded).for_each(|_| out.push(b'='));
            });
        }
    }
}

/// Writes `count` digits from the bit `start` on; bits behind the last one are 0.
fn base64_digits(target: &[u8], start: usize, count: usize, digits: &[u8; 64], out: &mut SecretBuffer) {
    let byte = |at: usize| target.get(at).copied().unwrap_or(0);
    for bit in (start..).step_by(6).take(count) {
        let pair = u16::from_be_bytes([byte(bit / 8), byte(bit / 8 + 1)]);
        out.push(digits[usize::from(pair >> (10 - bit % 8) & 63)]);
    }
}

/// Hex in both cases.
pub(crate) fn hex(target: &[u8], forms: &mut Forms) {
    for digits in [LOWER, UPPER] {
        forms.each(Spelling::Hex, target, |byte, out| out.extend_from_slice(&hex_of(byte, digits)));
    }
}

fn hex_of(byte: u8, digits: &[u8; 16]) -> [u8; 2] {
    [digits[usize::from(byte >> 4)], digits[usize::from(byte & 15)]]
}

/// Percent escapes as URLs, JavaScript's component, paths and forms have them, with hex digits of both cases.
pub(crate) fn percent(target: &[u8], forms: &mut Forms) {
    let styles: [&[u8]; 4] = [b"", b"!'()*", b"/", b" "];
    for digits in [LOWER, UPPER] {
        for kept in styles {
            forms.each(Spelling::Percent, target, |byte, out| {
                if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                    out.push(byte);
                } else if kept.contains(&byte) {
                    out.push(if byte == b' ' { b'+' } else { byte });
                } else {
                    out.push(b'%');
                    out.extend_from_slice(&hex_of(byte, digits));
                }
            });
        }
    }
}

/// The two bytes of a unit.
type Order = fn(u16) -> [u8; 2];

/// UTF-16 in both orders, of what is UTF-8.
pub(crate) fn utf16(target: &[u8], forms: &mut Forms) {
    let Ok(text) = std::str::from_utf8(target) else { return };
    let orders: [(Spelling, Order); 2] =
        [(Spelling::Utf16Le, u16::to_le_bytes), (Spelling::Utf16Be, u16::to_be_bytes)];
    for (spelling, order) in orders {
        forms.add(spelling, |out| text.encode_utf16().for_each(|unit| out.extend_from_slice(&order(unit))));
    }
}
