//! The rules of the lexer, written down for a whole text and byte by byte.

use crate::token::{Token, add};

/// Returns the tokens of a whole text.
pub(crate) fn tokens(text: &[u8]) -> Vec<Token> {
    let (mut found, mut open, mut key_due, mut at) = (Vec::new(), Vec::new(), false, 0);
    while at < text.len() {
        let byte = text[at];
        match byte {
            b'"' => {
                found.push(Token::Start(at as u64, std::mem::take(&mut key_due)));
                at = string(text, at + 1, &mut found);
                continue;
            }
            b'{' | b'[' => open.push(byte),
            b'}' | b']' => drop(open.pop()),
            b',' | b':' => {}
            b'-' | b'0'..=b'9' => {
                at = number(text, at, &mut found);
                continue;
            }
            _ => {
                at += 1;
                continue;
            }
        }
        key_due = byte == b'{' || byte == b',' && open.last() == Some(&b'{');
        found.push(Token::Punctuation(at as u64, byte));
        at += 1;
    }
    found
}

fn number(text: &[u8], start: usize, found: &mut Vec<Token>) -> usize {
    let end = (start..text.len()).find(|at| !b"0123456789+-.eE".contains(&text[*at])).unwrap_or(text.len());
    let pieces = text[start..end].chunks(256);
    let last = pieces.len() - 1;
    for (nth, piece) in pieces.enumerate() {
        found.push(Token::Number((start + nth * 256) as u64, piece.to_vec(), nth < last));
    }
    end
}

fn string(text: &[u8], mut at: usize, found: &mut Vec<Token>) -> usize {
    loop {
        match text.get(at) {
            None => {
                found.push(Token::End(at as u64, false));
                return at;
            }
            Some(byte @ (b'"' | b'\n')) => {
                found.push(Token::End(at as u64, *byte == b'"'));
                return at + 1;
            }
            Some(b'\\') => {
                let (length, character) = escape(&text[at..]);
                match character {
                    Some(character) => {
                        let bytes = character.to_string().into_bytes();
                        found.push(Token::Escape(at as u64, length as u8, bytes));
                    }
                    None => add(found, Token::Text(at as u64, text[at..at + length].to_vec())),
                }
                at += length;
            }
            Some(byte) => {
                add(found, Token::Text(at as u64, vec![*byte]));
                at += 1;
            }
        }
    }
}

/// Returns how long the escape is, and what it means if it means anything but itself.
fn escape(text: &[u8]) -> (usize, Option<char>) {
    let simple = [
        (b'"', '"'),
        (b'\\', '\\'),
        (b'/', '/'),
        (b'b', '\u{8}'),
        (b'f', '\u{c}'),
        (b'n', '\n'),
        (b'r', '\r'),
        (b't', '\t'),
    ];
    if let Some((_, character)) = simple.iter().find(|(byte, _)| text.get(1) == Some(byte)) {
        return (2, Some(*character));
    }
    match (unit(text), text.get(6..).and_then(unit)) {
        (Some(high @ 0xd800..0xdc00), Some(low @ 0xdc00..0xe000)) => {
            let pair = char::decode_utf16([high, low]).next().expect("two units");
            (12, Some(pair.expect("a pair")))
        }
        (Some(alone), _) => (6, char::from_u32(alone.into())),
        // The letter of an unknown escape is no quote that ends the string, and what is too short is read as text.
        (None, _) if text.get(1).is_none_or(|byte| *byte == b'\n') => (1, None),
        (None, _) => (2, None),
    }
}

fn unit(text: &[u8]) -> Option<u16> {
    let digits = text.strip_prefix(b"\\u")?.get(..4)?;
    let is_hex = digits.iter().all(u8::is_ascii_hexdigit);
    is_hex
        .then(|| u16::from_str_radix(std::str::from_utf8(digits).expect("digits"), 16).expect("four of hex"))
}
