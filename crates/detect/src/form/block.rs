//! Private keys in their blocks: PEM (RFC 7468), OpenSSH, PGP armour and PuTTY's files.

use std::ops::Range;

use reticent_spans::encodings::base64;
use zeroize::Zeroizing;

use crate::hits::Hit;
use crate::reason::Reason;
use crate::set::RuleSet;
use crate::text::Text;

/// No label is longer.
const LABEL: usize = 64;
/// No block is longer.
pub(crate) const LONGEST: usize = 16 * 1024;
/// The magic of OpenSSH's own form (PROTOCOL.key).
const OPENSSH: &[u8] = b"openssh-key-v1\0";

/// Looks at the `-----BEGIN ` that begins at `at`.
pub(crate) fn at(set: &RuleSet, text: &Text<'_>, at: usize, hits: &mut Vec<Hit>) {
    let bytes = text.bytes;
    let label_at = at + b"-----BEGIN ".len();
    let head = &bytes[label_at.min(bytes.len())..bytes.len().min(label_at + LABEL)];
    let Some(length) = memchr::memmem::find(head, b"-----") else { return };
    let label = &head[..length];
    if !label.ends_with(b"PRIVATE KEY") && !label.ends_with(b"PRIVATE KEY BLOCK") {
        return;
    }
    let body_at = label_at + length + 5;
    let rest = &bytes[body_at..bytes.len().min(body_at + LONGEST)];
    let line = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
    if text.is_by_line && memchr::memmem::find(&rest[..line], b"-----END").is_none() {
        let line_end = body_at + rest[..line].trim_ascii_end().len();
        hits.push(Hit::new(set.forms.private_key, at..line_end, 0.6));
        return;
    }
    let end = memchr::memmem::find(rest, b"-----END").unwrap_or_else(|| body_length(rest));
    let closing = memchr::memmem::find(&rest[end..], b"-----END")
        .and_then(|_| memchr::memmem::find(&rest[end + 8..], b"-----"))
        .map_or(end, |length| end + 8 + length + 5);
    let span = at..body_at + closing;
    hits.push(match judge(label, &rest[..end]) {
        Ok((true, confidence)) => Hit::new(set.forms.encrypted_key, span, confidence),
        Ok((false, confidence)) => Hit::new(set.forms.private_key, span, confidence),
        Err(reason) => Hit::suppressed(set.forms.private_key, span, reason),
    });
}

/// How far a body goes that nothing closes.
fn body_length(rest: &[u8]) -> usize {
    let is_body = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=\r\n\\ \t\"',:-".contains(byte);
    rest.iter().take_while(|byte| is_body(byte)).count()
}

/// Whether the body is encrypted, and how sure it is that it is a key.
fn judge(label: &[u8], body: &[u8]) -> Result<(bool, f32), Reason> {
    let digits = digits(body);
    let is_encrypted = label.starts_with(b"ENCRYPTED") || memchr::memmem::find(body, b"ENCRYPTED").is_some();
    if digits.len() < 32 {
        return Err(Reason::Structure);
    }
    let quick = &digits[..digits.len() / 4 * 4];
    let distinct = quick.iter().collect::<std::collections::BTreeSet<_>>().len();
    if distinct < 10 {
        return Err(Reason::Placeholder);
    }
    if label.starts_with(b"PGP") {
        return Ok((false, 0.9));
    }
    let Some(decoded) = base64::decode(quick).or_else(|| base64::decode(&quick[..quick.len() - 4])) else {
        return Ok((is_encrypted, 0.6));
    };
    let der = decoded.bytes();
    if der.starts_with(OPENSSH) {
        let cipher = der.get(OPENSSH.len() + 4..OPENSSH.len() + 8);
        return Ok((cipher != Some(b"none"), 0.99));
    }
    let is_whole =
        der.first() == Some(&0x30) && der_length(der).is_some_and(|length| length.abs_diff(der.len()) <= 4);
    Ok((
        is_encrypted,
        if is_whole {
            0.99
        } else if is_encrypted {
            0.8
        } else {
            0.7
        },
    ))
}

/// The base64 of a body: its lines without headers, blanks, quotes and escaped line breaks.
fn digits(body: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut digits = Zeroizing::new(Vec::with_capacity(body.len()));
    let mut rest = body;
    while let Some((first, tail)) = rest.split_first() {
        rest = tail;
        match first {
            b'\\' => {
                while rest.first() == Some(&b'\\') {
                    rest = &rest[1..];
                }
                if matches!(rest.first(), Some(b'n' | b'r')) {
                    rest = &rest[1..];
                }
            }
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' | b'=' => digits.push(*first),
            b':' => {
                // A header such as `Proc-Type: 4,ENCRYPTED`: what was taken of its name and the rest of its line go.
                let name = digits.iter().rev().take_while(|byte| byte.is_ascii_alphabetic()).count();
                let kept = digits.len() - name.min(16);
                digits.truncate(kept);
                let length = rest.iter().position(|byte| b"\n\\".contains(byte)).unwrap_or(rest.len());
                rest = &rest[length..];
            }
            _ => {}
        }
    }
    digits
}

/// The length of a whole DER element (X.690, section 8.1).
fn der_length(der: &[u8]) -> Option<usize> {
    let first = *der.get(1)?;
    if first < 0x80 {
        return Some(2 + usize::from(first));
    }
    let count = usize::from(first & 0x7f);
    let digits = der.get(2..2 + count).filter(|_| count <= 4)?;
    Some(2 + count + digits.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)))
}

/// Looks at the `PuTTY-User-Key-File-` that begins at `at`.
pub(crate) fn putty(set: &RuleSet, text: &Text<'_>, at: usize, hits: &mut Vec<Hit>) {
    let rest = &text.bytes[at..text.bytes.len().min(at + LONGEST)];
    let Some(private) = memchr::memmem::find(rest, b"Private-Lines:") else { return };
    let is_encrypted = memchr::memmem::find(&rest[..private], b"Encryption: none").is_none();
    let end =
        memchr::memmem::find(&rest[private..], b"Private-MAC:").map_or(rest.len(), |length| private + length);
    let line = rest[end..].iter().position(|byte| *byte == b'\n').map_or(rest.len(), |length| end + length);
    let rule = if is_encrypted { set.forms.encrypted_key } else { set.forms.private_key };
    let span: Range<usize> = at..at + line;
    hits.push(Hit::new(rule, span, 0.95));
}
