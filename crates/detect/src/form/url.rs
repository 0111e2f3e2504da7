//! Passwords in the userinfo of a URL (RFC 3986, section 3.2.1).

use reticent_core::Placeholder;

use super::name::{Meaning, Words};
use crate::hits::Hit;
use crate::judge::randomness::Makeup;
use crate::judge::shape;
use crate::reason::Reason;
use crate::set::RuleSet;
use crate::text::Text;

/// No authority is longer.
const AUTHORITY: usize = 512;

/// Looks at the `://` that begins at `at`.
pub(crate) fn at(set: &RuleSet, text: &Text<'_>, at: usize, hits: &mut Vec<Hit>) {
    let start = at + 3;
    let bytes = text.bytes;
    let rest = &bytes[start..bytes.len().min(start + AUTHORITY)];
    vendors(set, text, start, hits);
    let length = rest.iter().position(|byte| ends_url(*byte)).unwrap_or(rest.len());
    let Some(host_at) = user_end(&rest[..length]) else { return };
    let userinfo = &rest[..host_at];
    let host = &rest[host_at + 1..length];
    let Some(colon) = userinfo.iter().position(|byte| *byte == b':') else {
        return;
    };
    let password = start + colon + 1..start + host_at;
    let (user, value) = (&userinfo[..colon], &userinfo[colon + 1..]);
    let scheme = scheme_before(bytes, at);
    if value.is_empty() || scheme.is_empty() || user == b"mailto" {
        return;
    }
    hits.push(match weigh(user, value, host) {
        Ok(confidence) => Hit::new(set.forms.url_password, password, confidence),
        Err(reason) => Hit::suppressed(set.forms.url_password, password, reason),
    });
}

fn ends_url(byte: u8) -> bool {
    byte.is_ascii_whitespace()
        || matches!(byte, b'"' | b'\'' | b'<' | b'>' | b'`' | b'\\' | b'|')
        || byte >= 0x80
}

/// Where the userinfo ends: at the last `@` before the path; a password may hold what should have been encoded.
fn user_end(rest: &[u8]) -> Option<usize> {
    let colon = rest.iter().position(|byte| b":/@?".contains(byte))?;
    let path = rest.iter().position(|byte| b"/?".contains(byte));
    let within = &rest[..path.unwrap_or(rest.len())];
    if let Some(end) = within.iter().rposition(|byte| *byte == b'@') {
        return Some(end);
    }
    // An unencoded slash in the password: `user:pa/ss@host`, and no port before the slash.
    if rest.get(colon) != Some(&b':') {
        return None;
    }
    let before = path?;
    let is_port = rest[colon + 1..before].iter().all(u8::is_ascii_digit);
    let end = rest.iter().position(|byte| *byte == b'@')?;
    (!is_port && end - colon < 80 && !rest[..colon].contains(&b'.')).then_some(end)
}

fn scheme_before(bytes: &[u8], at: usize) -> &[u8] {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"+.-".contains(byte);
    let length = bytes[at.saturating_sub(24)..at].iter().rev().take_while(|byte| is_part(byte)).count();
    &bytes[at - length..at]
}

fn weigh(user: &[u8], value: &[u8], host: &[u8]) -> Result<f32, Reason> {
    let makeup = Makeup::of(value);
    if let Some(reason) = shape::stands_for_another(value) {
        return Err(reason);
    }
    if value.iter().any(|byte| b"()[]{}*^$?\\".contains(byte))
        && (host.is_empty() || shape::is_code(value, &makeup))
    {
        return Err(Reason::Code);
    }
    if is_stand_in(value) || value.len() < 3 || value == user {
        return Err(Reason::Placeholder);
    }
    let host_end = host.iter().position(|byte| b"/?#".contains(byte)).unwrap_or(host.len());
    let name = &host[..host_end];
    if name.is_empty()
        || !name.iter().all(|byte| byte.is_ascii_alphanumeric() || b".-_:,[]${}%".contains(byte))
    {
        return Err(Reason::Code);
    }
    if shape::is_pattern(value, &makeup) {
        return Err(Reason::Pattern);
    }
    let is_local =
        [&b"localhost"[..], b"127.0.0.1", b"0.0.0.0", b"[::1]"].iter().any(|local| name.starts_with(local));
    let is_word = makeup.reads_as_words() && makeup.digits == 0 && makeup.others == 0;
    Ok(match (is_word, is_local) {
        (false, false) => 0.9,
        (false, true) => 0.6,
        (true, _) => 0.4,
    })
}

/// `pass`, `password`, `PASSWORD`, `pw`, `secret`, or a placeholder.
fn is_stand_in(value: &[u8]) -> bool {
    let words = Words::of(value);
    let is_name = Makeup::of(value).digits == 0
        && words.len() <= 3
        && words.meaning() != Meaning::Nothing
        && words.joined().len() + words.len() > value.len();
    is_name || Placeholder::judge("", value).is_some()
}

/// URLs that are secrets themselves: rules whose keyword begins the host or one of its parts.
fn vendors(set: &RuleSet, text: &Text<'_>, start: usize, hits: &mut Vec<Hit>) {
    if set.urls.is_empty() {
        return;
    }
    let rest = &text.bytes[start..text.bytes.len().min(start + 80)];
    let places = std::iter::once(0)
        .chain(rest.iter().enumerate().filter(|(_, byte)| **byte == b'.').map(|(at, _)| at + 1));
    for place in places {
        set.urls.at(&rest[place..], |rule, _| {
            let at = start + place;
            super::super::pass::token(set, text, rule, at, at, hits);
        });
    }
}
