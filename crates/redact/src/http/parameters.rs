//! Parameters: names and values between separators, in a query, a form, a fragment or a path.

use std::ops::Range;

use super::decoded::{Decoded, Plus};
use super::named::{Named, pieces};
use super::{names, url};

/// The longest name before which `;` separates two parameters; in a value of its own it is a part of that.
const LONGEST_NAME: usize = 64;

/// How many texts may stand in each other, as a URL that is a parameter of a URL.
const DEEPEST: usize = 3;

/// Where parameters stand, and what separates them.
#[derive(Clone, Copy)]
pub(crate) struct Style {
    /// Bytes that always separate.
    hard: &'static [u8],
    /// Bytes that separate where a name and `=` follow.
    soft: &'static [u8],
    plus: Plus,
}

/// Those of a query or a form.
pub(crate) const QUERY: Style = Style { hard: b"&", soft: b";", plus: Plus::Blank };

/// Those of a fragment, which may be a path with a query.
pub(crate) const FRAGMENT: Style = Style { hard: b"&", soft: b";?", plus: Plus::Blank };

/// Those in the segments of a path.
pub(crate) const PATH: Style = Style { hard: b"/&", soft: b";", plus: Plus::Itself };

/// Finds the credentials of a query, with or without its question mark, or of a form.
pub(crate) fn query(shape: &[u8]) -> Vec<Named> {
    let start = usize::from(shape.first().is_some_and(|byte| matches!(byte, b'?' | b'#')));
    let mut found = Vec::new();
    parameters(shape, start..shape.len(), QUERY, 0, &mut found);
    found
}

/// Finds the credentials among the parameters in a range.
pub(crate) fn parameters(
    shape: &[u8],
    range: Range<usize>,
    style: Style,
    depth: usize,
    found: &mut Vec<Named>,
) {
    for piece in pieces(shape, range, |byte| style.hard.contains(&byte)) {
        let mut start = piece.start;
        for at in piece.clone() {
            if style.soft.contains(&shape[at]) && begins_parameter(&shape[at + 1..piece.end]) {
                parameter(shape, start..at, style, depth, found);
                start = at + 1;
            }
        }
        parameter(shape, start..piece.end, style, depth, found);
    }
}

fn begins_parameter(rest: &[u8]) -> bool {
    let is_of_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-.~%[]$*".contains(byte);
    let length = rest.iter().take(LONGEST_NAME + 1).take_while(|byte| is_of_name(byte)).count();
    length > 0 && rest.get(length) == Some(&b'=')
}

fn parameter(shape: &[u8], range: Range<usize>, style: Style, depth: usize, found: &mut Vec<Named>) {
    let text = &shape[range.clone()];
    let Some(equals) = text.iter().position(|byte| *byte == b'=') else { return };
    let value = range.start + equals + 1..range.end;
    let name = Decoded::new(&text[..equals], style.plus);
    let name = name.bytes.trim_ascii();
    if names::is_parameter(name) {
        found.push(Named::new(shape, value, name));
    } else if depth < DEEPEST {
        nested(shape, value, style, depth + 1, found);
    }
}

/// Finds the credentials of a URL, or of parameters, that are the value of a parameter, encoded once or more.
fn nested(shape: &[u8], range: Range<usize>, style: Style, depth: usize, found: &mut Vec<Named>) {
    let decoded = Decoded::new(&shape[range.clone()], style.plus);
    if !decoded.bytes.iter().any(|byte| b":=@%".contains(byte)) {
        return;
    }
    let mut inside = url::inside(&decoded.bytes, depth);
    if depth < DEEPEST && !Decoded::is_plain(&decoded.bytes, Plus::Itself) {
        nested(&decoded.bytes, 0..decoded.bytes.len(), style, depth + 1, &mut inside);
    }
    for Named { range: inner, name } in inside {
        found.push(Named { range: decoded.place_of(inner), name }.moved_by(range.start));
    }
}
