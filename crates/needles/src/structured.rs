//! The secret parts of values that are JSON, a URL with a password, or a header with a scheme.

use reticent_core::SecretBuffer;

use crate::forms::exposed;

const SECRET_WORDS: [&str; 14] = [
    "passw",
    "passphrase",
    "pwd",
    "secret",
    "token",
    "apikey",
    "api_key",
    "privatekey",
    "private_key",
    "credential",
    "accesskey",
    "access_key",
    "auth",
    "api-key",
];

/// Returns the texts under keys that sound secret, or `None` when `value` is no JSON object or array.
///
/// A lexer and a stack, not a parser: what it takes for JSON by mistake costs a needle too many and nothing else.
pub(crate) fn secret_leaves(value: &[u8]) -> Option<Vec<SecretBuffer>> {
    let closed = (value.starts_with(b"{") && value.ends_with(b"}"))
        || (value.starts_with(b"[") && value.ends_with(b"]"));
    if !closed {
        return None;
    }
    let (mut leaves, mut stack, mut key_is_secret, mut at) = (Vec::new(), Vec::new(), false, 0);
    while let Some(byte) = value.get(at) {
        at += 1;
        match byte {
            b'{' | b'[' => {
                stack.push(key_is_secret || stack.last() == Some(&true));
                key_is_secret = false;
            }
            b'}' | b']' => {
                stack.pop()?;
                key_is_secret = false;
            }
            b',' => key_is_secret = false,
            b'"' => {
                let length = string_length(&value[at..])?;
                let text = unescaped(&value[at..at + length]);
                at += length + 1;
                if value[at..].trim_ascii_start().starts_with(b":") {
                    key_is_secret = sounds_secret(exposed(&text));
                } else if key_is_secret || stack.last() == Some(&true) {
                    leaves.push(text);
                }
            }
            _ => {}
        }
    }
    stack.is_empty().then_some(leaves)
}

fn sounds_secret(key: &[u8]) -> bool {
    SECRET_WORDS
        .iter()
        .any(|word| key.windows(word.len()).any(|window| window.eq_ignore_ascii_case(word.as_bytes())))
}

/// Returns how many bytes stand before the closing quote.
fn string_length(text: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        match text.get(at)? {
            b'"' => return Some(at),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

fn unescaped(text: &[u8]) -> SecretBuffer {
    let mut plain = SecretBuffer::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        let (character, length) = match (text[at], text.get(at + 1)) {
            (b'\\', Some(b'u')) => unicode(&text[at..]),
            (b'\\', Some(letter)) => (Some(char::from(control(*letter))), 2),
            (byte, _) => {
                plain.push(byte);
                (None, 1)
            }
        };
        if let Some(character) = character {
            plain.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        }
        at += length;
    }
    plain
}

fn control(letter: u8) -> u8 {
    match letter {
        b'n' => b'\n',
        b't' => b'\t',
        b'r' => b'\r',
        b'b' => 8,
        b'f' => 12,
        other => other,
    }
}

fn unicode(text: &[u8]) -> (Option<char>, usize) {
    let unit = |at: usize| {
        let digits = text.get(at..at + 6)?.strip_prefix(b"\\u")?;
        u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
    };
    let Some(first) = unit(0) else { return (None, 2) };
    let units = [first, unit(6).unwrap_or(0)];
    match char::decode_utf16(units).next() {
        Some(Ok(character)) => (Some(character), 6 * character.len_utf16()),
        _ => (None, 6),
    }
}

/// Returns the password of `scheme://user:password@…`, as it is written; userinfo ends at the last `@`.
pub(crate) fn url_password(value: &[u8]) -> Option<&[u8]> {
    let at = value.windows(3).position(|window| window == b"://")?;
    let scheme = &value[..at];
    let scheme_fits = |byte: &u8| byte.is_ascii_alphanumeric() || b"+-.".contains(byte);
    if scheme.is_empty() || !scheme.iter().all(scheme_fits) {
        return None;
    }
    let rest = &value[at + 3..];
    let end = rest.iter().position(|byte| b"/?#".contains(byte)).unwrap_or(rest.len());
    let userinfo = &rest[..rest[..end].iter().rposition(|byte| *byte == b'@')?];
    let colon = userinfo.iter().position(|byte| *byte == b':')?;
    Some(&userinfo[colon + 1..]).filter(|password| !password.is_empty())
}

/// Returns what stands behind `Bearer`, `Basic` or `Token`.
pub(crate) fn after_scheme(value: &[u8]) -> Option<&[u8]> {
    let blank = value.iter().position(|byte| *byte == b' ')?;
    let schemes: [&[u8]; 3] = [b"bearer", b"basic", b"token"];
    schemes
        .iter()
        .any(|scheme| value[..blank].eq_ignore_ascii_case(scheme))
        .then(|| value[blank..].trim_ascii())
}

/// Decodes `%41`; what is no escape stays.
pub(crate) fn percent_decoded(text: &[u8]) -> SecretBuffer {
    let mut plain = SecretBuffer::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        let digit = |offset: usize| char::from(*text.get(at + offset)?).to_digit(16);
        match (text[at], digit(1), digit(2)) {
            (b'%', Some(high), Some(low)) => {
                plain.push(u8::try_from(high * 16 + low).expect("two hex digits are a byte"));
                at += 3;
            }
            (byte, ..) => {
                plain.push(byte);
                at += 1;
            }
        }
    }
    plain
}
