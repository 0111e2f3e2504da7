//! `dotenv-ng` of Rust, which strict-literal mode is close to.

use super::super::plain::Plain;
use super::{Reading, Value, Variables, name_length, skip_refused};
use crate::cursor::{Cursor, is_blank};

/// Deeper than this a value is taken for one that is refused.
const DEPTH_LIMIT: usize = 64;

pub(super) fn read(text: &str, variables: Variables) -> Reading {
    let mut reading = Reading::default();
    let mut cursor = Cursor::new(text);
    loop {
        cursor.skip_while(is_blank);
        match cursor.peek() {
            None => return reading,
            Some('#') => cursor.skip_line(),
            Some('\n' | '\r') => drop(cursor.take_line_end()),
            Some(_) => {
                let start = cursor.clone();
                if assignment(&mut cursor, variables, &mut reading).is_none() {
                    cursor = start;
                    skip_refused(&mut cursor, text, &mut reading);
                }
            }
        }
    }
}

fn assignment(cursor: &mut Cursor<'_>, variables: Variables, reading: &mut Reading) -> Option<()> {
    let mut ahead = cursor.clone();
    if ahead.take("export") && ahead.peek().is_some_and(is_blank) {
        ahead.skip_while(is_blank);
        *cursor = ahead;
    }
    let from = cursor.position();
    cursor.skip_while(|part| !part.is_control() && !is_blank(part) && !matches!(part, '=' | '#'));
    let key = cursor.since(from);
    if key.is_empty() {
        return None;
    }
    cursor.skip_while(is_blank);
    let is_assignment = cursor.take("=");
    cursor.skip_while(is_blank);
    let quote = cursor.peek().filter(|quote| matches!(quote, '\'' | '"'));
    let written = match quote {
        _ if !is_assignment => return None,
        Some(quote) => quoted(cursor, quote)?,
        None => bare(cursor),
    };
    if written.contains('\0') {
        return None;
    }
    let mut out = Plain::default();
    let substitutes = variables == Variables::Replaced && quote != Some('\'');
    Decoder { quote, substitutes, earlier: reading }.run(written, &mut out, 0)?;
    reading.keep(key, Value::Text(out));
    Some(())
}

fn quoted<'a>(cursor: &mut Cursor<'a>, quote: char) -> Option<&'a str> {
    let inner = &cursor.rest()[1..];
    let mut escaped = false;
    let is_closing = |character: char| {
        let closes = character == quote && !escaped;
        escaped = character == '\\' && !escaped;
        closes
    };
    let length = inner.find(is_closing)?;
    cursor.jump(cursor.position() + length + 2);
    cursor.skip_while(is_blank);
    match cursor.peek() {
        Some('#') => cursor.skip_line(),
        None | Some('\n' | '\r') => {}
        Some(_) => return None,
    }
    Some(&inner[..length])
}

/// A `#` behind a blank starts a comment, unless a quote is open in the middle of the value.
fn bare<'a>(cursor: &mut Cursor<'a>) -> &'a str {
    let (mut quote, mut escaped, mut behind_blank) = (None, false, true);
    let from = cursor.position();
    while let Some(character) = cursor.peek().filter(|character| !matches!(character, '\n' | '\r')) {
        match quote {
            Some(open) if character == open && !escaped => quote = None,
            Some(_) => {}
            None if character == '#' && behind_blank && !escaped => break,
            None if matches!(character, '\'' | '"') && !escaped => quote = Some(character),
            None => {}
        }
        escaped = character == '\\' && !escaped;
        behind_blank = is_blank(character);
        cursor.bump();
    }
    let value = without_blanks(cursor.since(from));
    cursor.skip_line();
    value
}

/// Takes blanks off the end, but for one behind an odd number of backslashes.
fn without_blanks(text: &str) -> &str {
    let trimmed = text.trim_end_matches(is_blank);
    let backslashes = trimmed.len() - trimmed.trim_end_matches('\\').len();
    let escaped = text[trimmed.len()..].chars().next().filter(|_| backslashes % 2 == 1);
    &text[..trimmed.len() + escaped.map_or(0, char::len_utf8)]
}

