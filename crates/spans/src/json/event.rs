//! What the lexer reports.

use std::fmt;

/// A token, or a piece of one; offsets count from the beginning of the text.
///
/// A string is [`StringStart`](Self::StringStart), any number of [`Text`](Self::Text) and [`Escape`](Self::Escape),
/// and [`StringEnd`](Self::StringEnd). Its raw pieces lie side by side: put together they are all that stands between
/// the quotes, and the decoded bytes are all that the string means. White space and words (`true`, `null`, whatever
/// else stands outside of strings) are not reported. `Debug` shows lengths in the place of content.
///
/// ```
/// use reticent_spans::json::{Event, Lexer};
///
/// let mut decoded = Vec::new();
/// let mut lexer = Lexer::default();
/// lexer.push(br#"{"a": "x\u0079z"}"#, |event| match event {
///     Event::Text { bytes, raw_start } => decoded.push((raw_start, bytes.to_vec())),
///     Event::Escape { bytes, raw_start, .. } => decoded.push((raw_start, bytes.to_vec())),
///     _ => {}
/// });
/// assert_eq!(decoded, [(2, b"a".to_vec()), (7, b"x".to_vec()), (8, b"y".to_vec()), (14, b"z".to_vec())]);
/// ```
#[derive(Clone, Copy)]
#[non_exhaustive]
pub enum Event<'c> {
    /// A string begins.
    StringStart {
        /// Where the opening quote stands.
        at: u64,
        /// Whether a key is due here: the string is the first after `{`, or after `,` in an object.
        is_key: bool,
    },
    /// Bytes of a string that mean themselves; where a string is cut into such runs depends on the chunks.
    Text {
        /// Where the first of them stands.
        raw_start: u64,
        /// The bytes, at least one.
        bytes: &'c [u8],
    },
    /// One escape, or two that are a surrogate pair.
    Escape {
        /// Where the backslash stands.
        raw_start: u64,
        /// How long it is as written: 2, 6 or 12.
        raw_len: u8,
        /// What it means: one character in UTF-8.
        bytes: &'c [u8],
    },
    /// A string ends.
    StringEnd {
        /// Where the closing quote stands or, if there is none, the line feed or the end of the text.
        at: u64,
        /// Whether there is a closing quote.
        closed: bool,
    },
    /// A number, as written and unchecked; one of more than 256 bytes comes in pieces of 256.
    Number {
        /// Where it, or this piece of it, begins.
        start: u64,
        /// The bytes, at least one.
        bytes: &'c [u8],
        /// Whether another piece of the same number follows.
        more: bool,
    },
    /// One of `{ } [ ] , :`.
    Punctuation {
        /// Where it stands.
        at: u64,
        /// Which it is.
        byte: u8,
    },
}

impl fmt::Debug for Event<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::StringStart { at, is_key } => write!(f, "StringStart({at}, is_key: {is_key})"),
            Self::Text { raw_start, bytes } => write!(f, "Text({raw_start}, {} bytes)", bytes.len()),
            Self::Escape { raw_start, raw_len, .. } => write!(f, "Escape({raw_start}, {raw_len} bytes)"),
            Self::StringEnd { at, closed } => write!(f, "StringEnd({at}, closed: {closed})"),
            Self::Number { start, bytes, more } => {
                write!(f, "Number({start}, {} bytes, more: {more})", bytes.len())
            }
            Self::Punctuation { at, byte } => write!(f, "Punctuation({at}, {:?})", char::from(*byte)),
        }
    }
}
