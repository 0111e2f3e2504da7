//! Base64 as Python's `base64.urlsafe_b64decode` reads it.

use zeroize::Zeroizing;

/// Decodes `text`, or returns `None` where Python raises an error.
///
/// Characters outside of the alphabet are skipped, padding that completes four characters ends the text, and bits
/// left over are dropped. Characters are valued without a table, so that no cache tells which a key has.
pub(super) fn decode(text: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(text.len() / 4 * 3 + 3));
    let (mut position, mut pads, mut left) = (0_u8, 0_u8, 0_u32);
    for character in text {
        if *character == b'=' {
            if position >= 2 {
                pads += 1;
                if position + pads >= 4 {
                    return Some(bytes);
                }
            }
            continue;
        }
        let value = value(*character);
        if value < 0 {
            continue;
        }
        pads = 0;
        left = left << 6 | value.unsigned_abs();
        position = (position + 1) % 4;
        if position != 1 {
            let shift = (4 - u32::from(position)) % 4 * 2;
            bytes.push(u8::try_from(left >> shift & 0xff).expect("eight bits"));
        }
    }
    (position == 0).then_some(bytes)
}

/// Returns the first characters of either alphabet.
pub(super) fn beginning(text: &[u8], most: usize) -> Vec<u8> {
    text.iter().copied().filter(|character| value(*character) >= 0).take(most).collect()
}

/// Returns the six bits of a character of either alphabet, or -1.
fn value(character: u8) -> i32 {
    let character = i32::from(character);
    // All ones where `low <= character <= high`.
    let within =
        |low: u8, high: u8| ((i32::from(low) - 1 - character) & (character - i32::from(high) - 1)) >> 31;
    let upper = within(b'A', b'Z') & (character - i32::from(b'A') + 1);
    let lower = within(b'a', b'z') & (character - i32::from(b'a') + 27);
    let digit = within(b'0', b'9') & (character - i32::from(b'0') + 53);
    let plus = (within(b'+', b'+') | within(b'-', b'-')) & 63;
    let slash = (within(b'/', b'/') | within(b'_', b'_')) & 64;
    (upper | lower | digit | plus | slash) - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_character_has_the_value_of_its_place() {
        let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        for character in 0..=u8::MAX {
            let plain = match character {
                b'-' => b'+',
                b'_' => b'/',
                other => other,
            };
            let place = alphabet.iter().position(|known| *known == plain);
            let want = place.map_or(-1, |place| i32::try_from(place).expect("below 64"));
            assert_eq!(value(character), want, "{character}");
        }
    }
}
