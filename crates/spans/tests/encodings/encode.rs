//! Encoders without a thought for speed.

pub(crate) const STANDARD: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
pub(crate) const URL: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Base64 with padding.
pub(crate) fn base64(bytes: &[u8], digits: &[u8; 64]) -> Vec<u8> {
    let bits: String = bytes.iter().map(|byte| format!("{byte:08b}")).collect();
    let digit = |six: &[u8]| {
        let six = format!("{:0<6}", std::str::from_utf8(six).expect("bits"));
        digits[usize::from_str_radix(&six, 2).expect("bits")]
    };
    let mut text: Vec<u8> = bits.as_bytes().chunks(6).map(digit).collect();
    text.resize(text.len().next_multiple_of(4), b'=');
    text
}

pub(crate) fn without_padding(mut text: Vec<u8>) -> Vec<u8> {
    text.retain(|byte| *byte != b'=');
    text
}

pub(crate) fn hex(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().flat_map(|byte| format!("{byte:02x}").into_bytes()).collect()
}

/// What each byte is written as: all but letters and digits escaped.
pub(crate) fn percent(bytes: &[u8]) -> Vec<Vec<u8>> {
    let written = |byte: &u8| match byte.is_ascii_alphanumeric() {
        true => vec![*byte],
        false => format!("%{byte:02X}").into_bytes(),
    };
    bytes.iter().map(written).collect()
}

/// What each character is written as.
pub(crate) fn utf16(text: &str, to_bytes: fn(u16) -> [u8; 2]) -> Vec<Vec<u8>> {
    text.chars()
        .map(|it| it.encode_utf16(&mut [0; 2]).iter().flat_map(|unit| to_bytes(*unit)).collect())
        .collect()
}

/// What each character is written as: all but ASCII escaped, and of that what must be.
pub(crate) fn json(text: &str) -> Vec<Vec<u8>> {
    let written = |character: char| match character {
        '"' | '\\' => format!("\\{character}"),
        '\n' => "\\n".to_owned(),
        ' '..='~' => character.to_string(),
        _ => character.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect(),
    };
    text.chars().map(|character| written(character).into_bytes()).collect()
}
