//! From chunks of any cut to events.

use std::fmt;

use zeroize::Zeroizing;

use super::escape::{self, Escape};
use super::event::Event;
use super::nesting::Nesting;
use super::scan;

/// A longer number comes in pieces of this length, so that no text makes the lexer keep more.
const NUMBER_PIECE: usize = 256;

/// Reads JSON that arrives in chunks, and reports its tokens in order.
///
/// The events are the same for every cut of the text, except that the runs of [`Event::Text`] end where chunks end.
/// Nothing is copied but an escape or a number that a cut divides, at most 256 bytes, which are wiped. The work is
/// linear on any text, and memory grows by one bit for each bracket that is open.
///
/// Nothing is rejected (RFC 8259 says what is valid; this says how the rest is read):
///
/// - A string goes from a quote to the next quote without a backslash. A line feed, which JSON never has inside of a
///   string, ends one too (`closed: false`): so a line of JSON Lines that was cut off cannot turn the meaning of
///   quotes around for all lines behind it.
/// - An unknown escape (`\x`), one that is too short (`\u12`), and half of a surrogate pair mean themselves. A
///   surrogate pair is one [`Event::Escape`].
/// - A number is a run of `0-9 + - . e E` that begins with a digit or `-`.
/// - A closing bracket closes the innermost one, of either kind, or nothing.
///
/// ```
/// use reticent_spans::json::{Event, Lexer};
///
/// let (mut lexer, mut keys) = (Lexer::default(), Vec::new());
/// for chunk in [r#"{"user": "a", "po"#, r#"rt": 5432}"#] {
///     lexer.push(chunk.as_bytes(), |event| {
///         if let Event::StringStart { at, is_key: true } = event {
///             keys.push(at);
///         }
///     });
/// }
/// lexer.finish(|_| {});
/// assert_eq!(keys, [1, 14]);
/// ```
#[derive(Default)]
pub struct Lexer {
    /// How many bytes lie before this chunk.
    seen: u64,
    in_string: bool,
    nesting: Nesting,
    /// An escape, in a string, or a number, outside: what the last chunks had of it.
    held: Zeroizing<Vec<u8>>,
}

