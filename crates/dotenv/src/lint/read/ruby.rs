//! `dotenv` of Ruby.

use super::super::plain::{Plain, with_plain_line_ends};
use super::pattern::Pattern;
use super::{Reading, Value, Variables};

const PATTERN: Pattern = Pattern {
    is_blank,
    is_key: |character| character.is_ascii_alphanumeric() || matches!(character, '_' | '.'),
    quotes: &QUOTES,
    lone_keys: true,
};

const QUOTES: [char; 2] = ['\'', '"'];

/// White space as Ruby's patterns have it.
fn is_blank(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\n' | '\r' | '\x0b' | '\x0c')
}

pub(super) fn read(text: &str, variables: Variables) -> Reading {
    let text = with_plain_line_ends(text);
    let mut reading = Reading::default();
    for line in PATTERN.lines(text.as_str()) {
        match line.value {
            None if line.exported => {
                if reading.get(line.key).is_none() {
                    reading.refuse(text.as_str(), line.from);
                }
            }
            written => {
                let value = value(written.unwrap_or_default(), variables, &reading);
                reading.keep(line.key, value);
            }
        }
    }
    reading
}

fn value(written: &str, variables: Variables, earlier: &Reading) -> Value {
    let trimmed = written.trim_start_matches(is_blank);
    let trimmed = trimmed.trim_end_matches(|character| is_blank(character) || character == '\0');
    let quote = trimmed
        .chars()
        .next()
        .filter(|quote| QUOTES.contains(quote) && trimmed.len() > 1 && trimmed.ends_with(*quote));
    let inner = match quote {
        Some(_) => Plain::of(&trimmed[1..trimmed.len() - 1]),
        None => Plain::of(trimmed),
    };
    let inner = match quote {
        Some('\'') => return Value::Text(inner),
        // A newline escape is kept by one backslash more, which the next step takes off.
        Some('"') => escaped_newlines(inner.as_str()),
        _ => inner,
    };
    let plain = super::unescape(inner.as_str(), |character| (character != '$').then_some(character));
    if variables == Variables::Kept {
        return Value::Text(plain);
    }
    if runs_command(plain.as_str()) {
        return Value::RanCommand;
    }
    Value::Text(replaced(plain.as_str(), earlier))
}

fn escaped_newlines(text: &str) -> Plain {
    let mut out = Plain::default();
    let mut rest = text;
    while let Some(at) = rest.find("\\n").into_iter().chain(rest.find("\\r")).min() {
        out.push_str(&rest[..at]);
        out.push('\\');
        out.push_str(&rest[at..at + 2]);
        rest = &rest[at + 2..];
    }
    out.push_str(rest);
    out
}

/// Tells whether `$(…)` with balanced parentheses stands somewhere without a backslash.
fn runs_command(text: &str) -> bool {
    text.match_indices("$(").any(|(at, _)| !text[..at].ends_with('\\') && balanced(&text[at + 1..]))
}

/// Tells whether `text` begins with balanced parentheses, none of them empty.
fn balanced(text: &str) -> bool {
    let mut depth = 0_usize;
    let mut behind_opening = false;
    for character in text.chars() {
        match character {
            ')' if behind_opening => return false,
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        behind_opening = character == '(';
        if depth == 0 {
            return true;
        }
    }
    false
}

/// Replaces `$NAME`, `${NAME`, `${NAME}`; a backslash before keeps it and goes.
fn replaced(text: &str, earlier: &Reading) -> Plain {
    let mut out = Plain::default();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        let behind = &rest[at + 1..];
        if behind.starts_with('(') {
            out.push_str(&rest[..=at]);
            rest = behind;
            continue;
        }
        let braced = behind.strip_prefix('{').unwrap_or(behind);
        let fits = |character: char| character.is_ascii_alphanumeric() || character == '_';
        let length = braced.find(|character| !fits(character)).unwrap_or(braced.len());
        let (name, behind_name) = braced.split_at(length);
        let end = behind_name.strip_prefix('}').unwrap_or(behind_name);
        let whole = &rest[at..rest.len() - end.len()];
        match rest[..at].strip_suffix('\\') {
            Some(before) => {
                out.push_str(before);
                out.push_str(whole);
            }
            None => {
                out.push_str(&rest[..at]);
                out.push_str(if name.is_empty() {
                    whole
                } else {
                    earlier.variable(name).unwrap_or_default()
                });
            }
        }
        rest = end;
    }
    out.push_str(rest);
    out
}
