//! JSON that arrives in chunks: bytes in, masked bytes out.

use std::fmt;

use super::reader::Reader;
use crate::mask::Mask;
use crate::outlet::{Outlet, Sink};
use crate::sought::Sought;

/// Masks JSON that arrives in chunks, in place; what comes out never depends on where the text was cut.
///
/// Strings, values and keys, are masked as what they mean, whatever escapes they are written with, and as what is
/// written. A number that holds a value becomes a string, which is its mask. All other bytes stay: escapes, forms of
/// numbers, blanks, duplicate keys and their order. A value is never put together from two strings.
///
/// Nothing is rejected: JSON Lines, cut and broken text are masked alike. What stands outside of strings is masked,
/// too, and since a mask there is a string, valid JSON stays valid.
///
/// After each push everything is out but what may still become a part of a value, an unfinished escape, and a number
/// of at most 256 bytes that may go on. A longer number is text like any other.
///
/// ```
/// use reticent_core::Secret;
/// use reticent_redact::{Redactor, Values};
///
/// let values = Values::new();
/// values.learn("PASSWORD", &Secret::copy_of(b"plum-Garden-42!"));
/// let mut json = Redactor::new(&values).json();
/// let mut shown = Vec::new();
/// for chunk in [r#"{ "a" : 1.0e5, "b": "\u00"#, r#"70lum-Garden-42!" }"#] {
///     json.push(chunk.as_bytes(), |bytes| shown.extend_from_slice(bytes));
/// }
/// json.finish(|bytes| shown.extend_from_slice(bytes));
/// assert_eq!(shown, br#"{ "a" : 1.0e5, "b": "[REDACTED:PASSWORD]" }"#);
/// ```
pub struct JsonStream {
    reader: Reader,
    outlet: Outlet,
    mask: Mask,
}

impl JsonStream {
    pub(crate) fn new(sought: &Sought, mask: Mask) -> Self {
        Self { reader: Reader::new(sought), outlet: Outlet::default(), mask }
    }

    /// Takes the next chunk, and hands out what is free to go, piece by piece and in order.
    pub fn push(&mut self, chunk: &[u8], mut out: impl FnMut(&[u8])) {
        for slice in chunk.chunks(Reader::SLICE) {
            self.reader.push(slice);
            self.flow(slice, &mut out);
        }
    }

    /// Tells whether bytes are held back.
    #[must_use]
    pub fn is_holding(&self) -> bool {
        self.outlet.shown() < self.reader.total()
    }

    /// Ends the text, and hands out what is left.
    pub fn finish(mut self, mut out: impl FnMut(&[u8])) {
        self.reader.border();
        self.flow(&[], &mut out);
    }

    fn flow(&mut self, slice: &[u8], out: &mut impl Sink) {
        while let Some(cut) = self.reader.next() {
            self.outlet.mask(cut.start, cut.end, &cut.mask(&self.mask), slice, out);
        }
        self.outlet.pass(self.reader.free(), slice, out);
        self.outlet.hold(slice);
    }
}

impl fmt::Debug for JsonStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let held = self.reader.total().saturating_sub(self.outlet.shown());
        f.debug_struct("JsonStream").field("held", &held).finish_non_exhaustive()
    }
}
