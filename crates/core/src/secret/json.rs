//! Takes one field out of a JSON text without copying its neighbours.
//!
//! The decision: a small validating scanner instead of a JSON library, since a library's tree would hold every
//! sibling as an unwiped `String`, and its errors repeat the text. The cost is this file.

use std::fmt;
use std::ops::Range;

use super::{Secret, SecretBuffer};
use crate::reference::Field;
use crate::text::{Visible, closest};

/// How deep objects and arrays may nest (RFC 8259 section 9 lets a parser set a limit).
const DEPTH_LIMIT: usize = 128;

/// How many neighbouring names an error lists.
const NAMES_LISTED: usize = 20;

/// Why a field could not be taken out of a value. It names keys and offsets, never a value.
///
/// ```
/// use reticent_core::{Field, FieldError, Secret};
///
/// let plain = Secret::copy_of(b"hunter2");
/// let error = plain.field(&Field::parse("password")?).unwrap_err();
/// assert_eq!(error, FieldError::NotJson { offset: 0 });
/// assert_eq!(error.to_string(), "the value is not JSON (at byte 0), so it has no fields");
/// # Ok::<(), reticent_core::ReferenceError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FieldError {
    /// The text is not JSON (RFC 8259).
    NotJson {
        /// Where the scanner stopped, in bytes.
        offset: usize,
    },
    /// The value is JSON, and not an object, so it has no names.
    NotAnObject,
    /// The value is JSON, and has no such field.
    Missing {
        /// The field that was asked for.
        field: String,
        /// The names that stand beside where it was looked for, at most twenty.
        present: Vec<String>,
    },
    /// The field is there and `null`.
    Null {
        /// The field that was asked for.
        field: String,
    },
}

impl FieldError {
    /// Returns the name that was most likely meant, for a hint.
    #[must_use]
    pub fn suggestion(&self) -> Option<&str> {
        let Self::Missing { field, present } = self else { return None };
        let last = field.rsplit('/').next().unwrap_or(field);
        closest(last, present.iter().map(String::as_str))
    }
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotJson { offset } => {
                write!(f, "the value is not JSON (at byte {offset}), so it has no fields")
            }
            Self::NotAnObject => f.write_str("the value is JSON, but no object with names"),
            Self::Null { field } => write!(f, "field \"{}\" is null", Visible(field)),
            Self::Missing { field, present } if present.is_empty() => {
                write!(f, "no field \"{}\"; there are no fields there", Visible(field))
            }
            Self::Missing { field, present } => {
                write!(f, "no field \"{}\"; fields there: ", Visible(field))?;
                for (index, name) in present.iter().enumerate() {
                    let comma = if index == 0 { "" } else { ", " };
                    write!(f, "{comma}{}", Visible(name))?;
                }
                Ok(())
            }
        }
    }
}

impl std::error::Error for FieldError {}

/// Finds `field` in the JSON text `bytes` and copies that value alone.
pub(super) fn extract(bytes: &[u8], field: &Field) -> Result<Secret, FieldError> {
    let mut scanner = Scanner { bytes, at: 0 };
    let found =
        scanner.document(field.tokens()).map_err(|NotJson| FieldError::NotJson { offset: scanner.at })?;
    match found {
        Found::Value(range) => {
            let text = &bytes[range];
            if text == b"null" {
                return Err(FieldError::Null { field: field.to_string() });
            }
            Ok(copy(text))
        }
        Found::Nothing(present) => Err(FieldError::Missing { field: field.to_string(), present }),
    }
}

/// Copies every value of the JSON object `bytes`, with its name.
pub(super) fn fields(bytes: &[u8]) -> Result<Vec<(String, Secret)>, FieldError> {
    let mut scanner = Scanner { bytes, at: 0 };
    let found = scanner.members().map_err(|NotJson| FieldError::NotJson { offset: scanner.at })?;
    let ranges = found.ok_or(FieldError::NotAnObject)?;
    ranges
        .into_iter()
        .map(|(name, range)| match &bytes[range] {
            b"null" => Err(FieldError::Null { field: name }),
            text => Ok((name, copy(text))),
        })
        .collect()
}

/// Copies a scanned value: text unescaped, anything else as it stands.
fn copy(text: &[u8]) -> Secret {
    let Some(inner) = text.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\"")) else {
        return Secret::copy_of(text);
    };
    let mut buffer = SecretBuffer::with_capacity(inner.len());
    unescape(inner, |piece| buffer.extend_from_slice(piece));
    buffer.into_secret()
}

