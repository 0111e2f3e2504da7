//! Where a credential stands, and the name that tells it.

use std::ops::Range;

/// What stands for each byte that is masked already or will be: neither a delimiter nor a part of a word.
pub(crate) const OPAQUE: u8 = b'*';

/// A range of some bytes that holds a credential.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) range: Range<usize>,
    pub(crate) name: String,
}

impl Named {
    /// A credential that stands in `range` of `shape`, without the blanks around it.
    pub(crate) fn new(shape: &[u8], range: Range<usize>, name: &[u8]) -> Self {
        Self { range: trimmed(shape, range), name: String::from_utf8_lossy(name).into_owned() }
    }

    /// The same credential in the bytes in which those that hold it begin at `start`.
    pub(crate) fn moved_by(mut self, start: usize) -> Self {
        self.range = self.range.start + start..self.range.end + start;
        self
    }
}

/// A range without the blanks at its ends.
pub(crate) fn trimmed(shape: &[u8], range: Range<usize>) -> Range<usize> {
    let text = &shape[range.clone()];
    let start = range.start + (text.len() - text.trim_ascii_start().len());
    start..start + text.trim_ascii().len()
}

/// The ranges between the bytes that end a piece, within a range.
pub(crate) fn pieces(
    shape: &[u8],
    range: Range<usize>,
    is_end: impl Fn(u8) -> bool,
) -> impl Iterator<Item = Range<usize>> {
    let mut at = Some(range.start);
    std::iter::from_fn(move || {
        let start = at?;
        let length = shape[start..range.end].iter().position(|byte| is_end(*byte));
        let end = length.map_or(range.end, |length| start + length);
        at = (end < range.end).then_some(end + 1);
        Some(start..end)
    })
}
