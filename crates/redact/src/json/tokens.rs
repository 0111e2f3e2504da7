//! Where the tokens lie that a mask must not cut in two.

/// An escape of a string, as it is written and as it is decoded.
#[derive(Clone, Copy)]
struct Escape {
    raw: u64,
    raw_length: u64,
    decoded: u64,
    decoded_length: u64,
}

/// The strings, numbers and escapes of a text, from some place on.
///
/// Offsets are those of the text as it is written, but for those that are called decoded: the escapes of strings count
/// there as the bytes that they mean.
#[derive(Default)]
pub(super) struct Tokens {
    /// The opening quote and the closing one, or what else ends the string.
    strings: Vec<(u64, u64)>,
    numbers: Vec<(u64, u64)>,
    escapes: Vec<Escape>,
    /// How much shorter the decoded text is before the first escape.
    shorter: u64,
}

impl Tokens {
    pub(super) fn open_string(&mut self, at: u64) {
        self.strings.push((at, u64::MAX));
    }

    pub(super) fn close_string(&mut self, at: u64) {
        self.strings.last_mut().expect("it was opened").1 = at;
    }

    pub(super) fn number(&mut self, start: u64, end: u64) {
        self.numbers.push((start, end));
    }

    pub(super) fn escape(&mut self, raw: u64, raw_length: u64, decoded: u64, decoded_length: u64) {
        self.escapes.push(Escape { raw, raw_length, decoded, decoded_length });
    }

    /// Tells whether a string is open between the byte before `at` and the byte there.
    pub(super) fn is_in_string(&self, at: u64) -> bool {
        let after = self.strings.partition_point(|(open, _)| *open < at);
        after > 0 && at <= self.strings[after - 1].1
    }

    /// Returns the beginning of the number or escape that goes on at `at`, or `at`.
    pub(super) fn floor(&self, at: u64) -> u64 {
        self.around(at).map_or(at, |(start, _)| start)
    }

    /// Returns the end of the number or escape that goes on at `at`, or `at`.
    pub(super) fn ceiling(&self, at: u64) -> u64 {
        self.around(at).map_or(at, |(_, end)| end)
    }

    /// Returns the number or escape of which one byte lies before `at` and one there.
    fn around(&self, at: u64) -> Option<(u64, u64)> {
        let number = self.numbers[..self.numbers.partition_point(|(start, _)| *start < at)].last().copied();
        let escape = self.escapes[..self.escapes.partition_point(|escape| escape.raw < at)].last();
        let escape = escape.map(|escape| (escape.raw, escape.raw + escape.raw_length));
        number.into_iter().chain(escape).find(|(_, end)| at < *end)
    }

    /// Returns where a decoded byte stands; inside an escape, where that begins.
    pub(super) fn raw(&self, decoded: u64) -> u64 {
        let after = self.escapes.partition_point(|escape| escape.decoded <= decoded);
        match self.escapes[..after].last() {
            None => decoded + self.shorter,
            Some(escape) if decoded < escape.decoded + escape.decoded_length => escape.raw,
            Some(escape) => {
                escape.raw + escape.raw_length + (decoded - escape.decoded - escape.decoded_length)
            }
        }
    }

    /// Returns where a span of decoded bytes lies.
    pub(super) fn raw_span(&self, start: u64, end: u64) -> (u64, u64) {
        let last = self.raw(end - 1);
        (self.raw(start), self.ceiling(last + 1))
    }

    /// Returns the decoded offset of a byte that is in no escape.
    pub(super) fn decoded(&self, raw: u64) -> u64 {
        let after = self.escapes.partition_point(|escape| escape.raw < raw);
        match self.escapes[..after].last() {
            None => raw - self.shorter,
            Some(escape) => escape.decoded + escape.decoded_length + (raw - escape.raw - escape.raw_length),
        }
    }

    /// Returns the quotes that begin and end strings, from `start` on.
    pub(super) fn quotes(&self, start: u64) -> impl Iterator<Item = u64> {
        let strings = &self.strings[self.strings.partition_point(|(_, close)| *close < start)..];
        let both = strings.iter().flat_map(|(open, close)| [*open, *close]);
        both.filter(move |at| *at >= start && *at < u64::MAX)
    }

    /// Forgets what no offset from `start` on asks for.
    pub(super) fn forget_before(&mut self, start: u64) {
        let gone = self.strings.partition_point(|(_, close)| *close < start);
        forget(&mut self.strings, gone);
        let gone = self.numbers.partition_point(|(_, end)| *end <= start);
        forget(&mut self.numbers, gone);
        let gone = self.escapes.partition_point(|escape| escape.raw + escape.raw_length <= start);
        if let Some(last) = forget(&mut self.escapes, gone) {
            self.shorter = last.raw + last.raw_length - last.decoded - last.decoded_length;
        }
    }

    /// Counts decoded offsets as those of the text from here on.
    pub(super) fn forget_escapes(&mut self) {
        self.escapes.clear();
        self.shorter = 0;
    }
}

/// Forgets the first ones once they are the most, so that each moves once; returns the last one that is forgotten.
fn forget<T: Copy>(all: &mut Vec<T>, gone: usize) -> Option<T> {
    if gone < all.len() - gone {
        return None;
    }
    let last = all[..gone].last().copied();
    all.drain(..gone);
    last
}