/// Hands out the unescaped pieces of the inside of a scanned string.
fn unescape(inner: &[u8], mut push: impl FnMut(&[u8])) {
    let mut at = 0;
    while at < inner.len() {
        let run = inner[at..].iter().position(|byte| *byte == b'\\').unwrap_or(inner.len() - at);
        push(&inner[at..at + run]);
        at += run;
        if at < inner.len() {
            let (character, length) = escape(&inner[at..]).expect("the scanner accepted this string");
            push(character.encode_utf8(&mut [0; 4]).as_bytes());
            at += length;
        }
    }
}

/// Reads one escape at the start of `bytes`: the character and how many bytes it took.
fn escape(bytes: &[u8]) -> Option<(char, usize)> {
    let simple = match bytes.get(1)? {
        b'u' => return unicode_escape(bytes),
        b'n' => '\n',
        b't' => '\t',
        b'r' => '\r',
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        other @ (b'"' | b'\\' | b'/') => char::from(*other),
        _ => return None,
    };
    Some((simple, 2))
}

/// Reads `\uXXXX`, or a surrogate pair of two (RFC 8259 section 7). A lone surrogate is no character.
fn unicode_escape(bytes: &[u8]) -> Option<(char, usize)> {
    let high = hex_unit(bytes)?;
    if !(0xd800..0xdc00).contains(&high) {
        return Some((char::from_u32(high)?, 6));
    }
    let low = hex_unit(bytes.get(6..)?)?;
    if !(0xdc00..0xe000).contains(&low) {
        return None;
    }
    Some((char::from_u32(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00))?, 12))
}

fn hex_unit(bytes: &[u8]) -> Option<u32> {
    let digits = bytes.strip_prefix(b"\\u")?.get(..4)?;
    digits.iter().try_fold(0, |unit, digit| Some(unit * 16 + char::from(*digit).to_digit(16)?))
}

enum Found {
    Value(Range<usize>),
    Nothing(Vec<String>),
}

struct NotJson;

/// Each name of an object, and where its value is.
type Members = Vec<(String, Range<usize>)>;

struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Scanner<'_> {
    fn document(&mut self, path: &[String]) -> Result<Found, NotJson> {
        self.utf8()?;
        let found = self.value(path, 0)?;
        self.blanks();
        if self.at == self.bytes.len() { Ok(found) } else { Err(NotJson) }
    }

    fn utf8(&mut self) -> Result<(), NotJson> {
        std::str::from_utf8(self.bytes).map(drop).map_err(|error| {
            self.at = error.valid_up_to();
            NotJson
        })
    }

    /// Scans one value; with an empty path it is the one that was looked for.
    fn value(&mut self, path: &[String], depth: usize) -> Result<Found, NotJson> {
        self.blanks();
        let start = self.at;
        let found = match self.peek() {
            Some(b'{' | b'[') if depth == DEPTH_LIMIT => return Err(NotJson),
            Some(b'{') => self.object(path, depth)?,
            Some(b'[') => self.array(path, depth)?,
            Some(b'"') => self.string().map(|_| Found::Nothing(Vec::new()))?,
            _ => self.scalar().map(|()| Found::Nothing(Vec::new()))?,
        };
        Ok(if path.is_empty() { Found::Value(start..self.at) } else { found })
    }

    fn object(&mut self, path: &[String], depth: usize) -> Result<Found, NotJson> {
        let mut found = None;
        let mut names = Vec::new();
        self.at += 1;
        self.blanks();
        if self.take(b'}') {
            return Ok(Found::Nothing(names));
        }
        loop {
            self.blanks();
            let name = self.name()?;
            self.blanks();
            self.need(b':')?;
            match path.split_first() {
                Some((wanted, rest)) if *wanted == name => found = Some(self.value(rest, depth + 1)?),
                _ => drop(self.value(&[], depth + 1)?),
            }
            if !path.is_empty() && names.len() < NAMES_LISTED {
                names.push(name);
            }
            self.blanks();
            if self.take(b'}') {
                return Ok(found.unwrap_or(Found::Nothing(names)));
            }
            self.need(b',')?;
        }
    }

    /// Scans a document, and if it is one object, returns where the value of each of its names is.
    fn members(&mut self) -> Result<Option<Members>, NotJson> {
        let mut members = Vec::new();
        self.utf8()?;
        self.blanks();
        if !self.take(b'{') {
            return self.document(&[]).map(|_| None);
        }
        self.blanks();
        while !self.take(b'}') {
            if !members.is_empty() {
                self.need(b',')?;
                self.blanks();
            }
            let name = self.name()?;
            self.blanks();
            self.need(b':')?;
            self.blanks();
            let start = self.at;
            self.value(&[], 1)?;
            members.push((name, start..self.at));
            self.blanks();
        }
        self.blanks();
        if self.at == self.bytes.len() { Ok(Some(members)) } else { Err(NotJson) }
    }

    fn array(&mut self, path: &[String], depth: usize) -> Result<Found, NotJson> {
        let wanted = path.split_first().map(|(index, rest)| (array_index(index), rest));
        let mut found = None;
        self.at += 1;
        self.blanks();
        if self.take(b']') {
            return Ok(Found::Nothing(Vec::new()));
        }
        for index in 0.. {
            match wanted {
                Some((Some(wanted), rest)) if wanted == index => found = Some(self.value(rest, depth + 1)?),
                _ => drop(self.value(&[], depth + 1)?),
            }
            self.blanks();
            if self.take(b']') {
                break;
            }
            self.need(b',')?;
        }
        Ok(found.unwrap_or(Found::Nothing(Vec::new())))
    }

    fn name(&mut self) -> Result<String, NotJson> {
        if self.peek() != Some(b'"') {
            return Err(NotJson);
        }
        let range = self.string()?;
        let mut name = Vec::with_capacity(range.len());
        unescape(&self.bytes[range], |piece| name.extend_from_slice(piece));
        String::from_utf8(name).map_err(|_| NotJson)
    }

    /// Scans a string and returns the range between its quotes.
    fn string(&mut self) -> Result<Range<usize>, NotJson> {
        self.at += 1;
        let start = self.at;
        loop {
            match self.peek().ok_or(NotJson)? {
                b'"' => {
                    self.at += 1;
                    return Ok(start..self.at - 1);
                }
                b'\\' => self.at += escape(&self.bytes[self.at..]).ok_or(NotJson)?.1,
                0..0x20 => return Err(NotJson),
                _ => self.at += 1,
            }
        }
    }

    fn scalar(&mut self) -> Result<(), NotJson> {
        for word in [&b"true"[..], b"false", b"null"] {
            if self.bytes[self.at..].starts_with(word) {
                self.at += word.len();
                return Ok(());
            }
        }
        self.number()
    }

    fn number(&mut self) -> Result<(), NotJson> {
        self.take(b'-');
        if !self.take(b'0') {
            self.digits()?;
        }
        if self.take(b'.') {
            self.digits()?;
        }
        if self.take(b'e') || self.take(b'E') {
            let _ = self.take(b'+') || self.take(b'-');
            self.digits()?;
        }
        Ok(())
    }

    fn digits(&mut self) -> Result<(), NotJson> {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        if self.at > start { Ok(()) } else { Err(NotJson) }
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> bool {
        let here = self.peek() == Some(byte);
        self.at += usize::from(here);
        here
    }

    fn need(&mut self, byte: u8) -> Result<(), NotJson> {
        if self.take(byte) { Ok(()) } else { Err(NotJson) }
    }
}

