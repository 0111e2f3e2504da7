//! `python-dotenv`.

use super::super::plain::Plain;
use super::{Reading, Value, Variables, quoted_length, unescape};
use crate::cursor::Cursor;

/// White space as Python has it.
fn is_white(character: char) -> bool {
    character.is_whitespace() || matches!(character, '\x1c'..='\x1f')
}

fn is_blank(character: char) -> bool {
    is_white(character) && !matches!(character, '\n' | '\r')
}

pub(super) fn read(text: &str, variables: Variables) -> Reading {
    let mut reading = Reading::default();
    let mut cursor = Cursor::new(text);
    loop {
        cursor.skip_while(is_white);
        if cursor.peek().is_none() {
            return reading;
        }
        match binding(&mut cursor) {
            Some((Some(key), value)) => {
                let value = match value {
                    Some(value) if variables == Variables::Replaced => {
                        Value::Text(replaced(value.as_str(), &reading))
                    }
                    Some(value) => Value::Text(value),
                    None => Value::Unset,
                };
                reading.keep(key, value);
            }
            Some((None, _)) => {}
            // It warns, leaves the line out, and reads on.
            None => cursor.skip_line(),
        }
    }
}

type Binding<'a> = (Option<&'a str>, Option<Plain>);

fn binding<'a>(cursor: &mut Cursor<'a>) -> Option<Binding<'a>> {
    let mut ahead = cursor.clone();
    if ahead.take("export") && ahead.peek().is_some_and(is_blank) {
        ahead.skip_while(is_blank);
        *cursor = ahead;
    }
    let key = key(cursor)?;
    cursor.skip_while(is_blank);
    let mut value = None;
    if cursor.take("=") {
        let from = cursor.position();
        cursor.skip_while(is_blank);
        let is_comment = cursor.position() > from && cursor.peek() == Some('#');
        value = Some(if is_comment { Plain::default() } else { self::value(cursor)? });
    }
    cursor.skip_while(is_blank);
    if cursor.peek() == Some('#') {
        cursor.skip_line();
    }
    let is_end = matches!(cursor.peek(), None | Some('\n' | '\r'));
    is_end.then_some((key, value))
}

/// A comment line has no key.
fn key<'a>(cursor: &mut Cursor<'a>) -> Option<Option<&'a str>> {
    if cursor.peek() == Some('#') {
        return Some(None);
    }
    if cursor.peek() == Some('\'') {
        let quoted = &cursor.rest()[1..];
        let length = quoted.find('\'').filter(|length| *length > 0)?;
        cursor.jump(cursor.position() + length + 2);
        return Some(Some(&quoted[..length]));
    }
    let from = cursor.position();
    cursor.skip_while(|character| !is_white(character) && !matches!(character, '=' | '#'));
    let key = cursor.since(from);
    (!key.is_empty()).then_some(Some(key))
}

fn value(cursor: &mut Cursor<'_>) -> Option<Plain> {
    match cursor.peek() {
        Some(quote @ ('\'' | '"')) => {
            let quoted = &cursor.rest()[1..];
            let length = quoted_length(quoted, quote)?;
            cursor.jump(cursor.position() + length + 2);
            let meant: fn(char) -> Option<char> = if quote == '"' { in_double } else { in_single };
            Some(unescape(&quoted[..length], meant))
        }
        None | Some('\n' | '\r') => Some(Plain::default()),
        Some(_) => {
            let from = cursor.position();
            cursor.skip_line();
            Some(Plain::of(before_comment(cursor.since(from)).trim_end_matches(is_white)))
        }
    }
}

/// A comment begins with `#` behind white space.
fn before_comment(text: &str) -> &str {
    let comments = text.match_indices('#').map(|(at, _)| at).filter(|at| text[..*at].ends_with(is_white));
    &text[..comments.min().unwrap_or(text.len())]
}

fn in_single(escaped: char) -> Option<char> {
    matches!(escaped, '\\' | '\'').then_some(escaped)
}

fn in_double(escaped: char) -> Option<char> {
    Some(match escaped {
        '\\' | '\'' | '"' => escaped,
        'a' => '\x07',
        'b' => '\x08',
        'f' => '\x0c',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\x0b',
        _ => return None,
    })
}

/// Replaces `${NAME}` and `${NAME:-default}`, in every kind of quotes.
fn replaced(text: &str, earlier: &Reading) -> Plain {
    let mut out = Plain::default();
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        let inner = &rest[at + 2..];
        let Some((name, default, end)) = variable(inner) else {
            out.push_str(&rest[..at + 2]);
            rest = inner;
            continue;
        };
        out.push_str(&rest[..at]);
        out.push_str(match earlier.get(name) {
            Some(_) => earlier.variable(name).unwrap_or_default(),
            None => default,
        });
        rest = end;
    }
    out.push_str(rest);
    out
}

fn variable(inner: &str) -> Option<(&str, &str, &str)> {
    let (name, behind) = inner.split_at(inner.find(['}', ':'])?);
    if let Some(end) = behind.strip_prefix('}') {
        return Some((name, "", end));
    }
    let (default, end) = behind.strip_prefix(":-")?.split_once('}')?;
    Some((name, default, end))
}
