//! The masks that a text has already.

use std::ops::Range;

/// How a mask begins.
const BEGIN: &[u8] = b"[REDACTED:";

/// The longest name in a mask.
const LONGEST_NAME: usize = 128;

/// The hex digits of a fingerprint behind a name.
const DIGITS: usize = 5;

/// Returns where masks stand in a text.
pub(crate) fn masks(text: &[u8]) -> Vec<Range<usize>> {
    let (mut masks, mut at) = (Vec::new(), 0);
    while let Some(next) = text[at..].iter().position(|byte| *byte == b'[') {
        at += next;
        let length = length(&text[at..]);
        masks.extend(length.map(|length| at..at + length));
        at += length.unwrap_or(1);
    }
    masks
}

/// The length of the mask at the beginning of a text, as finding values sees it.
fn length(text: &[u8]) -> Option<usize> {
    let rest = text.strip_prefix(BEGIN)?;
    let is_of_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"_.-".contains(byte);
    let name = rest.iter().take(LONGEST_NAME + 1).take_while(|byte| is_of_name(byte)).count();
    if name == 0 || name > LONGEST_NAME {
        return None;
    }
    let is_fingerprint = |digits: &[u8]| digits.iter().all(u8::is_ascii_hexdigit);
    match &rest[name..] {
        [b']', ..] => Some(BEGIN.len() + name + 1),
        [b'#', digits @ ..] if digits.get(DIGITS) == Some(&b']') && is_fingerprint(&digits[..DIGITS]) => {
            Some(BEGIN.len() + name + DIGITS + 2)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::masks;

    #[test]
    fn a_mask_is_what_finding_values_takes_for_one() {
        let text = b"[REDACTED:a] [[REDACTED:b-1#0f0f0] [REDACTED:] [REDACTED:c#0f0f] [REDACTED:d";
        assert_eq!(masks(text), [0..12, 14..34]);
        let longest = |length: usize| masks(format!("[REDACTED:{}]", "x".repeat(length)).as_bytes()).len();
        assert_eq!((longest(128), longest(129)), (1, 0));
    }
}