/// Reads an array index of RFC 6901 section 4: digits without a leading zero.
fn array_index(token: &str) -> Option<usize> {
    let canonical = token == "0" || !token.starts_with('0');
    let digits = !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_digit());
    (canonical && digits).then(|| token.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(json: &str, field: &str, want: Result<&str, &str>) {
        let field = Field::parse(field).expect("a field");
        let got = Secret::copy_of(json.as_bytes()).field(&field);
        match (got, want) {
            (Ok(got), Ok(want)) => assert!(got.ct_eq(&Secret::copy_of(want.as_bytes())), "{json} {field}"),
            (Err(got), Err(want)) => assert_eq!(got.to_string(), want, "{json}"),
            (got, want) => panic!("{json} {field}: got {got:?}, want {want:?}"),
        }
    }

    #[test]
    fn a_field_is_its_own_value() {
        check(r#"{"a":"x","b":"y"}"#, "b", Ok("y"));
        check(r#"{"a": {"b": ["x", {"c": "deep"}]}}"#, "/a/b/1/c", Ok("deep"));
        check(r#"{"port": 5432, "on": true, "f": -1.5e+3}"#, "port", Ok("5432"));
        check(r#"{"port": 5432, "on": true, "f": -1.5e+3}"#, "on", Ok("true"));
        check(r#"{"f": -1.5e+3}"#, "f", Ok("-1.5e+3"));
        check(r#"{"o": {"x": [1, 2]}}"#, "o", Ok(r#"{"x": [1, 2]}"#));
        check(r#"{"e": ""}"#, "e", Ok(""));
        check(r#"{"a/b": "slash", "~": "tilde"}"#, "/a~1b", Ok("slash"));
        check(r#"{"a/b": "slash", "~": "tilde"}"#, "/~0", Ok("tilde"));
    }

    #[test]
    fn escapes_are_undone() {
        check(r#"{"p": "a\"b\\c\/d\n\t\r\b\f"}"#, "p", Ok("a\"b\\c/d\n\t\r\u{8}\u{c}"));
        check(r#"{"p": "\u00e9\ud83d\ude00"}"#, "p", Ok("\u{e9}\u{1f600}"));
        check(r#"{"\u0070": "escaped key"}"#, "p", Ok("escaped key"));
    }

    #[test]
    fn the_last_of_two_counts() {
        check(r#"{"a":"x","a":"y"}"#, "a", Ok("y"));
    }

    #[test]
    fn what_is_not_there_is_told_apart() {
        check(
            r#"{"host":"h","user":"u"}"#,
            "pasword",
            Err(r#"no field "pasword"; fields there: host, user"#),
        );
        check(r#"{"a":{}}"#, "/a/b", Err(r#"no field "/a/b"; there are no fields there"#));
        check(r#"["x"]"#, "/1", Err(r#"no field "/1"; there are no fields there"#));
        check(r#"["x"]"#, "/00", Err(r#"no field "/00"; there are no fields there"#));
        check(r#"{"a":null}"#, "a", Err(r#"field "a" is null"#));
        check(r#""text""#, "a", Err(r#"no field "a"; there are no fields there"#));
    }

    #[test]
    fn what_is_not_json_is_refused_at_its_place() {
        for (json, offset) in [
            ("", 0),
            ("hunter2", 0),
            (r#"{"a":"x""#, 8),
            (r#"{"a":"x"} y"#, 10),
            (r#"{"a":"x",}"#, 9),
            (r#"{"a":01}"#, 6),
            ("{\"a\":\"x\ny\"}", 7),
            (r#"{"a":"\ud800"}"#, 6),
            (r#"{"a":"\q"}"#, 6),
            (r#"{a:1}"#, 1),
        ] {
            check(json, "a", Err(&format!("the value is not JSON (at byte {offset}), so it has no fields")));
        }
    }

    #[test]
    fn deep_nesting_is_refused_and_does_not_overflow() {
        let deep = "[".repeat(1_000_000);
        check(&deep, "a", Err("the value is not JSON (at byte 128), so it has no fields"));
    }

    #[test]
    fn the_fields_of_an_object_come_in_order() {
        let all = |json: &str| Secret::copy_of(json.as_bytes()).fields();
        let fields = all(r#" { "b" : "x" , "a":[1,{"n":null}], "b":"\u0079" } "#).expect("an object");
        let want = [("b", "x"), ("a", r#"[1,{"n":null}]"#), ("b", "y")];
        assert_eq!(fields.len(), want.len());
        for ((name, value), (want_name, want_value)) in fields.iter().zip(want) {
            assert_eq!(name, want_name);
            assert!(value.ct_eq(&Secret::copy_of(want_value.as_bytes())), "{name}");
        }
        assert_eq!(all("{}").expect("an object").len(), 0);
        assert_eq!(all(r#"{"a":null}"#).expect_err("null"), FieldError::Null { field: "a".to_owned() });
        assert_eq!(all(" [1]").expect_err("a list"), FieldError::NotAnObject);
        for (json, offset) in
            [("", 0), ("[1", 2), ("{,}", 1), (r#"{"a":1,}"#, 7), (r#"{"a":1}x"#, 7), (r#"{"a":1"#, 6)]
        {
            assert_eq!(all(json).expect_err(json), FieldError::NotJson { offset }, "{json}");
        }
    }

    #[test]
    fn a_near_name_is_suggested() {
        let secret = Secret::copy_of(br#"{"login":{"password":"x","host":"y"}}"#);
        let error =
            secret.field(&Field::parse("/login/pasword").expect("a pointer")).expect_err("no such field");
        assert_eq!(error.suggestion(), Some("password"));
    }
}
