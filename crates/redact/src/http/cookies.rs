//! Credentials in the headers `Cookie` and `Set-Cookie`: every value.

use std::ops::Range;

use super::named::{Named, pieces};
use super::names::{self, Section};

/// Finds the values of `Cookie`.
pub(crate) fn sent(shape: &[u8]) -> Vec<Named> {
    pieces(shape, 0..shape.len(), |byte| byte == b';').map(|piece| value(shape, piece, b"cookie")).collect()
}

/// Finds the value of `Set-Cookie`, and those of attributes that nobody knows or that hold another cookie.
pub(crate) fn set(shape: &[u8]) -> Vec<Named> {
    let all = pieces(shape, 0..shape.len(), |byte| byte == b';').enumerate();
    let cookies = all.filter(|(at, piece)| *at == 0 || !is_attribute(&shape[piece.clone()]));
    cookies.map(|(_, piece)| value(shape, piece, b"set-cookie")).collect()
}

fn value(shape: &[u8], piece: Range<usize>, header: &[u8]) -> Named {
    let text = &shape[piece.clone()];
    match text.iter().position(|byte| *byte == b'=') {
        Some(equals) => Named::new(shape, piece.start + equals + 1..piece.end, text[..equals].trim_ascii()),
        None => Named::new(shape, piece, header),
    }
}

fn is_attribute(piece: &[u8]) -> bool {
    let mut parts = piece.split(|byte| *byte == b'=');
    let name = parts.next().expect("there is one part at least").trim_ascii();
    // A second `=` is another cookie behind a comma.
    parts.count() < 2 && names::is_in(Section::CookieAttributes, name)
}
