//! Decoded bytes and the way back to those that they were read from.

use std::fmt;
use std::ops::Range;

use zeroize::Zeroizing;

use crate::wiped;

/// What a piece of text means, and for each decoded byte where it stands in the text.
///
/// What means itself is borrowed; what had to be decoded is wiped when it is dropped. Offsets count in the text that
/// was given to whatever made this. The map is small where escapes are few or alike; it never takes more than 24 bytes
/// for each escape and 24 for each run between two. `Debug` shows no byte.
///
/// ```
/// use reticent_spans::json::scalars;
///
/// scalars(br#"["p\u0040ss word"]"#, |scalar, _| {
///     assert_eq!(scalar.content().bytes(), b"p@ss word");
///     assert_eq!(scalar.content().raw_range_of(1..4), 3..11); // `@ss` is written `\u0040ss`
/// });
/// ```
pub struct Mapped<'t>(Form<'t>);

enum Form<'t> {
    /// The bytes mean themselves.
    Same {
        raw_start: usize,
        bytes: &'t [u8],
    },
    Decoded(Decoding),
}

impl<'t> Mapped<'t> {
    /// Bytes that mean themselves and begin at `raw_start`.
    pub(crate) fn same(raw_start: usize, bytes: &'t [u8]) -> Self {
        Self(Form::Same { raw_start, bytes })
    }

    /// Returns the decoded bytes.
    ///
    /// # Security
    /// They may be plaintext; a copy of them is its maker's to wipe.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        match &self.0 {
            Form::Same { bytes, .. } => bytes,
            Form::Decoded(decoding) => &decoding.bytes,
        }
    }

    /// Returns whether the bytes are those of the text, and nothing was decoded.
    #[must_use]
    pub fn is_borrowed(&self) -> bool {
        matches!(self.0, Form::Same { .. })
    }

    /// Returns the shortest range of the text that holds all of the decoded bytes of a range.
    ///
    /// Escapes are taken whole. An empty range is an empty range of the text.
    ///
    /// # Panics
    /// If the range begins behind its end or ends behind the last decoded byte, as indexing does.
    #[must_use]
    pub fn raw_range_of(&self, decoded: Range<usize>) -> Range<usize> {
        assert!(decoded.start <= decoded.end && decoded.end <= self.bytes().len(), "a range of the decoded");
        match &self.0 {
            Form::Same { raw_start, .. } => raw_start + decoded.start..raw_start + decoded.end,
            Form::Decoded(decoding) => decoding.raw_range_of(decoded),
        }
    }
}

impl From<Decoding> for Mapped<'_> {
    fn from(decoding: Decoding) -> Self {
        Self(Form::Decoded(decoding))
    }
}

impl fmt::Debug for Mapped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mapped").field("len", &self.bytes().len()).finish_non_exhaustive()
    }
}

/// Decoded bytes and their map while they are made.
///
/// A text is made of digits that carry 8, 6 or 4 bits each. Digits stand in units, such as an escape, that have no
/// smaller part with a place of its own; like units side by side are one run.
pub(crate) struct Decoding {
    bytes: Zeroizing<Vec<u8>>,
    digit_bits: usize,
    digits: usize,
    runs: Vec<Run>,
}

struct Run {
    /// The number of the first digit.
    digit: usize,
    /// Where it stands.
    raw: usize,
    unit_digits: u8,
    unit_raw: u8,
}

impl Run {
    /// Where the unit of a digit begins.
    fn raw_of(&self, digit: usize) -> usize {
        self.raw + (digit - self.digit) / usize::from(self.unit_digits) * usize::from(self.unit_raw)
    }
}

impl Decoding {
    /// Begins with room for so many decoded bytes, in digits of so many bits.
    pub(crate) fn new(capacity: usize, digit_bits: usize) -> Self {
        let bytes = Zeroizing::new(Vec::with_capacity(capacity));
        Self { bytes, digit_bits, digits: 0, runs: Vec::new() }
    }

    /// Adds bytes that mean themselves and stand at `raw`.
    pub(crate) fn same(&mut self, raw: usize, bytes: &[u8]) {
        self.digits(raw, bytes.len());
        wiped::extend(&mut self.bytes, bytes);
    }

    /// Adds bytes for which one escape stands at `raw`.
    pub(crate) fn unit(&mut self, raw: usize, raw_len: u8, bytes: &[u8]) {
        self.note(raw, bytes.len() as u8, raw_len);
        self.digits += bytes.len();
        wiped::extend(&mut self.bytes, bytes);
    }

    /// Takes note of digits that stand at `raw`; what they mean comes by [`byte`](Self::byte).
    pub(crate) fn digits(&mut self, raw: usize, count: usize) {
        if count > 0 {
            self.note(raw, 1, 1);
            self.digits += count;
        }
    }

    /// Adds a byte of digits that were taken note of.
    #[inline]
    pub(crate) fn byte(&mut self, byte: u8) {
        wiped::extend(&mut self.bytes, &[byte]);
    }

    fn note(&mut self, raw: usize, unit_digits: u8, unit_raw: u8) {
        let goes_on = self.runs.last().is_some_and(|run| {
            (run.unit_digits, run.unit_raw) == (unit_digits, unit_raw) && run.raw_of(self.digits) == raw
        });
        if !goes_on {
            self.runs.push(Run { digit: self.digits, raw, unit_digits, unit_raw });
        }
    }

    fn raw_range_of(&self, decoded: Range<usize>) -> Range<usize> {
        let first = decoded.start * 8 / self.digit_bits;
        let last = (decoded.end * 8).div_ceil(self.digit_bits).saturating_sub(1);
        if !decoded.is_empty() {
            return self.raw_of(first).start..self.raw_of(last).end;
        }
        let at =
            if decoded.start < self.bytes.len() { self.raw_of(first).start } else { self.raw_of(last).end };
        at..at
    }

    /// Where the unit of a digit stands.
    fn raw_of(&self, digit: usize) -> Range<usize> {
        let nth = self.runs.partition_point(|run| run.digit <= digit);
        let Some(run) = nth.checked_sub(1).map(|nth| &self.runs[nth]) else { return 0..0 };
        let start = run.raw_of(digit);
        start..start + usize::from(run.unit_raw)
    }
}
