//! Text in double quotes, for JSON and for YAML.
//!
//! The decision: everything but printable ASCII is escaped. A quoted scalar is never a number, `null` or `on` to any
//! parser, and escapes leave nothing to encodings, line folding (YAML folds NEL and U+2028 in 1.1 and not in 1.2) or
//! byte order marks. The cost is that other alphabets cannot be read by eye.

use reticent::core::SecretBuffer;

/// The language to quote for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    /// RFC 8259: a character beyond U+FFFF is a pair of surrogates.
    Json,
    /// YAML 1.1 and 1.2: such a character has its own escape, and a pair would be two characters.
    Yaml,
}

/// Writes `text` in double quotes.
pub(super) fn quote(text: &str, language: Language, out: &mut SecretBuffer) {
    out.push(b'"');
    for character in text.chars() {
        match character {
            '"' => out.extend_from_slice(b"\\\""),
            '\\' => out.extend_from_slice(b"\\\\"),
            '\n' => out.extend_from_slice(b"\\n"),
            '\r' => out.extend_from_slice(b"\\r"),
            '\t' => out.extend_from_slice(b"\\t"),
            // Not `as u8` before the guard: the character is one byte there.
            ' '..='~' => out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
            beyond if beyond > '\u{ffff}' && language == Language::Yaml => {
                out.extend_from_slice(b"\\U");
                hex(u32::from(beyond), 8, out);
            }
            other => {
                for unit in other.encode_utf16(&mut [0; 2]) {
                    out.extend_from_slice(b"\\u");
                    hex(u32::from(*unit), 4, out);
                }
            }
        }
    }
    out.push(b'"');
}

fn hex(number: u32, digits: u32, out: &mut SecretBuffer) {
    for place in (0..digits).rev() {
        let digit = char::from_digit(number >> (4 * place) & 0xf, 16).expect("four bits are one digit");
        out.extend_from_slice(digit.encode_utf8(&mut [0; 4]).as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_but_printable_ascii_is_escaped() {
        for (text, json, yaml) in [
            ("a b~", r#""a b~""#, r#""a b~""#),
            ("\"\\\n\r\t", r#""\"\\\n\r\t""#, r#""\"\\\n\r\t""#),
            ("\0\u{7f}\u{85}\u{feff}", r#""\u0000\u007f\u0085\ufeff""#, r#""\u0000\u007f\u0085\ufeff""#),
            ("\u{1f600}", r#""\ud83d\ude00""#, r#""\U0001f600""#),
        ] {
            for (language, want) in [(Language::Json, json), (Language::Yaml, yaml)] {
                let mut out = SecretBuffer::new();
                quote(text, language, &mut out);
                #[expect(clippy::disallowed_methods, reason = "the test compares plaintext")]
                let quoted = out.expose_bytes();
                assert_eq!(quoted, want.as_bytes(), "{language:?}");
            }
        }
    }
}
