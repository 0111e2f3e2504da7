//! Credentials in a URL: the password before its host, and its parameters.

use std::ops::Range;

use super::named::{Named, OPAQUE, pieces, trimmed};
use super::names::{self, Section};
use super::parameters::{FRAGMENT, PATH, QUERY, parameters};

/// From this length on, what stands alone before the host is a token rather than a user's name.
const TOKEN: usize = 20;

/// Where `curl` and git put this, the token stands as the user.
const NO_PASSWORD: &[u8] = b"x-oauth-basic";

/// What makes a text no URL.
struct NoUrl;

/// Finds the credentials of one URL, absolute or relative; all of it, if it cannot be read.
pub(crate) fn named(shape: &[u8]) -> Vec<Named> {
    let range = trimmed(shape, 0..shape.len());
    let has_control = shape[range.clone()].iter().any(u8::is_ascii_control);
    if has_control { vec![whole(shape)] } else { read_or_whole(shape, 0) }
}

/// Finds the credentials of a text that may be a URL, parameters, or words with URLs among them.
pub(crate) fn inside(shape: &[u8], depth: usize) -> Vec<Named> {
    let is_words =
        shape.trim_ascii().iter().any(|byte| byte.is_ascii_whitespace() || byte.is_ascii_control());
    if is_words { among_words(shape, depth) } else { read_or_whole(shape, depth) }
}

/// Finds the credentials of the URLs among words.
pub(crate) fn among_words(shape: &[u8], depth: usize) -> Vec<Named> {
    // Not at a comma and its like, which may stand in a password.
    let is_end = |byte: u8| byte <= b' ' || b"\"<>|`".contains(&byte);
    let words = pieces(shape, 0..shape.len(), is_end);
    let urls = words.filter(|word| position(&shape[word.clone()], b"://").is_some());
    urls.flat_map(|word| {
        let found = read_or_whole(&shape[word.clone()], depth);
        found.into_iter().map(move |named| named.moved_by(word.start))
    })
    .collect()
}

fn read_or_whole(shape: &[u8], depth: usize) -> Vec<Named> {
    let mut found = Vec::new();
    match read(shape, depth, &mut found) {
        Ok(()) => found,
        Err(NoUrl) => vec![whole(shape)],
    }
}

fn whole(shape: &[u8]) -> Named {
    Named::new(shape, 0..shape.len(), b"url")
}

fn read(shape: &[u8], depth: usize, found: &mut Vec<Named>) -> Result<(), NoUrl> {
    let find = |from: usize, ends: &[u8]| {
        let at = shape[from..].iter().position(|byte| ends.contains(byte));
        at.map_or(shape.len(), |at| from + at)
    };
    let head = find(0, b"?#");
    let fragment = find(0, b"#");
    let start = trimmed(shape, 0..head).start;
    let scheme = scheme(&shape[start..head]);
    let (mut path, mut from) = (start, start);
    if let Some(begin) = first_authority(&shape[start..head], scheme) {
        from = start + begin;
        path = authority(shape, from..head, found)?;
    } else if let Some(colon) = scheme {
        opaque(shape, start, colon, found);
    }
    // URLs in the path, and those behind a comma.
    while let Some(next) = position(&shape[from..head], b"://") {
        from += next + 3;
        authority(shape, from..head, found)?;
    }
    parameters(shape, path..head, PATH, depth, found);
    parameters(shape, (head + 1).min(fragment)..fragment, QUERY, depth, found);
    parameters(shape, (fragment + 1).min(shape.len())..shape.len(), FRAGMENT, depth, found);
    Ok(())
}

/// Returns the length of a URL's scheme: where its colon stands.
fn scheme(head: &[u8]) -> Option<usize> {
    let is_of_scheme = |byte: &u8| byte.is_ascii_alphanumeric() || b"+-.".contains(byte);
    let length = head.iter().take_while(|byte| is_of_scheme(byte)).count();
    (head.first()?.is_ascii_alphabetic() && head.get(length) == Some(&b':')).then_some(length)
}

