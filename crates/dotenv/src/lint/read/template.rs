//! The variables of Docker Compose. Text up to the last `}` of a line is taken first, and cut where braces balance.

use super::super::plain::Plain;
use super::{Reading, name_length};

/// Deeper than this a template is taken for one that is refused.
const DEPTH_LIMIT: usize = 64;

/// Replaces `$NAME`, `${NAME}` and `${NAME op word}`; `None` refuses the file.
pub(super) fn replaced(text: &str, variables: &Reading) -> Option<Plain> {
    let mut out = Plain::default();
    into(text, variables, &mut out, 0)?;
    Some(out)
}

fn into(text: &str, variables: &Reading, out: &mut Plain, depth: usize) -> Option<()> {
    if depth > DEPTH_LIMIT {
        return None;
    }
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        let behind = &rest[at + 1..];
        if let Some(end) = behind.strip_prefix('$') {
            out.push('$');
            rest = end;
        } else if let Some(inner) = behind.strip_prefix('{') {
            rest = braces(inner, variables, out, depth)?;
        } else {
            let length = name_length(behind);
            let (name, end) = behind.split_at(length);
            out.push_str(if name.is_empty() { "$" } else { variables.variable(name).unwrap_or_default() });
            rest = end;
        }
    }
    out.push_str(rest);
    Some(())
}

/// Reads from behind `${`, and gives what is left.
fn braces<'a>(inner: &'a str, variables: &Reading, out: &mut Plain, depth: usize) -> Option<&'a str> {
    let (name, behind) = inner.split_at(name_length(inner));
    let held = variables.variable(name);
    if name.is_empty() {
        return None;
    }
    if let Some(end) = behind.strip_prefix('}') {
        out.push_str(held.unwrap_or_default());
        return Some(end);
    }
    let operator =
        [":?", ":-", ":+", "?", "-", "+"].into_iter().find(|operator| behind.starts_with(operator))?;
    let line_end = behind.find('\n').unwrap_or(behind.len());
    let last = behind[..line_end].rfind('}')?;
    let (word_and_more, end) = (&behind[operator.len()..last], &behind[last + 1..]);
    let (word, more) = cut(word_and_more);
    let counts = held.filter(|held| !operator.starts_with(':') || !held.is_empty());
    match (&operator[operator.len() - 1..], counts) {
        ("-", None) | ("+", Some(_)) => into(word, variables, out, depth + 1)?,
        ("+", None) => out.push_str(held.unwrap_or_default()),
        ("?", None) => return None,
        _ => out.push_str(counts.unwrap_or_default()),
    }
    into(more, variables, out, depth + 1)?;
    Some(end)
}

/// Splits where the braces that were opened before `text` are balanced; the last `}` itself is not part of `text`.
fn cut(text: &str) -> (&str, &str) {
    let mut open = 1_usize;
    for (at, character) in text.char_indices() {
        match character {
            '{' => open += 1,
            '}' if open == 1 => return (&text[..at], &text[at..]),
            '}' => open -= 1,
            _ => {}
        }
    }
    (text, "")
}