impl Lexer {
    /// Reads the next chunk.
    #[inline]
    pub fn push(&mut self, chunk: &[u8], mut event: impl FnMut(Event<'_>)) {
        let mut at = if self.held.is_empty() { 0 } else { self.resume(chunk, &mut event) };
        while at < chunk.len() {
            at = match self.in_string {
                true => self.inside(chunk, at, &mut event),
                false => self.outside(chunk, at, &mut event),
            };
        }
        self.seen += chunk.len() as u64;
    }

    /// Ends the text, and reports what is left: an escape that is not whole means itself, and an open string ends.
    pub fn finish(self, mut event: impl FnMut(Event<'_>)) {
        let (start, bytes) = (self.settled(), self.held());
        match (self.in_string, bytes.is_empty()) {
            (true, false) => event(Event::Text { raw_start: start, bytes }),
            (false, false) => event(Event::Number { start, bytes, more: false }),
            (_, true) => {}
        }
        if self.in_string {
            event(Event::StringEnd { at: self.seen, closed: false });
        }
    }

    /// Returns the offset before which all is reported.
    #[must_use]
    pub fn settled(&self) -> u64 {
        self.seen - self.held.len() as u64
    }

    /// Returns the bytes from [`settled`](Self::settled) on, which a later event will report: the beginning of an
    /// escape or a number, at most 256.
    #[must_use]
    pub fn held(&self) -> &[u8] {
        &self.held
    }

    /// Returns how many brackets are open.
    #[must_use]
    pub fn depth(&self) -> u64 {
        self.nesting.depth()
    }

    /// Reads on in a string, to its end or that of the chunk.
    #[inline]
    fn inside(&mut self, chunk: &[u8], mut at: usize, event: &mut impl FnMut(Event<'_>)) -> usize {
        loop {
            let run = scan::text_length(&chunk[at..]);
            if run > 0 {
                event(Event::Text { raw_start: self.seen + at as u64, bytes: &chunk[at..at + run] });
                at += run;
            }
            let here = self.seen + at as u64;
            match chunk.get(at) {
                None => return at,
                Some(b'\\') => at += self.escape(here, &chunk[at..], event),
                Some(byte) => {
                    self.in_string = false;
                    event(Event::StringEnd { at: here, closed: *byte == b'"' });
                    return at + 1;
                }
            }
        }
    }

    /// Reads on outside of strings, to the next quote or the end of the chunk.
    #[inline]
    fn outside(&mut self, chunk: &[u8], mut at: usize, event: &mut impl FnMut(Event<'_>)) -> usize {
        while let Some(byte) = chunk.get(at) {
            let here = self.seen + at as u64;
            at += match byte {
                b'"' => {
                    self.in_string = true;
                    event(Event::StringStart { at: here, is_key: self.nesting.string() });
                    return at + 1;
                }
                b',' | b':' | b'{' | b'}' | b'[' | b']' => {
                    self.nesting.punctuation(*byte);
                    event(Event::Punctuation { at: here, byte: *byte });
                    1
                }
                b'0'..=b'9' | b'-' => self.number(here, &chunk[at..], event),
                b' ' | b'\n' => 1 + scan::blanks(&chunk[at + 1..]),
                _ => 1,
            };
        }
        at
    }

    /// Reads one escape, or keeps what there is of it; returns how many bytes that is.
    fn escape(&mut self, start: u64, rest: &[u8], event: &mut impl FnMut(Event<'_>)) -> usize {
        match escape::read(rest) {
            Escape::Unfinished => {
                self.hold(rest);
                rest.len()
            }
            Escape::Raw(length) => {
                event(Event::Text { raw_start: start, bytes: &rest[..length] });
                length
            }
            Escape::Character(length, character) => {
                let mut utf8 = [0; 4];
                let bytes = character.encode_utf8(&mut utf8).as_bytes();
                event(Event::Escape { raw_start: start, raw_len: length as u8, bytes });
                length
            }
        }
    }

    /// Reads a number, or keeps what there is of it; returns how many bytes that is.
    fn number(&mut self, start: u64, rest: &[u8], event: &mut impl FnMut(Event<'_>)) -> usize {
        let length = scan::number_length(rest);
        let mut done = 0;
        while length - done > NUMBER_PIECE {
            let bytes = &rest[done..done + NUMBER_PIECE];
            event(Event::Number { start: start + done as u64, bytes, more: true });
            done += NUMBER_PIECE;
        }
        let last = &rest[done..length];
        if length == rest.len() {
            self.hold(last);
        } else {
            event(Event::Number { start: start + done as u64, bytes: last, more: false });
        }
        length
    }

    /// Goes on with what is held; returns how many bytes of the chunk belong to it.
    #[cold]
    fn resume(&mut self, chunk: &[u8], event: &mut impl FnMut(Event<'_>)) -> usize {
        if self.in_string { self.resume_escape(chunk, event) } else { self.resume_number(chunk, event) }
    }

    fn resume_escape(&mut self, chunk: &[u8], event: &mut impl FnMut(Event<'_>)) -> usize {
        let (start, held) = (self.settled(), self.held.len());
        let mut joined = Zeroizing::new(Vec::with_capacity(2 * escape::LONGEST));
        joined.extend_from_slice(&self.held);
        joined.extend_from_slice(&chunk[..chunk.len().min(escape::LONGEST)]);
        self.held.clear();
        // The first of two surrogates may turn out to be alone, and then what is held has an escape behind it.
        let mut at = 0;
        while at < held {
            at += self.escape(start + at as u64, &joined[at..], event);
        }
        at - held
    }

    fn resume_number(&mut self, chunk: &[u8], event: &mut impl FnMut(Event<'_>)) -> usize {
        let start = self.settled();
        let length = scan::number_length(chunk);
        let fitting = length.min(NUMBER_PIECE - self.held.len());
        self.held.extend_from_slice(&chunk[..fitting]);
        let more = fitting < length;
        if more || length < chunk.len() {
            event(Event::Number { start, bytes: &self.held, more });
            self.held.clear();
        }
        if more {
            fitting + self.number(self.seen + fitting as u64, &chunk[fitting..], event)
        } else {
            fitting
        }
    }

    fn hold(&mut self, bytes: &[u8]) {
        // The room never grows after this, so nothing is left behind.
        self.held.reserve_exact(NUMBER_PIECE);
        self.held.extend_from_slice(bytes);
    }
}

impl fmt::Debug for Lexer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lexer").field("settled", &self.settled()).finish_non_exhaustive()
    }
}
