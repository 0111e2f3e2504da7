//! How a secret's bytes stand in a store that holds JSON objects alone, and come back.
//!
//! The decision: a JSON object is stored as its fields, as everybody who works with Vault expects, and anything else
//! as the one field `value`. What would not come back (bytes that are not text, numbers that the server rounds,
//! a name twice, an object of just these shapes) is stored as text, or as base64 beside `"encoding": "base64"`.

use base64ct::{Base64, Encoding as _};
use reticent_core::{Field, FieldError, Secret, SecretBuffer, SecretRef, SourceError};

use crate::error::no_field;
use crate::json::{Object, without_browser_escapes};

/// The digits that the server's numbers hold exactly.
const EXACT_DIGITS: usize = 15;

/// Returns the secret that is stored as this object.
pub(crate) fn served(data: &Secret) -> Secret {
    match shape(data) {
        Shape::Text(text) => text,
        Shape::Bytes(bytes) => bytes,
        Shape::Fields => {
            #[expect(clippy::disallowed_methods, reason = "into the secret that is served, which is wiped")]
            let json = data.expose_bytes();
            without_browser_escapes(json).into_secret()
        }
    }
    .with_metadata(data.metadata().clone())
}

/// Returns a field of the object, or of the JSON that is its one text.
pub(crate) fn field(
    source: &str,
    at: &SecretRef,
    field: &Field,
    data: &Secret,
) -> Result<Secret, SourceError> {
    let outer = match data.field(field) {
        Err(cause @ FieldError::Missing { .. }) => cause,
        found => return found.map_err(|cause| no_field(source, at, cause)),
    };
    let inner = match shape(data) {
        Shape::Text(text) => text.field(field),
        Shape::Bytes(_) | Shape::Fields => return Err(no_field(source, at, outer)),
    };
    match inner {
        Ok(found) => Ok(found.with_metadata(data.metadata().clone())),
        Err(FieldError::NotJson { .. }) => Err(no_field(source, at, outer)),
        Err(cause) => Err(no_field(source, at, cause)),
    }
}

/// Returns the JSON object as which `value` is stored.
pub(crate) fn stored(value: &Secret) -> SecretBuffer {
    if is_stored_as_fields(value) {
        #[expect(clippy::disallowed_methods, reason = "into the body of a request, which is wiped")]
        let json = value.expose_bytes();
        let mut object = SecretBuffer::with_capacity(json.len());
        object.extend_from_slice(json);
        return object;
    }
    match Object::new().secret("value", value) {
        Some(object) => object.done(),
        None => {
            #[expect(clippy::disallowed_methods, reason = "into base64 in a buffer that is wiped")]
            let bytes = value.expose_bytes();
            let text = zeroize::Zeroizing::new(Base64::encode_string(bytes));
            Object::new().text("encoding", "base64").text("value", &text).done()
        }
    }
}

/// Tells whether two secrets are the same; in objects the order of the fields and the blanks between do not count.
pub(crate) fn is_same(one: &Secret, other: &Secret) -> bool {
    if one.ct_eq(other) {
        return true;
    }
    let (Ok(mut one), Ok(mut other)) = (one.fields(), other.fields()) else { return false };
    one.sort_by(|(name, _), (than, _)| name.cmp(than));
    other.sort_by(|(name, _), (than, _)| name.cmp(than));
    let pairs = one.iter().zip(&other);
    one.len() == other.len()
        && pairs
            .fold(true, |same, ((name, value), (than, as_that))| same & (name == than) & value.ct_eq(as_that))
}

fn is_stored_as_fields(value: &Secret) -> bool {
    let Ok(fields) = value.fields() else { return false };
    let mut names: Vec<&str> = fields.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    let is_once = names.windows(2).all(|pair| pair[0] != pair[1]);
    #[expect(clippy::disallowed_methods, reason = "looked through for numbers, and kept nowhere")]
    let json = value.expose_bytes();
    !names.is_empty() && is_once && matches!(shape(value), Shape::Fields) && has_exact_numbers(json)
}

enum Shape {
    /// `{"value": "…"}`
    Text(Secret),
    /// `{"encoding": "base64", "value": "…"}`
    Bytes(Secret),
    Fields,
}

fn shape(data: &Secret) -> Shape {
    let Ok(fields) = data.fields() else { return Shape::Fields };
    match &fields[..] {
        [(name, value)] if name == "value" && is_text(data) => Shape::Text(value.clone()),
        [(first, _), (second, _)] => match (first.as_str(), second.as_str()) {
            ("encoding", "value") => bytes(&fields[0].1, &fields[1].1),
            ("value", "encoding") => bytes(&fields[1].1, &fields[0].1),
            _ => Shape::Fields,
        },
        _ => Shape::Fields,
    }
}

fn bytes(encoding: &Secret, value: &Secret) -> Shape {
    if !encoding.ct_eq(&Secret::copy_of(b"base64")) {
        return Shape::Fields;
    }
    #[expect(clippy::disallowed_methods, reason = "decoded into a secret")]
    let decoded = value.expose_text().ok().and_then(|text| Base64::decode_vec(text).ok());
    decoded.map_or(Shape::Fields, |bytes| Shape::Bytes(Secret::from_vec(bytes)))
}

