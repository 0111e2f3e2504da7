//! The grammar of a reference, from text to parts and back.

use std::fmt;

use super::error::{Problem, ReferenceError};
use super::{Field, SecretRef, Version};
use crate::text::closest;

/// The schemes whose rest is one opaque text without `//`.
const OPAQUE: [&str; 1] = ["sealed"];

/// The parameters behind `?`.
const PARAMETERS: [&str; 1] = ["version"];

pub(super) fn is_opaque(scheme: &str) -> bool {
    OPAQUE.contains(&scheme)
}

pub(super) fn reference(text: &str) -> Result<SecretRef, ReferenceError> {
    let no_scheme = || ReferenceError::at(1, Problem::NoScheme);
    let (scheme_text, rest) = text.split_once(':').ok_or_else(no_scheme)?;
    scheme(scheme_text)?;
    let opaque = is_opaque(scheme_text);
    let rest = if opaque { rest } else { rest.strip_prefix("//").ok_or_else(no_scheme)? };
    let column_of = |part: &str| 1 + text[..part.as_ptr() as usize - text.as_ptr() as usize].chars().count();

    let (before_field, field) = split_at(rest, '#');
    let (path, query) = split_at(before_field, '?');
    let start = column_of(path);
    refuse_credentials(path, start)?;
    let decoded = decode(path, start)?;
    decoded_path(&decoded, start)?;
    let version = query.map_or(Ok(Version::Current), |query| parameters(query, column_of(query)))?;
    let field = field.map(|field| self::field(field, column_of(field))).transpose()?;
    Ok(SecretRef { scheme: scheme_text.into(), path: decoded.into(), version, field, opaque })
}

/// Checks a scheme: RFC 3986 section 3.1, and lower case alone.
pub(super) fn scheme(text: &str) -> Result<(), ReferenceError> {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"+-.".contains(&byte);
    if text.starts_with(|first: char| first.is_ascii_lowercase()) && text.bytes().all(fits) {
        Ok(())
    } else {
        Err(ReferenceError::at(1, Problem::SchemeForm))
    }
}

/// Checks a path after decoding.
pub(super) fn decoded_path(path: &str, column: usize) -> Result<(), ReferenceError> {
    if path.is_empty() {
        return Err(ReferenceError::at(column, Problem::EmptyPath));
    }
    match path.chars().position(char::is_control) {
        Some(offset) => Err(ReferenceError::at(column + offset, Problem::ControlCharacter)),
        None => Ok(()),
    }
}

/// Refuses `user:password@host`; an ARN may hold both characters in its first part.
fn refuse_credentials(path: &str, column: usize) -> Result<(), ReferenceError> {
    let first = path.split('/').next().unwrap_or(path);
    let userinfo = first.split_once('@').is_some_and(|(userinfo, _)| userinfo.contains(':'));
    if userinfo && !first.starts_with("arn:") {
        return Err(ReferenceError::at(column, Problem::Credentials));
    }
    Ok(())
}

fn parameters(query: &str, start: usize) -> Result<Version, ReferenceError> {
    let mut version = None;
    let mut column = start;
    for parameter in query.split('&') {
        let at = |problem| ReferenceError::at(column, problem);
        if parameter.is_empty() {
            return Err(at(Problem::MissingParameter));
        }
        let (name, value) = split_at(parameter, '=');
        if name != "version" {
            let meant = closest(name, PARAMETERS);
            return Err(at(Problem::UnknownParameter { name: name.to_owned(), meant }));
        }
        let value = value.ok_or_else(|| at(Problem::NoParameterValue(name.to_owned())))?;
        if version.is_some() {
            return Err(at(Problem::RepeatedParameter(name.to_owned())));
        }
        let value_column = column + name.chars().count() + 1;
        let decoded = decode(value, value_column)?;
        version = Some(Version::parse(&decoded).map_err(|error| error.moved_by(value_column - 1))?);
        column += parameter.chars().count() + 1;
    }
    Ok(version.unwrap_or_default())
}

fn field(text: &str, column: usize) -> Result<Field, ReferenceError> {
    let decoded = decode(text, column)?;
    if let Some(offset) = decoded.chars().position(char::is_control) {
        return Err(ReferenceError::at(column + offset, Problem::ControlCharacter));
    }
    Field::parse(&decoded).map_err(|error| error.moved_by(column - 1))
}

/// Undoes percent-encoding (RFC 3986 section 2.1).
fn decode(text: &str, column: usize) -> Result<String, ReferenceError> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        if *first == b'%' {
            let offset = text[..text.len() - rest.len()].chars().count();
            let digit = |index: usize| tail.get(index).and_then(|byte| char::from(*byte).to_digit(16));
            let (Some(high), Some(low)) = (digit(0), digit(1)) else {
                return Err(ReferenceError::at(column + offset, Problem::EscapeForm));
            };
            bytes.push(u8::try_from(high * 16 + low).expect("two hex digits are one byte"));
            rest = &tail[2..];
        } else {
            bytes.push(*first);
            rest = tail;
        }
    }
    String::from_utf8(bytes).map_err(|error| {
        let offset =
            String::from_utf8_lossy(&error.as_bytes()[..error.utf8_error().valid_up_to()]).chars().count();
        ReferenceError::at(column + offset, Problem::EscapeNotText)
    })
}

/// Writes a part so that [`decode`] gives it back and its delimiters do not end it.
///
/// It writes whole runs and allocates nothing, since caches look references up by their text.
pub(super) struct Encoded<'a, 'b>(pub(super) &'a mut fmt::Formatter<'b>);

impl fmt::Write for Encoded<'_, '_> {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        for run in part.split_inclusive(is_delimiter) {
            let plain = run.trim_end_matches(is_delimiter);
            self.0.write_str(plain)?;
            for delimiter in run[plain.len()..].chars() {
                write!(self.0, "%{:02X}", u32::from(delimiter))?;
            }
        }
        Ok(())
    }
}

fn is_delimiter(character: char) -> bool {
    matches!(character, '%' | '?' | '#' | '&')
}

fn split_at(text: &str, delimiter: char) -> (&str, Option<&str>) {
    text.split_once(delimiter).map_or((text, None), |(head, tail)| (head, Some(tail)))
}
