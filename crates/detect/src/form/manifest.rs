//! Secrets of Kubernetes: what stands under `data` and `stringData` of a manifest is secret whatever its name.

use std::ops::Range;

use reticent_core::Placeholder;
use reticent_spans::encodings::base64;

use crate::hits::Hit;
use crate::judge::randomness::Makeup;
use crate::judge::shape;
use crate::reason::Reason;
use crate::set::RuleSet;
use crate::text::Text;

/// How far a manifest goes to both sides of its kind.
const REACH: usize = 8 * 1024;
/// Keys whose values say where and who, and open nothing.
const OPEN_KEYS: &[&[u8]] = &[
    b"username",
    b"user",
    b"host",
    b"hostname",
    b"port",
    b"email",
    b"name",
    b"namespace",
    b"url",
    b"server",
    b"database",
    b"dbname",
    b"type",
    b"region",
    b"bucket",
    b"ca.crt",
    b"tls.crt",
];

/// Looks at the word `Secret` that begins at `at`, if it is the kind of a manifest.
pub(crate) fn at(set: &RuleSet, text: &Text<'_>, at: usize, hits: &mut Vec<Hit>) {
    let before = text.bytes[at.saturating_sub(12)..at].trim_ascii_end();
    let before = before.strip_suffix(b"\"").or(before.strip_suffix(b"'")).unwrap_or(before).trim_ascii_end();
    if !before.ends_with(b"kind:") {
        return;
    }
    let document = document(text.bytes, at);
    let mut section: Option<(usize, bool)> = None;
    let mut start = document.start;
    for line in text.bytes[document].split_inclusive(|byte| *byte == b'\n') {
        let indent = line.iter().take_while(|byte| b" -".contains(byte)).count();
        let content = line[indent.min(line.len())..].trim_ascii_end();
        if section
            .is_some_and(|(outer, _)| !content.is_empty() && !content.starts_with(b"#") && indent <= outer)
        {
            section = None;
        }
        match section {
            Some((_, is_encoded)) => entry(set, content, start + indent, is_encoded, hits),
            None if content == b"data:" => section = Some((indent, true)),
            None if content == b"stringData:" => section = Some((indent, false)),
            None => {}
        }
        start += line.len();
    }
}

/// The document around a place: up to `---` on both sides.
fn document(bytes: &[u8], at: usize) -> Range<usize> {
    let from = at.saturating_sub(REACH);
    let to = bytes.len().min(at + REACH);
    let start = memchr::memmem::rfind(&bytes[from..at], b"\n---").map_or(from, |place| from + place + 1);
    let end = memchr::memmem::find(&bytes[at..to], b"\n---").map_or(to, |place| at + place);
    start..end
}

/// One `key: value`, or a line of a block.
fn entry(set: &RuleSet, content: &[u8], start: usize, is_encoded: bool, hits: &mut Vec<Hit>) {
    let colon = content.iter().position(|byte| *byte == b':').filter(|colon| {
        content[..*colon].iter().all(|byte| byte.is_ascii_alphanumeric() || b"._-\"'".contains(byte))
    });
    let (key, place) = colon.map_or((&b""[..], 0), |colon| (&content[..colon], colon + 1));
    let blanks = content[place..].iter().take_while(|byte| **byte == b' ').count();
    let mut span = place + blanks..content.len();
    if content.get(span.start).is_some_and(|byte| b"\"'".contains(byte)) && span.len() >= 2 {
        let quote = content[span.start];
        let length = content[span.start + 1..].iter().position(|byte| *byte == quote).unwrap_or(0);
        span = span.start + 1..span.start + 1 + length;
    } else if let Some(end) = memchr::memmem::find(&content[span.clone()], b" #") {
        span.end = span.start + end;
    }
    let value = &content[span.clone()];
    let key = key.iter().copied().filter(|byte| !b"\"'".contains(byte)).collect::<Vec<u8>>();
    let is_line = key.is_empty() && (!is_encoded || value.len() < 16);
    if value.len() < 4
        || value.starts_with(b"#")
        || is_line
        || OPEN_KEYS.contains(&&key.to_ascii_lowercase()[..])
    {
        return;
    }
    let span = start + span.start..start + span.end;
    match judge(value, is_encoded) {
        Ok(()) => hits.push(Hit::new(set.forms.secret, span, 0.6)),
        Err(reason) => hits.push(Hit::suppressed(set.forms.secret, span, reason)),
    }
}

fn judge(value: &[u8], is_encoded: bool) -> Result<(), Reason> {
    if let Some(reason) = shape::stands_for_another(value) {
        return Err(reason);
    }
    let decoded = if is_encoded { base64::decode(value) } else { None };
    if is_encoded && decoded.is_none() {
        return Err(Reason::Structure);
    }
    let plain = decoded.as_ref().map_or(value, |decoded| decoded.bytes());
    if plain.len() < 6 || shape::is_number(plain) {
        return Err(Reason::Identifier);
    }
    if shape::is_marked_example(plain) || Placeholder::judge("", plain).is_some() {
        return Err(Reason::Placeholder);
    }
    if let Some(reason) = shape::stands_for_another(plain) {
        return Err(reason);
    }
    let makeup = Makeup::of(plain);
    if !is_encoded && shape::is_place(plain, &makeup) && makeup.evidence() < 8.0 {
        return Err(Reason::Place);
    }
    if shape::is_pattern(plain, &makeup) {
        return Err(Reason::Pattern);
    }
    Ok(())
}