/// Tells text from a number, in an object of one field.
fn is_text(data: &Secret) -> bool {
    #[expect(clippy::disallowed_methods, reason = "looked at for its first character, and kept nowhere")]
    let json = data.expose_bytes();
    let behind = json.iter().position(|byte| *byte == b':').map_or(&[][..], |at| &json[at + 1..]);
    behind.trim_ascii_start().first() == Some(&b'"')
}

/// Tells whether the server keeps each number of this JSON as it is written.
fn has_exact_numbers(json: &[u8]) -> bool {
    let (mut in_text, mut escaped, mut digits) = (false, false, 0);
    for byte in json {
        match (in_text, byte) {
            (true, _) if escaped => escaped = false,
            (true, b'\\') => escaped = true,
            (_, b'"') => in_text = !in_text,
            (true, _) => {}
            // `e` and `E` stand in `true` and `false` as well, which end in them.
            (false, b'.') => return false,
            (false, b'e' | b'E') if digits > 0 => return false,
            (false, b'0'..=b'9') => digits += 1,
            (false, _) => digits = 0,
        }
        if digits > EXACT_DIGITS {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    #![expect(clippy::disallowed_methods, reason = "the tests compare plaintext")]

    use super::*;

    fn check(value: &[u8], want: &str) {
        let stored = stored(&Secret::copy_of(value)).into_secret();
        assert_eq!(stored.expose_text(), Ok(want));
        assert_eq!(served(&stored).expose_bytes(), value, "{want}");
    }

    #[test]
    fn an_object_is_stored_as_its_fields() {
        for object in [
            r#"{"password":"x"}"#,
            r#"{ "user": "app", "port": 5432, "on": true, "off": false, "deep": {"e": [1, "1.5e3"]} }"#,
            r#"{"value":"x","other":"y"}"#,
            r#"{"value":5}"#,
            r#"{"encoding":"utf-8","value":"eA=="}"#,
            r#"{"encoding":"base64","value":"%%"}"#,
        ] {
            check(object.as_bytes(), object);
        }
    }

    #[test]
    fn anything_else_is_stored_as_one_text() {
        check(b"", r#"{"value":""}"#);
        check(b"hunter2\n", r#"{"value":"hunter2\u000a"}"#);
        check("p\"\\\u{1f511}\0".as_bytes(), "{\"value\":\"p\\\"\\\\\u{1f511}\\u0000\"}");
        for json in [
            "{}",
            "[1]",
            "5",
            r#""text""#,
            r#"{"a":1.0}"#,
            r#"{"a":1e3}"#,
            r#"{"a":1234567890123456}"#,
            r#"{"a":null}"#,
            r#"{"a":1,"a":2}"#,
            r#"{"value":"x"}"#,
            r#"{"encoding":"base64","value":"eA=="}"#,
        ] {
            let quoted = json.replace('"', "\\\"");
            check(json.as_bytes(), &format!("{{\"value\":\"{quoted}\"}}"));
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_stored_as_base64() {
        check(b"\xff\0\x01", r#"{"encoding":"base64","value":"/wAB"}"#);
    }

    #[test]
    fn the_server_s_escapes_for_browsers_are_undone() {
        let data = Secret::copy_of(br#"{"a":"\u003cb\u003e","c":"\u0026"}"#);
        assert_eq!(served(&data).expose_bytes(), br#"{"a":"<b>","c":"&"}"#);
    }

    #[test]
    fn a_field_is_looked_for_in_the_object_and_then_in_its_one_text() {
        let at: SecretRef = "vault://secret/x#password".parse().expect("a reference");
        let of = |data: &str, name: &str| {
            let found =
                field("vault", &at, &Field::parse(name).expect("a field"), &Secret::copy_of(data.as_bytes()));
            found.map(|found| found.expose_text().expect("text").to_owned()).map_err(|error| {
                let cause = std::error::Error::source(&error).expect("a cause").to_string();
                (error.kind(), cause)
            })
        };
        let nested = r#"{"value":"{\"password\":\"x\"}"}"#;
        assert_eq!(of(r#"{"password":"x"}"#, "password"), Ok("x".to_owned()));
        assert_eq!(of(r#"{"value":"x"}"#, "value"), Ok("x".to_owned()));
        assert_eq!(of(nested, "password"), Ok("x".to_owned()));
        let missing = |text: &str| Err((reticent_core::ErrorKind::NotFound, text.to_owned()));
        assert_eq!(of(nested, "pasword"), missing(r#"no field "pasword"; fields there: password"#));
        assert_eq!(
            of(r#"{"value":"x"}"#, "password"),
            missing(r#"no field "password"; fields there: value"#)
        );
        assert_eq!(of(r#"{"user":"x"}"#, "password"), missing(r#"no field "password"; fields there: user"#));
    }
}
