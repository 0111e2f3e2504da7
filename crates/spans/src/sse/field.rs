//! The lines of an event.

use std::fmt;
use std::ops::Range;

use crate::scan;

/// A line of an event: a field, or a comment.
///
/// ```
/// use reticent_spans::sse::Parser;
///
/// Parser::default().push(b"event: delta\ndata: a\ndata:b\n: keep-alive\n\n", |message| {
///     let fields: Vec<_> = message.fields().map(|field| (field.name(), field.value())).collect();
///     let want: [(&[u8], &[u8]); 4] =
///         [(b"event", b"delta"), (b"data", b"a"), (b"data", b"b"), (b"", b"keep-alive")];
///     assert_eq!(fields, want);
///     let second = message.fields().nth(1).expect("there are four");
///     assert_eq!(&message.raw()[second.value_range()], b"a");
/// });
/// ```
#[derive(Clone, Copy)]
pub struct Field<'c> {
    line: &'c [u8],
    /// Where the line begins in the event.
    start: usize,
    name_length: usize,
    value_start: usize,
    ending_length: usize,
}

impl<'c> Field<'c> {
    /// Returns what stands before the colon; a comment has no name. A line without a colon is all name.
    #[must_use]
    pub fn name(&self) -> &'c [u8] {
        &self.line[..self.name_length]
    }

    /// Returns what stands behind the colon and, if there is one, a blank.
    #[must_use]
    pub fn value(&self) -> &'c [u8] {
        &self.line[self.value_start..]
    }

    /// Returns where the value stands in the raw event.
    #[must_use]
    pub fn value_range(&self) -> Range<usize> {
        self.start + self.value_start..self.start + self.line.len()
    }

    /// Returns where the line stands in the raw event, without its ending.
    #[must_use]
    pub fn line_range(&self) -> Range<usize> {
        self.start..self.start + self.line.len()
    }

    /// Returns where the line's ending stands, which is empty where the stream ends.
    pub(super) fn ending_range(&self) -> Range<usize> {
        let end = self.line_range().end;
        end..end + self.ending_length
    }

    fn new(line: &'c [u8], start: usize, ending_length: usize) -> Self {
        let name_length = line.iter().position(|byte| *byte == b':').unwrap_or(line.len());
        let value_start = match &line[name_length..] {
            [_, b' ', ..] => name_length + 2,
            [_, ..] => name_length + 1,
            [] => name_length,
        };
        Self { line, start, name_length, value_start, ending_length }
    }
}

impl fmt::Debug for Field<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Field").field("line_range", &self.line_range()).finish_non_exhaustive()
    }
}

/// The lines that are not blank, from `at` on.
pub(super) fn fields(raw: &[u8], mut at: usize) -> impl Iterator<Item = Field<'_>> {
    let lines = std::iter::from_fn(move || {
        let rest = raw.get(at..).filter(|rest| !rest.is_empty())?;
        let length = line_length(rest);
        let ending_length = match &rest[length..] {
            [b'\r', b'\n', ..] => 2,
            [_, ..] => 1,
            [] => 0,
        };
        let field = Field::new(&rest[..length], at, ending_length);
        at += length + ending_length;
        Some(field)
    });
    lines.filter(|field| !field.line.is_empty())
}

/// Counts the bytes before the first line feed or carriage return.
pub(super) fn line_length(text: &[u8]) -> usize {
    scan::before(text, |byte| (byte == b'\n') | (byte == b'\r'))
}
