//! Docker Compose.

use super::super::plain::Plain;
use super::{Reading, Value, Variables, skip_refused, template};
use crate::cursor::Cursor;

fn is_blank(character: char) -> bool {
    matches!(character, '\t' | '\x0b' | '\x0c' | '\r' | ' ' | '\u{85}' | '\u{a0}')
}

pub(super) fn read(text: &str, variables: Variables) -> Reading {
    let mut reading = Reading::default();
    let mut cursor = Cursor::new(text);
    loop {
        cursor.skip_while(char::is_whitespace);
        match cursor.peek() {
            None => return reading,
            Some('#') => cursor.skip_while(|character| character != '\n'),
            Some(_) => {
                let start = cursor.clone();
                if statement(&mut cursor, variables, &mut reading).is_none() {
                    cursor = start;
                    skip_refused(&mut cursor, text, &mut reading);
                }
            }
        }
    }
}

fn statement(cursor: &mut Cursor<'_>, variables: Variables, reading: &mut Reading) -> Option<()> {
    let mut ahead = cursor.clone();
    if ahead.take("export") && ahead.peek().is_some_and(|next| is_blank(next) || next == '\n') {
        ahead.skip_while(is_blank);
        *cursor = ahead;
    }
    let key = key(cursor)?;
    let Some(key) = key else { return Some(()) };
    cursor.skip_while(is_blank);
    let value = value(cursor, variables, reading)?;
    reading.keep(key, Value::Text(value));
    Some(())
}

/// Reads a key and its separator; a key alone on its line is asked of the environment, which is empty: `Some(None)`.
fn key<'a>(cursor: &mut Cursor<'a>) -> Option<Option<&'a str>> {
    let fits = |character: char| {
        is_blank(character) || character.is_alphanumeric() || matches!(character, '_' | '.' | '-' | '[' | ']')
    };
    let start = cursor.clone();
    let from = cursor.position();
    cursor.skip_while(fits);
    let key = cursor.since(from);
    let separator = cursor.peek();
    if separator.is_none() {
        // Without a separator the rest of the file is the value of a key without a name.
        *cursor = start;
        return (!cursor.rest().is_empty()).then_some(Some(""));
    }
    cursor.bump();
    if key.contains(' ') && key.trim_end().contains(' ') {
        return None;
    }
    match separator {
        Some('=' | ':') => Some(Some(key.trim_end())),
        Some('\n') => Some(None),
        _ => None,
    }
}

fn value(cursor: &mut Cursor<'_>, variables: Variables, earlier: &Reading) -> Option<Plain> {
    let finish = |text: Plain| match variables {
        Variables::Kept => Some(text.replaced("$$", "$")),
        Variables::Replaced => template::replaced(text.as_str(), earlier),
    };
    let Some(quote @ ('\'' | '"')) = cursor.peek() else {
        let from = cursor.position();
        cursor.skip_while(|character| character != '\n');
        let line = cursor.since(from);
        let before_comment = line.split_once(" #").map_or(line, |(before, _)| before);
        return finish(Plain::of(before_comment.trim_end()));
    };
    let quoted = &cursor.rest()[1..];
    let length = super::quoted_length(quoted, quote)?;
    cursor.jump(cursor.position() + length + 2);
    let inner = with_plain_quotes(&quoted[..length], quote);
    if quote == '\'' { Some(inner) } else { finish(unescaped(inner.as_str())) }
}

/// Takes the backslash off an escaped quote.
fn with_plain_quotes(text: &str, quote: char) -> Plain {
    let mut out = Plain::default();
    let mut held = false;
    for character in text.chars() {
        if held && character != quote {
            out.push('\\');
        }
        // The second of two backslashes is text, and holds nothing back.
        held = character == '\\' && !held;
        if !held {
            out.push(character);
        }
    }
    out
}

fn unescaped(text: &str) -> Plain {
    let mut out = Plain::default();
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let behind = &rest[at + 1..];
        let digits = behind.bytes().skip(1).take(3).take_while(u8::is_ascii_digit).count();
        let (length, meant) = match behind.chars().next() {
            Some('a') => (1, "\x07"),
            Some('b') => (1, "\x08"),
            Some('f') => (1, "\x0c"),
            Some('n') => (1, "\n"),
            Some('r') => (1, "\r"),
            Some('t') => (1, "\t"),
            Some('v') => (1, "\x0b"),
            Some('$') => (1, "$$"),
            Some('"') => (1, "\""),
            Some('\\') => (1, "\\"),
            Some('0') if digits == 3 && u8::from_str_radix(&behind[1..4], 8).is_ok() => {
                let code = u8::from_str_radix(&behind[1..4], 8).unwrap_or_default();
                out.push(char::from(code));
                rest = &behind[4..];
                continue;
            }
            _ => (0, "\\"),
        };
        out.push_str(meant);
        rest = &behind[length..];
    }
    out.push_str(rest);
    out
}
