//! The credential in a header: what stands behind its scheme.

use std::ops::Range;

use super::named::{Named, trimmed};
use super::names::{self, Section};
use super::url;

/// Finds the credential of a header that has this name.
pub(crate) fn named(name: &[u8], shape: &[u8]) -> Vec<Named> {
    let range = trimmed(shape, 0..shape.len());
    let text = &shape[range.clone()];
    let length = text.iter().position(u8::is_ascii_whitespace).unwrap_or(text.len());
    let scheme = &text[..length];
    if !names::is_in(Section::Schemes, scheme) {
        vec![Named::new(shape, range, name)]
    } else if names::is_in(Section::SchemesWithParameters, scheme) {
        parameters(name, shape, range.start + length..range.end)
    } else {
        vec![Named::new(shape, range.start + length..range.end, name)]
    }
}

/// Finds the parameters that are not known to be harmless, and what is none.
fn parameters(header: &[u8], shape: &[u8], range: Range<usize>) -> Vec<Named> {
    let mut found = Vec::new();
    for piece in unquoted_pieces(shape, range) {
        let piece = trimmed(shape, piece);
        let text = &shape[piece.clone()];
        let Some(equals) = text.iter().position(|byte| *byte == b'=') else {
            found.push(Named::new(shape, piece, header));
            continue;
        };
        let value = inside_quotes(shape, trimmed(shape, piece.start + equals + 1..piece.end));
        if names::is_in(Section::SchemeParametersShown, &text[..equals]) {
            let inner = url::inside(&shape[value.clone()], 1).into_iter();
            found.extend(inner.map(|named| named.moved_by(value.start)));
        } else {
            found.push(Named::new(shape, value, header));
        }
    }
    found
}

/// The ranges between commas that stand in no quotes.
fn unquoted_pieces(shape: &[u8], range: Range<usize>) -> Vec<Range<usize>> {
    let (mut pieces, mut start) = (Vec::new(), range.start);
    let (mut is_quoted, mut is_escaped) = (false, false);
    for at in range.clone() {
        match shape[at] {
            _ if is_escaped => is_escaped = false,
            b'\\' if is_quoted => is_escaped = true,
            b'"' => is_quoted = !is_quoted,
            b',' if !is_quoted => {
                pieces.push(start..at);
                start = at + 1;
            }
            _ => {}
        }
    }
    pieces.push(start..range.end);
    pieces
}

fn inside_quotes(shape: &[u8], range: Range<usize>) -> Range<usize> {
    match &shape[range.clone()] {
        [b'"', .., b'"'] => range.start + 1..range.end - 1,
        _ => range,
    }
}
