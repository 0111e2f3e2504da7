//! The strings and numbers of a whole text, decoded.

use std::fmt;
use std::ops::Range;

use super::event::Event;
use super::lexer::Lexer;
use super::path::Path;
use crate::mapped::{Decoding, Mapped};

/// What a [`Scalar`] is.
///
/// ```
/// use reticent_spans::json::{Kind, scalars};
///
/// let mut kinds = Vec::new();
/// scalars(br#"{"a": "b", "c": 1}"#, |scalar, _| kinds.push(scalar.kind()));
/// assert_eq!(kinds, [Kind::Key, Kind::Text, Kind::Key, Kind::Number]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// A string where a key is due.
    Key,
    /// Any other string.
    Text,
    /// A number.
    Number,
}

/// A string or a number of a text.
///
/// ```
/// use reticent_spans::json::{Kind, scalars};
///
/// let text = br#"{"pin": "plum\u002d42"}"#;
/// scalars(text, |scalar, path| {
///     if scalar.kind() == Kind::Text {
///         assert_eq!(scalar.content().bytes(), b"plum-42");
///         let dash = scalar.content().raw_range_of(4..5);
///         assert_eq!(&text[dash], br"\u002d");
///         assert_eq!(path.to_text(), "pin");
///     }
/// });
/// ```
pub struct Scalar<'t> {
    kind: Kind,
    raw: Range<usize>,
    is_closed: bool,
    content: Mapped<'t>,
}

impl<'t> Scalar<'t> {
    /// Returns what it is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Returns where it stands in the text; of a string, what is between the quotes.
    #[must_use]
    pub fn raw(&self) -> Range<usize> {
        self.raw.clone()
    }

    /// Returns whether a string has its closing quote; a number always has all that is its.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.is_closed
    }

    /// Returns the decoded string, or the number as written, mapped to the whole text.
    #[must_use]
    pub fn content(&self) -> &Mapped<'t> {
        &self.content
    }
}

impl fmt::Debug for Scalar<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scalar").field("kind", &self.kind).field("raw", &self.raw).finish_non_exhaustive()
    }
}

/// Reads a whole text, and hands out each string and number with the path to it; of a key, the path to its member.
///
/// What holds no escape is borrowed from the text. The rules are those of [`Lexer`], so nothing is rejected.
///
/// ```
/// use reticent_spans::json::scalars;
///
/// let mut found = Vec::new();
/// scalars(br#"{"ports": [80, 443"#, |scalar, path| found.push((path.to_text(), scalar.raw())));
/// assert_eq!(found, [("ports".into(), 2..7), ("ports[0]".into(), 11..13), ("ports[1]".into(), 15..18)]);
/// ```
pub fn scalars<'t>(text: &'t [u8], mut each: impl FnMut(Scalar<'t>, &Path)) {
    let (mut lexer, mut path) = (Lexer::default(), Path::default());
    let mut open = Open { text, kind: Kind::Text, start: 0, decoding: None };
    let mut follow = |event: Event<'_>| {
        path.follow(&event);
        if let Some(scalar) = open.follow(event) {
            each(scalar, &path);
        }
    };
    lexer.push(text, &mut follow);
    lexer.finish(follow);
}

/// The scalar that is being read.
struct Open<'t> {
    text: &'t [u8],
    kind: Kind,
    start: usize,
    /// What it means, from the first escape on.
    decoding: Option<Decoding>,
}

impl<'t> Open<'t> {
    #[inline]
    fn follow(&mut self, event: Event<'_>) -> Option<Scalar<'t>> {
        match event {
            Event::StringStart { at, is_key } => {
                self.kind = if is_key { Kind::Key } else { Kind::Text };
                self.start = at as usize + 1;
            }
            Event::Text { raw_start, bytes } => {
                if let Some(decoding) = &mut self.decoding {
                    decoding.same(raw_start as usize, bytes);
                }
            }
            Event::Escape { raw_start, raw_len, bytes } => {
                let (text, start, raw) = (self.text, self.start, raw_start as usize);
                let decoding = self.decoding.get_or_insert_with(|| {
                    let mut decoding = Decoding::new(raw - start + bytes.len(), 8);
                    decoding.same(start, &text[start..raw]);
                    decoding
                });
                decoding.unit(raw, raw_len, bytes);
            }
            Event::StringEnd { at, closed } => return Some(self.scalar(at as usize, closed)),
            Event::Number { start, bytes, more } => {
                if self.kind != Kind::Number {
                    self.start = start as usize;
                }
                self.kind = Kind::Number;
                if !more {
                    let scalar = self.scalar(start as usize + bytes.len(), true);
                    self.kind = Kind::Text;
                    return Some(scalar);
                }
            }
            Event::Punctuation { .. } => {}
        }
        None
    }

    fn scalar(&mut self, end: usize, is_closed: bool) -> Scalar<'t> {
        let raw = self.start..end;
        let content = match self.decoding.take() {
            Some(decoding) => decoding.into(),
            None => Mapped::same(raw.start, &self.text[raw.clone()]),
        };
        Scalar { kind: self.kind, raw, is_closed, content }
    }
}
