//! `::add-mask::` lines, after which a runner of GitHub Actions shows `***` in its logs.
//!
//! A runner compares line by line, so every line of a value has a mask of its own; and a JSON value is mostly used by
//! its fields, so these have theirs. A mask of a few characters would blot out half of every log and thereby give the
//! characters away, so there is none.

use reticent::core::{Field, Secret, SecretBuffer};

/// The fewest characters that are masked.
const SHORTEST: usize = 4;

/// How deep a JSON text within a field of JSON text is looked into.
const DEPTH: usize = 4;

/// Something was too short for a mask.
pub(super) struct TooShort;

/// Writes the masks of one value.
pub(super) fn write(value: &str, out: &mut SecretBuffer) -> Option<TooShort> {
    let mut too_short = None;
    parts(value, DEPTH, &mut |part| {
        if part.chars().take(SHORTEST).count() < SHORTEST {
            too_short = Some(TooShort);
        } else {
            mask(part, out);
        }
    });
    too_short
}

/// Finds the lines of a text, without blanks around them, and those of its fields.
fn parts(text: &str, depth: usize, found: &mut impl FnMut(&str)) {
    text.split(['\r', '\n']).map(str::trim).filter(|line| !line.is_empty()).for_each(&mut *found);
    if depth > 0 && text.trim_start().starts_with(['{', '[']) {
        for field in fields(text) {
            #[expect(clippy::disallowed_methods, reason = "into the masks, which wipe themselves")]
            if let Ok(field) = field.expose_text() {
                parts(field, depth - 1, found);
            }
        }
    }
}

/// Finds the strings of a JSON text that are no names. What is not quite JSON is looked through all the same: a mask
/// too many does no harm.
fn fields(text: &str) -> Vec<Secret> {
    let mut fields = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find('"') {
        let length = literal(&rest[start..]);
        let (string, after) = rest[start..].split_at(length);
        let is_name = after.trim_start().starts_with(':');
        if !is_name {
            fields.extend(unescaped(string));
        }
        rest = after;
    }
    fields
}

/// Returns the length of the string at the beginning of `text`, with its quotes.
fn literal(text: &str) -> usize {
    let mut is_escaped = false;
    for (index, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => return index + 1,
            _ => {}
        }
    }
    text.len()
}

/// Lets core read the string, as a field: its scanner wipes what it copies.
fn unescaped(string: &str) -> Option<Secret> {
    let mut object = SecretBuffer::with_capacity(string.len() + 6);
    for piece in ["{\"v\":", string, "}"] {
        object.extend_from_slice(piece.as_bytes());
    }
    object.into_secret().field(&Field::parse("v").expect("a name")).ok()
}

fn mask(part: &str, out: &mut SecretBuffer) {
    out.extend_from_slice(b"::add-mask::");
    for byte in part.bytes() {
        match byte {
            b'%' => out.extend_from_slice(b"%25"),
            b'\r' => out.extend_from_slice(b"%0D"),
            b'\n' => out.extend_from_slice(b"%0A"),
            other => out.push(other),
        }
    }
    out.push(b'\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(value: &str, want: &[&str], is_complete: bool) {
        let mut out = SecretBuffer::new();
        assert_eq!(write(value, &mut out).is_none(), is_complete, "{value}");
        let want: String = want.iter().map(|mask| format!("::add-mask::{mask}\n")).collect();
        #[expect(clippy::disallowed_methods, reason = "the test compares plaintext")]
        let written = std::str::from_utf8(out.expose_bytes()).expect("text");
        assert_eq!(written, want, "{value}");
    }

    #[test]
    fn every_line_and_every_field_has_its_mask() {
        check("plain-value", &["plain-value"], true);
        check("  padded  ", &["padded"], true);
        check("first\r\n\n  second\n", &["first", "second"], true);
        check("100% sure", &["100%25 sure"], true);
        check(
            r#"{"user":"admin","n":null,"deep":[{"key":"a\"b\u00e9c\nnext line"}]}"#,
            &[
                r#"{"user":"admin","n":null,"deep":[{"key":"a\"b\u00e9c\nnext line"}]}"#,
                "admin",
                "a\"b\u{e9}c",
                "next line",
            ],
            true,
        );
        check(
            r#"{"inner":"{\"token\":\"twice-wrapped\"}"}"#,
            &[
                r#"{"inner":"{\"token\":\"twice-wrapped\"}"}"#,
                r#"{"token":"twice-wrapped"}"#,
                "twice-wrapped",
            ],
            true,
        );
        check(r#"{"broken": "value", "#, &[r#"{"broken": "value","#, "value"], true);
    }

    #[test]
    fn what_is_too_short_is_told_and_not_masked() {
        check("", &[], true);
        check("\n\n", &[], true);
        check("abc", &[], false);
        check("{\n  \"token\": \"long-enough\"\n}\n", &["\"token\": \"long-enough\"", "long-enough"], false);
        check("\u{e9}\u{e9}\u{e9}\u{e9}", &["\u{e9}\u{e9}\u{e9}\u{e9}"], true);
    }
}
