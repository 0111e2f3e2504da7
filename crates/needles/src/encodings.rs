//! Base64, hex, percent and UTF-16 of a target, written into buffers that are wiped.

use reticent_core::SecretBuffer;

use crate::span::Spelling;
use crate::spell::Keep;

const STANDARD: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const URL: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const LOWER: &[u8; 16] = b"0123456789abcdef";
const UPPER: &[u8; 16] = b"0123456789ABCDEF";

/// Base64 whole with and without `=`, and at each alignment the digits which the target alone decides.
pub(crate) fn base64(target: &[u8], keep: &mut Keep<'_>) {
    for (spelling, digits) in [(Spelling::Base64, STANDARD), (Spelling::Base64Url, URL)] {
        for skipped in 0..3 {
            let text = base64_at(target, skipped, digits);
            let first = (skipped * 8).div_ceil(6);
            let last = (skipped + target.len()) * 8 / 6;
            let bytes = crate::builder::exposed(&text);
            keep(spelling, &bytes[first..last]);
            if skipped == 0 {
                keep(spelling, bytes);
                let mut padded = crate::targets::copied(bytes);
                (bytes.len()..bytes.len().next_multiple_of(4)).for_each(|_| padded.push(b'='));
                keep(spelling, crate::builder::exposed(&padded));
            }
        }
    }
}

/// Base64 of `skipped` zero bytes and `target`, without padding.
fn base64_at(target: &[u8], skipped: usize, digits: &[u8; 64]) -> SecretBuffer {
    let mut text = SecretBuffer::with_capacity(target.len() * 4 / 3 + 8);
    let byte = |at: usize| at.checked_sub(skipped).and_then(|at| target.get(at)).copied().unwrap_or(0);
    let bits = (target.len() + skipped) * 8;
    for digit in 0..bits.div_ceil(6) {
        let pair = u16::from_be_bytes([byte(digit * 6 / 8), byte(digit * 6 / 8 + 1)]);
        text.push(digits[usize::from(pair >> (10 - digit * 6 % 8) & 63)]);
    }
    text
}

/// Hex in both cases.
pub(crate) fn hex(target: &[u8], keep: &mut Keep<'_>) {
    for digits in [LOWER, UPPER] {
        let mut text = SecretBuffer::with_capacity(target.len() * 2);
        for byte in target {
            text.push(digits[usize::from(byte >> 4)]);
            text.push(digits[usize::from(byte & 15)]);
        }
        keep(Spelling::Hex, crate::builder::exposed(&text));
    }
}

/// Percent escapes as URLs, JavaScript's component, paths and forms have them, with hex digits of both cases.
pub(crate) fn percent(target: &[u8], keep: &mut Keep<'_>) {
    let styles: [&[u8]; 4] = [b"", b"!'()*", b"/", b" "];
    for digits in [LOWER, UPPER] {
        for kept in styles {
            let mut text = SecretBuffer::with_capacity(target.len() * 3);
            for byte in target {
                if byte.is_ascii_alphanumeric() || b"-._~".contains(byte) {
                    text.push(*byte);
                } else if kept.contains(byte) {
                    text.push(if *byte == b' ' { b'+' } else { *byte });
                } else {
                    text.push(b'%');
                    text.push(digits[usize::from(byte >> 4)]);
                    text.push(digits[usize::from(byte & 15)]);
                }
            }
            keep(Spelling::Percent, crate::builder::exposed(&text));
        }
    }
}

/// The two bytes of a unit.
type Order = fn(u16) -> [u8; 2];

/// UTF-16 in both orders, of what is UTF-8.
pub(crate) fn utf16(target: &[u8], keep: &mut Keep<'_>) {
    let Ok(text) = std::str::from_utf8(target) else { return };
    let orders: [(Spelling, Order); 2] =
        [(Spelling::Utf16Le, u16::to_le_bytes), (Spelling::Utf16Be, u16::to_be_bytes)];
    for (spelling, order) in orders {
        let mut wide = SecretBuffer::with_capacity(target.len() * 2);
        text.encode_utf16().for_each(|unit| wide.extend_from_slice(&order(unit)));
        keep(spelling, crate::builder::exposed(&wide));
    }
}
