//! Files with a secret on each line: `.netrc`, `.pgpass`, `htpasswd` and `shadow`.

use std::ops::Range;

use reticent_core::Placeholder;

use crate::hits::Hit;
use crate::judge::randomness::Makeup;
use crate::judge::shape;
use crate::set::RuleSet;
use crate::text::{FileKind, Text};

/// Reads a text whose name says that it is such a file.
pub(crate) fn whole(set: &RuleSet, text: &Text<'_>, hits: &mut Vec<Hit>) {
    if text.file == FileKind::Secret {
        return alone(set, text, hits);
    }
    let mut start = 0;
    for line in text.bytes.split_inclusive(|byte| *byte == b'\n') {
        let content = line.trim_ascii_end();
        if !content.starts_with(b"#") {
            match text.file {
                FileKind::Pgpass => pgpass(set, content, start, hits),
                FileKind::Htpasswd | FileKind::Shadow => hashed(set, content, start, hits),
                FileKind::Netrc | FileKind::Other | FileKind::Secret => {}
            }
        }
        start += line.len();
    }
}

/// The one line of a file that is a secret, comments left out.
fn alone(set: &RuleSet, text: &Text<'_>, hits: &mut Vec<Hit>) {
    let mut lines = text.bytes.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    let Some(line) = lines.find(|line| !line.is_empty() && !line.starts_with(b"#")) else { return };
    let makeup = Makeup::of(line);
    let is_value = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-+/.~".contains(byte);
    let is_alone = line
        .strip_suffix(b"=")
        .map_or(line, |line| line.strip_suffix(b"=").unwrap_or(line))
        .iter()
        .all(is_value);
    let is_generated = is_alone
        && line.len() >= 24
        && !line.contains(&b' ')
        && makeup.distinct >= 8
        && (makeup.evidence() >= 6.0 || shape::is_hex(line));
    if is_generated && let Some(start) = memchr::memmem::find(text.bytes, line) {
        hits.push(Hit::new(set.forms.secret, start..start + line.len(), 0.7));
    }
}

/// `host:port:database:user:password`, where `\` escapes (libpq, section "The Password File").
pub(crate) fn pgpass(set: &RuleSet, line: &[u8], start: usize, hits: &mut Vec<Hit>) {
    let mut colons = Vec::with_capacity(4);
    let mut at = 0;
    while at < line.len() && colons.len() < 4 {
        match line[at] {
            b'\\' => at += 1,
            b':' => colons.push(at),
            byte if byte.is_ascii_whitespace() => return,
            _ => {}
        }
        at += 1;
    }
    let [first, second, _, fourth] = colons[..] else { return };
    let port = &line[first + 1..second];
    let is_port = port == b"*" || !port.is_empty() && port.len() <= 5 && port.iter().all(u8::is_ascii_digit);
    let value = line[fourth + 1..].split(|byte| b" \t\"'`".contains(byte)).next().unwrap_or_default();
    if is_port && !value.is_empty() {
        let start = start + fourth + 1;
        push(set, value, start..start + value.len(), hits);
    }
}

/// Looks at the `:5432:` that begins at `at`.
pub(crate) fn pgpass_at(set: &RuleSet, text: &Text<'_>, at: usize, hits: &mut Vec<Hit>) {
    let ends = |byte: &u8| b"\n\r \t\"'`".contains(byte);
    let from = text.bytes[at.saturating_sub(256)..at]
        .iter()
        .rposition(ends)
        .map_or(at.saturating_sub(256), |place| at.saturating_sub(256) + place + 1);
    let rest = &text.bytes[at..text.bytes.len().min(at + 512)];
    let to = at + rest.iter().position(ends).unwrap_or(rest.len());
    pgpass(set, &text.bytes[from..to], from, hits);
}

/// `machine HOST login USER password WORD`: the word `password` ends at `at`.
pub(crate) fn netrc_at(set: &RuleSet, text: &Text<'_>, name: &Range<usize>, hits: &mut Vec<Hit>) {
    let bytes = text.bytes;
    let before = &bytes[name.start.saturating_sub(256)..name.start];
    let is_entry =
        memchr::memmem::rfind(before, b"login ").or(memchr::memmem::rfind(before, b"machine ")).is_some()
            && (memchr::memmem::find(before, b"machine ").is_some()
                || memchr::memmem::find(before, b"default").is_some());
    let blanks = bytes[name.end..].iter().take(32).take_while(|byte| byte.is_ascii_whitespace()).count();
    if !is_entry || blanks == 0 {
        return;
    }
    let start = name.end + blanks;
    let length = bytes[start..]
        .iter()
        .take(256)
        .take_while(|byte| !byte.is_ascii_whitespace() && !b"\"'\\".contains(byte))
        .count();
    if length > 0 {
        push(set, &bytes[start..start + length], start..start + length, hits);
    }
}

fn push(set: &RuleSet, value: &[u8], span: Range<usize>, hits: &mut Vec<Hit>) {
    let reason = shape::stands_for_another(value)
        .or(shape::is_pattern(value, &Makeup::of(value)).then_some(crate::reason::Reason::Pattern));
    hits.push(match reason {
        Some(reason) => Hit::suppressed(set.forms.password, span, reason),
        None if Placeholder::judge("", value).is_some() => Hit::new(set.forms.weak_password, span, 0.3),
        None => Hit::new(set.forms.password, span, 0.8),
    });
}

/// `user:$6$salt$hash`, or the older forms of `crypt`.
fn hashed(set: &RuleSet, line: &[u8], start: usize, hits: &mut Vec<Hit>) {
    let Some(colon) = line.iter().position(|byte| *byte == b':') else { return };
    let hash = line[colon + 1..].split(|byte| *byte == b':').next().unwrap_or_default();
    let is_modular =
        hash.starts_with(b"$") && hash.len() >= 20 && hash.iter().filter(|byte| **byte == b'$').count() >= 3;
    let is_sha = hash.starts_with(b"{SHA}") && hash.len() >= 20;
    if (is_modular || is_sha) && Makeup::of(hash).evidence() > 4.0 {
        let start = start + colon + 1;
        hits.push(Hit::new(set.forms.password_hash, start..start + hash.len(), 0.8));
    }
}