struct Decoder<'a> {
    quote: Option<char>,
    substitutes: bool,
    earlier: &'a Reading,
}

impl Decoder<'_> {
    fn run(&self, text: &str, out: &mut Plain, depth: usize) -> Option<()> {
        let mut rest = text;
        while let Some(character) = rest.chars().next() {
            let behind = &rest[character.len_utf8()..];
            rest = match character {
                '\\' => self.escape(behind, out),
                '$' if self.substitutes => self.dollar(behind, out, depth)?,
                '\r' => {
                    out.push('\n');
                    behind.strip_prefix('\n').unwrap_or(behind)
                }
                other => {
                    out.push(other);
                    behind
                }
            };
        }
        Some(())
    }

    fn escape<'t>(&self, behind: &'t str, out: &mut Plain) -> &'t str {
        let Some(escaped) = behind.chars().next() else {
            out.push('\\');
            return behind;
        };
        match self.meant(escaped) {
            Some(meant) => out.push(meant),
            None => {
                out.push('\\');
                out.push(escaped);
            }
        }
        &behind[escaped.len_utf8()..]
    }

    fn meant(&self, escaped: char) -> Option<char> {
        let itself = match self.quote {
            Some('"') => "\\'\"$",
            Some(_) => "\\'",
            None => "\\'\"$# \t",
        };
        if itself.contains(escaped) {
            return Some(escaped);
        }
        let known = [
            ('a', '\x07'),
            ('b', '\x08'),
            ('f', '\x0c'),
            ('n', '\n'),
            ('r', '\r'),
            ('t', '\t'),
            ('v', '\x0b'),
        ];
        let found = known.into_iter().find(|(name, _)| *name == escaped).filter(|_| self.quote == Some('"'));
        found.map(|(_, meant)| meant)
    }

    fn dollar<'t>(&self, behind: &'t str, out: &mut Plain, depth: usize) -> Option<&'t str> {
        if let Some(end) = behind.strip_prefix('$') {
            out.push('$');
            return Some(end);
        }
        if let Some(inner) = behind.strip_prefix('{') {
            let length = braced_length(inner)?;
            self.braces(&inner[..length], out, depth + 1)?;
            return Some(&inner[length + 1..]);
        }
        let (name, end) = behind.split_at(name_length(behind));
        out.push_str(if name.is_empty() { "$" } else { self.earlier.variable(name).unwrap_or_default() });
        Some(end)
    }

    fn braces(&self, inner: &str, out: &mut Plain, depth: usize) -> Option<()> {
        if let Some(value) = self.earlier.variable(inner) {
            out.push_str(value);
            return Some(());
        }
        let (name, behind) = inner.split_at(name_length(inner));
        if name.is_empty() || depth > DEPTH_LIMIT {
            return None;
        }
        let held = self.earlier.variable(name);
        if behind.is_empty() {
            out.push_str(held.unwrap_or_default());
            return Some(());
        }
        let operator =
            [":-", ":?", ":+", "-", "?", "+"].into_iter().find(|known| behind.starts_with(known))?;
        let word = &behind[operator.len()..];
        let counts = held.filter(|held| !operator.starts_with(':') || !held.is_empty());
        match (&operator[operator.len() - 1..], counts) {
            ("-", None) | ("+", Some(_)) => self.run(word, out, depth),
            ("?", None) => None,
            ("+", None) => Some(()),
            _ => {
                out.push_str(counts.unwrap_or_default());
                Some(())
            }
        }
    }
}

/// Returns the length up to the `}` that closes.
fn braced_length(text: &str) -> Option<usize> {
    let mut depth = 1_usize;
    let mut characters = text.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' => drop(characters.next()),
            '$' if characters.peek().is_some_and(|(_, next)| *next == '{') => {
                characters.next();
                depth += 1;
            }
            '}' if depth == 1 => return Some(at),
            '}' => depth -= 1,
            _ => {}
        }
    }
    None
}
