//! An event as it was received.

use std::fmt;

use super::field::{Field, fields};
use crate::mapped::{Decoding, Mapped};

/// How much of an event a [`Message`] is.
///
/// ```
/// use reticent_spans::sse::{Extent, Parser};
///
/// let (mut parser, mut extents) = (Parser::with_limit(8), Vec::new());
/// parser.push(b"data: a\n\ndata: rather long\n\ndata", |message| extents.push(message.extent()));
/// parser.finish(|message| extents.push(message.extent()));
/// use Extent::{LastPiece, Piece, Unfinished};
/// assert_eq!(extents, [Piece, LastPiece, Piece, Piece, LastPiece, Unfinished]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Extent {
    /// All of it, with the blank line behind it. A blank line alone is an event without fields.
    Whole,
    /// As much as the limit allows; more follows.
    Piece,
    /// The end of an event that came in pieces.
    LastPiece,
    /// What the stream ends with, without a blank line: readers drop such an event.
    Unfinished,
}

/// An event of a stream, or a piece of one.
///
/// ```
/// use reticent_spans::sse::Parser;
///
/// let mut parser = Parser::default();
/// parser.push(b"data: {\"pin\":\r\ndata: 42}\r\n\r\n", |message| {
///     let data = message.data().expect("there are two lines");
///     assert_eq!(data.bytes(), b"{\"pin\":\n42}");
///     assert_eq!(&message.raw()[data.raw_range_of(8..10)], b"42");
/// });
/// ```
#[derive(Clone, Copy)]
pub struct Message<'c> {
    start: u64,
    raw: &'c [u8],
    extent: Extent,
}

impl<'c> Message<'c> {
    pub(super) fn new(start: u64, raw: &'c [u8], extent: Extent) -> Self {
        Self { start, raw, extent }
    }

    /// Returns where in the stream it begins.
    #[must_use]
    pub fn start(&self) -> u64 {
        self.start
    }

    /// Returns its bytes as they were received, with the blank line.
    #[must_use]
    pub fn raw(&self) -> &'c [u8] {
        self.raw
    }

    /// Returns how much of an event it is.
    #[must_use]
    pub fn extent(&self) -> Extent {
        self.extent
    }

    /// Returns its lines in order; a piece has none, since a line may be divided.
    pub fn fields(&self) -> impl Iterator<Item = Field<'c>> + use<'c> {
        let raw = match self.extent {
            Extent::Whole | Extent::Unfinished => self.raw,
            Extent::Piece | Extent::LastPiece => &[],
        };
        let has_mark = self.start == 0 && raw.starts_with(b"\xef\xbb\xbf");
        fields(raw, if has_mark { 3 } else { 0 })
    }

    /// Returns the data as a reader gets it: the values of all `data` lines with a line feed between two, each of
    /// which stands for the ending of the former. The map leads to offsets in the raw event.
    #[must_use]
    pub fn data(&self) -> Option<Mapped<'c>> {
        let mut lines = self.fields().filter(|field| field.name() == b"data");
        let (first, second) = (lines.next()?, lines.next());
        let Some(second) = second else {
            return Some(Mapped::same(first.value_range().start, first.value()));
        };
        let mut data = Decoding::new(self.raw.len(), 8);
        data.same(first.value_range().start, first.value());
        let mut last = first;
        for line in std::iter::once(second).chain(lines) {
            let ending = last.ending_range();
            data.unit(ending.start, ending.len() as u8, b"\n");
            data.same(line.value_range().start, line.value());
            last = line;
        }
        Some(data.into())
    }
}

impl fmt::Debug for Message<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (start, extent) = (self.start, self.extent);
        write!(f, "Message({start}, {} bytes, {extent:?})", self.raw.len())
    }
}
