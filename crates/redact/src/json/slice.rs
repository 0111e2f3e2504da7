//! What the lexer says about one slice of a text.

use reticent_spans::json::Event;

use super::tokens::Tokens;

/// Takes the events of one slice: notes the tokens, and writes the decoded text from the first escape on.
pub(super) struct Slice<'s> {
    /// Where the document begins, to which the lexer's offsets belong.
    pub(super) origin: u64,
    pub(super) tokens: &'s mut Tokens,
    /// Whether a number is under way that is too long to be kept.
    pub(super) is_long: &'s mut bool,
    /// Where the slice begins.
    pub(super) start: u64,
    pub(super) bytes: &'s [u8],
    /// The decoded text, in memory that is wiped.
    pub(super) text: &'s mut Vec<u8>,
    /// Where the decoded text begins, in decoded bytes; nothing before the first escape.
    pub(super) decoded: Option<u64>,
    /// Up to where the text is decoded.
    pub(super) copied: u64,
}

impl Slice<'_> {
    #[inline]
    pub(super) fn event(&mut self, event: &Event<'_>) {
        match event {
            Event::StringStart { at, .. } => self.tokens.open_string(self.origin + at),
            Event::StringEnd { at, .. } => self.tokens.close_string(self.origin + at),
            Event::Text { raw_start, bytes } => {
                let start = self.origin + raw_start;
                if start < self.start {
                    // What looked like the beginning of an escape was none.
                    self.text.extend_from_slice(bytes);
                    self.copied = start + bytes.len() as u64;
                }
            }
            Event::Escape { raw_start, raw_len, bytes } => {
                self.escape(self.origin + raw_start, u64::from(*raw_len), bytes);
            }
            Event::Number { start, bytes, more } => {
                if !more && !*self.is_long {
                    let start = self.origin + start;
                    self.tokens.number(start, start + bytes.len() as u64);
                }
                *self.is_long = *more;
            }
            _ => {}
        }
    }

    fn escape(&mut self, at: u64, length: u64, bytes: &[u8]) {
        if self.decoded.is_none() {
            self.begin(at);
        }
        self.copy_to(at);
        let decoded = self.decoded.expect("it has begun") + self.text.len() as u64;
        self.tokens.escape(at, length, decoded, bytes.len() as u64);
        self.text.extend_from_slice(bytes);
        self.copied = at + length;
    }

    /// Begins to decode at `at`, before which both texts are one.
    pub(super) fn begin(&mut self, at: u64) {
        (self.decoded, self.copied) = (Some(at), at);
    }

    /// Takes the bytes up to `end` as they are.
    pub(super) fn copy_to(&mut self, end: u64) {
        if end > self.copied {
            let place = |at: u64| usize::try_from(at - self.start).expect("in the slice");
            self.text.extend_from_slice(&self.bytes[place(self.copied)..place(end)]);
            self.copied = end;
        }
    }
}
