//! `dotenv` of Node, and `dotenv-expand` behind it.

use super::super::plain::{Plain, with_plain_line_ends};
use super::pattern::{Line, Pattern, without_quotes};
use super::{Reading, Value, Variables, name_length};

const PATTERN: Pattern = Pattern {
    is_blank,
    is_key: |character| character.is_ascii_alphanumeric() || matches!(character, '_' | '.' | '-'),
    quotes: &QUOTES,
    lone_keys: false,
};

const QUOTES: [char; 3] = ['\'', '"', '`'];

/// After so many replacements in one value the tool would go on for ever, which refuses the file after all.
const REPLACEMENTS: usize = 1000;

/// The same of so many bytes.
const LARGEST: usize = 1 << 16;

/// White space as JavaScript has it.
fn is_blank(character: char) -> bool {
    (character.is_whitespace() && character != '\u{85}') || character == '\u{feff}'
}

pub(super) fn read(text: &str, variables: Variables) -> Reading {
    let text = with_plain_line_ends(text);
    let mut reading = Reading::default();
    let lines = PATTERN.lines(text.as_str());
    for line in &lines {
        let value = value(line.value.unwrap_or_default());
        reading.keep(line.key, Value::Text(value));
    }
    if variables == Variables::Kept {
        return reading;
    }
    expanded(&lines, text.as_str(), &reading)
}

fn value(written: &str) -> Plain {
    let trimmed = written.trim_matches(is_blank);
    let plain = without_quotes(trimmed, &QUOTES);
    if trimmed.starts_with('"') {
        return plain.replaced("\\n", "\n").replaced("\\r", "\r");
    }
    plain
}

/// Replaces variables in each key's last value, in the order in which keys first appear, whatever the quotes.
fn expanded(lines: &[Line<'_>], text: &str, reading: &Reading) -> Reading {
    let mut expanded = Reading::default();
    for Line { key, from, .. } in lines {
        let Some(value) = reading.get(key).and_then(Value::text) else { continue };
        if expanded.get(key).is_some() {
            continue;
        }
        let value = match replace_all(value, &expanded) {
            Some(text) if has_command(text.as_str()) => Value::RanCommand,
            Some(text) => Value::Text(text.replaced("\\$", "$")),
            None => {
                expanded.refuse(text, *from);
                Value::Unset
            }
        };
        expanded.keep(key, value);
    }
    expanded
}

fn replace_all(value: &str, earlier: &Reading) -> Option<Plain> {
    let mut text = Plain::of(value);
    for _ in 0..REPLACEMENTS {
        let Some((from, to, inner)) = first_variable(text.as_str()) else { return Some(text) };
        let (name, operator, word) = parts(&text.as_str()[inner.0..inner.1]);
        let held = earlier.variable(name);
        let filled = held.filter(|held| !held.is_empty());
        let replacement = match operator {
            ":-" => filled.unwrap_or(word),
            "-" => held.unwrap_or(word),
            ":+" => filled.map_or("", |_| word),
            "+" => held.map_or("", |_| word),
            _ => filled.unwrap_or_default(),
        };
        // The tool replaces the first place that reads the same, which may stand behind a backslash.
        let at = text.as_str().find(&text.as_str()[from..to]).unwrap_or(from);
        let (before, rest) = text.as_str().split_at(at);
        let (variable, after) = rest.split_at(to - from);
        let mut next = Plain::of(before);
        push_replacement(&mut next, replacement, [before, variable, after]);
        next.push_str(after);
        if held == Some(next.as_str()) {
            return Some(next);
        }
        if next.as_str().len() > LARGEST + value.len() {
            return None;
        }
        text = next;
    }
    None
}

/// In JavaScript a replacement is a template: `$$` is a dollar sign, `$&` what is replaced, and a dollar sign with
/// a backtick or a quote what stands before or behind it.
fn push_replacement(out: &mut Plain, replacement: &str, [before, variable, after]: [&str; 3]) {
    let mut rest = replacement;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        let meant = match rest.as_bytes().get(at + 1) {
            Some(b'$') => Some("$"),
            Some(b'&') => Some(variable),
            Some(b'`') => Some(before),
            Some(b'\'') => Some(after),
            _ => None,
        };
        out.push_str(meant.unwrap_or("$"));
        rest = &rest[at + if meant.is_some() { 2 } else { 1 }..];
    }
    out.push_str(rest);
}

/// Where the first `${…}` or `$NAME` without a backslash is, and where what it names is.
fn first_variable(text: &str) -> Option<(usize, usize, (usize, usize))> {
    text.match_indices('$').map(|(at, _)| at).filter(|at| !text[..*at].ends_with('\\')).find_map(|at| {
        let behind = &text[at + 1..];
        if let Some(braced) = behind.strip_prefix('{') {
            let length = braced.find(['{', '}']).filter(|length| braced[*length..].starts_with('}'))?;
            return (length > 0).then_some((at, at + length + 3, (at + 2, at + 2 + length)));
        }
        let length = name_length(behind);
        (length > 0).then_some((at, at + 1 + length, (at + 1, at + 1 + length)))
    })
}

/// Splits at the first operator.
fn parts(inner: &str) -> (&str, &str, &str) {
    let operator_at = |at: &usize| {
        let rest = &inner[*at..];
        [":+", "+", ":-", "-"].into_iter().find(|operator| rest.starts_with(operator))
    };
    let found =
        inner.char_indices().map(|(at, _)| at).find_map(|at| operator_at(&at).map(|found| (at, found)));
    match found {
        Some((at, operator)) => (&inner[..at], operator, &inner[at + operator.len()..]),
        None => (inner, "", ""),
    }
}

/// Tells whether `$(` is closed somewhere, in the tool's view of quotes and parentheses.
fn has_command(text: &str) -> bool {
    text.match_indices("$(").any(|(at, _)| closes(&text[at + 2..]))
}

fn closes(text: &str) -> bool {
    let mut frames = vec![None];
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let Some(quote) = frames.last_mut() else { return true };
        match (*quote, character) {
            (Some('\''), '\'') => *quote = None,
            (Some('\''), _) => {}
            (_, '\\') => drop(characters.next()),
            (Some(open), closing) if open == closing => *quote = None,
            (Some(_), '$') if characters.peek() == Some(&'(') => {
                characters.next();
                frames.push(None);
            }
            (Some(_), _) => {}
            (None, '\'' | '"' | '`') => *quote = Some(character),
            (None, '(') => frames.push(None),
            (None, ')') => {
                frames.pop();
            }
            (None, _) => {}
        }
    }
    frames.is_empty()
}