/// Returns where the user and the host of a URL begin; browsers take any slashes behind some schemes, and none.
fn first_authority(head: &[u8], scheme: Option<usize>) -> Option<usize> {
    let rest = scheme.map_or(0, |colon| colon + 1);
    let slashes = head[rest..].iter().take_while(|byte| b"/\\".contains(byte)).count();
    match scheme {
        Some(colon) if names::is_in(Section::HostSchemes, &head[..colon]) => Some(rest + slashes),
        _ => (slashes >= 2).then_some(rest + 2),
    }
}

/// Finds the password before a host, and returns where the path begins.
fn authority(shape: &[u8], range: Range<usize>, found: &mut Vec<Named>) -> Result<usize, NoUrl> {
    let text = &shape[range.clone()];
    let text = &text[..text.iter().position(|byte| *byte == b'/').unwrap_or(text.len())];
    let user = text.iter().rposition(|byte| *byte == b'@');
    if let Some(length) = user {
        user_and_password(shape, range.start..range.start + length, found);
    }
    let host = user.map_or(0, |at| at + 1);
    let length = text[host..].iter().position(|byte| *byte == b';').unwrap_or(text.len() - host);
    let is_host = text[host..host + length].split(|byte| *byte == b',').all(is_host);
    if is_host { Ok(range.start + host + length) } else { Err(NoUrl) }
}

fn user_and_password(shape: &[u8], range: Range<usize>, found: &mut Vec<Named>) {
    let text = &shape[range.clone()];
    let colon = text.iter().position(|byte| *byte == b':');
    let user = range.start..colon.map_or(range.end, |colon| range.start + colon);
    let password = (user.end + 1).min(range.end)..range.end;
    let visible = shape[user.clone()].iter().filter(|byte| **byte != OPAQUE).count();
    let is_address = shape[user.clone()].contains(&b'@') || position(&shape[user.clone()], b"%40").is_some();
    let is_alone = password.is_empty() || shape[password.clone()] == *NO_PASSWORD;
    if is_alone && visible >= TOKEN && !is_address {
        found.push(Named::new(shape, user, b"user"));
    }
    found.push(Named::new(shape, password, b"password"));
}

/// Tells whether some bytes may be a host with or without a port.
fn is_host(text: &[u8]) -> bool {
    let (is_name, port) = if let Some(rest) = text.strip_prefix(b"[") {
        let Some(end) = rest.iter().position(|byte| *byte == b']') else { return false };
        let is_of_address = |byte: &u8| byte.is_ascii_alphanumeric() || b":.%-_~*".contains(byte);
        (end > 0 && rest[..end].iter().all(is_of_address), &rest[end + 1..])
    } else {
        let end = text.iter().position(|byte| *byte == b':').unwrap_or(text.len());
        let is_of_name = |byte: &u8| {
            byte.is_ascii_alphanumeric() || !byte.is_ascii() || b"-._~%!$&'()*+={}".contains(byte)
        };
        (text[..end].iter().all(is_of_name), &text[end..])
    };
    is_name && is_port(port)
}

/// Tells whether some bytes are no port at all, or a colon and a number, which may be left out.
fn is_port(text: &[u8]) -> bool {
    let Some((colon, digits)) = text.split_first() else { return true };
    if *colon != b':' || !digits.iter().all(|byte| byte.is_ascii_digit() || *byte == OPAQUE) {
        return false;
    }
    let number = digits.iter().filter(|byte| **byte != OPAQUE);
    number.fold(0_u32, |number, digit| number.saturating_mul(10).saturating_add(u32::from(digit - b'0')))
        <= 65_535
}

/// Finds a password in what has a scheme and no slashes, as `user:password@tcp(host)/name`.
fn opaque(shape: &[u8], start: usize, colon: usize, found: &mut Vec<Named>) {
    let rest = &shape[start + colon + 1..];
    let is_address = names::is_in(Section::AddressSchemes, &shape[start..start + colon]);
    // As in `jdbc:postgresql://`, whose user and host are found behind their slashes.
    let has_host = position(rest, b"://").is_some();
    if let Some(length) = rest.iter().rposition(|byte| *byte == b'@')
        && !is_address
        && !has_host
    {
        let begin = start + colon + 1;
        found.push(Named::new(shape, begin..begin + length, b"password"));
    }
}

fn position(text: &[u8], wanted: &[u8]) -> Option<usize> {
    text.windows(wanted.len()).position(|window| window == wanted)
}
