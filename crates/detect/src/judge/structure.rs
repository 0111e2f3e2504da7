//! What a token holds when it is decoded, where its form says so.

use reticent_spans::encodings::base64;
use zeroize::Zeroizing;

use super::randomness::Makeup;
use super::shape;

/// An inner form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Structure {
    /// A JSON Web Token (RFC 7519): two objects, the first with an algorithm, and a signature.
    Jwt,
    /// Base64 of a JSON object behind the prefix.
    Base64Json,
    /// A macaroon of version 2, in base64url behind the first `-`.
    Macaroon,
    /// Base64 of a number of 17 to 20 digits, up to the first dot.
    Snowflake,
    /// Letters of both cases and digits in no order: what a hash in hex or a word never is.
    Mixed,
    /// Base64 of a name, a colon and a password.
    Userinfo,
}

/// How a token stands to the form that it should have.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Fit {
    /// It has it; the number is how sure that makes us.
    Holds(f32),
    /// It has not.
    Broken,
}

impl Structure {
    /// Reads the name in a rule.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "jwt" => Self::Jwt,
            "base64-json" => Self::Base64Json,
            "macaroon" => Self::Macaroon,
            "snowflake" => Self::Snowflake,
            "mixed" => Self::Mixed,
            "userinfo" => Self::Userinfo,
            _ => return None,
        })
    }

    /// Judges `token`.
    pub(crate) fn judge(self, token: &[u8]) -> Fit {
        let fit = match self {
            Self::Jwt => jwt(token),
            Self::Base64Json => base64_json(token),
            Self::Macaroon => macaroon(token),
            Self::Snowflake => snowflake(token),
            Self::Mixed => mixed(token),
            Self::Userinfo => userinfo(token),
        };
        fit.map_or(Fit::Broken, Fit::Holds)
    }
}

fn jwt(token: &[u8]) -> Option<f32> {
    let mut parts = token.split(|byte| *byte == b'.');
    let (header, payload, signature) = (parts.next()?, parts.next()?, parts.next()?);
    let (header, payload) = (base64::decode(header)?, decode_loose(payload)?);
    if !is_object(header.bytes()) || !has(header.bytes(), b"\"alg\"") {
        return None;
    }
    let is_claims = is_object(&payload);
    if has(header.bytes(), b"\"none\"") || has(&payload, b"\"anon\"") {
        return Some(0.3);
    }
    Some(if is_claims && signature.len() >= 16 { 0.9 } else { 0.55 })
}

/// Base64url whose last bits may be set, as some writers leave them.
fn decode_loose(text: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let whole = text.len() / 4 * 4;
    base64::decode(text)
        .or_else(|| base64::decode(&text[..whole]))
        .map(|decoded| Zeroizing::new(decoded.bytes().to_vec()))
}

fn base64_json(token: &[u8]) -> Option<f32> {
    let at = memchr::memmem::find(token, b"eyJ")?;
    let end = token[at..].iter().position(|byte| !is_base64(*byte)).map_or(token.len(), |length| at + length);
    let run = token[at..end].split(|byte| *byte == b'_').next()?;
    let decoded = decode_loose(run)?;
    (decoded.first() == Some(&b'{') && has(&decoded, b"\":") && is_printable(&decoded)).then_some(0.95)
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"+/=-_".contains(&byte)
}

/// Version, the type of the first field, its length, and a place in plain text.
fn macaroon(token: &[u8]) -> Option<f32> {
    let at = token.iter().position(|byte| *byte == b'-')? + 1;
    let decoded = decode_loose(&token[at..])?;
    let [2, 1, length, place @ ..] = &decoded[..] else { return None };
    place.get(..usize::from(*length))?.is_ascii().then_some(0.99)
}

fn snowflake(token: &[u8]) -> Option<f32> {
    let first = token.split(|byte| *byte == b'.').next()?;
    let decoded = decode_loose(first)?;
    ((16..=20).contains(&decoded.len()) && decoded.iter().all(u8::is_ascii_digit)).then_some(0.95)
}

fn mixed(token: &[u8]) -> Option<f32> {
    let makeup = Makeup::of(token);
    let is_mixed = [makeup.upper, makeup.lower, makeup.digits].iter().all(|count| *count >= 2);
    (is_mixed && makeup.evidence() >= 8.0 && !shape::is_pattern(token, &makeup)).then_some(0.85)
}

fn userinfo(token: &[u8]) -> Option<f32> {
    let decoded = base64::decode(token)?;
    let at = decoded.bytes().iter().position(|byte| *byte == b':')?;
    let password = &decoded.bytes()[at + 1..];
    let is_stand_in = reticent_core::Placeholder::judge("", password).is_some();
    (is_printable(decoded.bytes()) && password.len() >= 4 && !is_stand_in).then_some(0.85)
}

fn is_object(text: &[u8]) -> bool {
    text.starts_with(b"{") && text.trim_ascii_end().ends_with(b"}") && std::str::from_utf8(text).is_ok()
}

fn is_printable(text: &[u8]) -> bool {
    text.iter().all(|byte| (b' '..=b'~').contains(byte) || b"\r\n\t".contains(byte))
}

fn has(text: &[u8], what: &[u8]) -> bool {
    memchr::memmem::find(text, what).is_some()
}
