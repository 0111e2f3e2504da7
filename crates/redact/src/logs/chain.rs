//! An error and its causes, masked.

use std::error::Error;
use std::fmt::{self, Write};

use crate::redactor::Redactor;
use crate::stream::Stream;

/// So many errors of a chain are shown; a longer one is taken for a circle.
const LONGEST_CHAIN: usize = 64;

/// So many bytes of a chain are shown.
const LONGEST_TEXT: usize = 64 << 10;

/// An error with its causes as one masked line: `first: second: third`.
///
/// After 64 errors, or 64 KiB of text, it ends with `...`; nothing that may be a part of a value stands before that.
/// `Debug` shows the same as `Display`.
///
/// ```
/// use std::io;
/// use reticent_core::Secret;
/// use reticent_redact::{Redactor, Values};
///
/// let values = Values::new();
/// values.learn("PASSWORD", &Secret::copy_of(b"plum-Garden-42!"));
/// let redactor = Redactor::new(&values);
/// let error = io::Error::other("cannot log in as me:plum-Garden-42!");
/// assert_eq!(redactor.display_error(&error).to_string(), "cannot log in as me:[REDACTED:PASSWORD]");
/// ```
pub struct MaskedError<'e> {
    redactor: Redactor,
    error: &'e (dyn Error + 'e),
}

impl Redactor {
    /// Returns an error and its causes as text in which known values are masked.
    #[must_use]
    pub fn display_error<'e>(&self, error: &'e (dyn Error + 'e)) -> MaskedError<'e> {
        MaskedError { redactor: self.clone(), error }
    }
}

impl fmt::Display for MaskedError<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut line = Line { stream: self.redactor.stream(), shown: Vec::new(), left: LONGEST_TEXT };
        let is_whole = chain(self.error, &mut line).is_ok();
        f.write_str(&line.end(is_whole))
    }
}

impl fmt::Debug for MaskedError<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Writes the errors of a chain, and fails if not all of it is written.
fn chain(error: &dyn Error, line: &mut Line) -> fmt::Result {
    write!(line, "{error}")?;
    let mut cause = error.source();
    for _ in 1..LONGEST_CHAIN {
        let Some(error) = cause else { return Ok(()) };
        write!(line, ": {error}")?;
        cause = error.source();
    }
    if cause.is_some() { line.write_str(": ").and(Err(fmt::Error)) } else { Ok(()) }
}

/// Masks what is written, as far as there is room.
struct Line {
    stream: Stream,
    /// Masked already.
    shown: Vec<u8>,
    left: usize,
}

impl Line {
    /// Returns what is shown. What was not written whole may end within a value, so what is held is dropped.
    fn end(self, is_whole: bool) -> String {
        let Self { stream, mut shown, .. } = self;
        if is_whole {
            stream.finish(|bytes| shown.extend_from_slice(bytes));
        } else {
            shown.extend_from_slice(b"...");
        }
        String::from_utf8_lossy(&shown).into_owned()
    }
}

impl Write for Line {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let taken = &text.as_bytes()[..text.len().min(self.left)];
        let shown = &mut self.shown;
        self.stream.push(taken, |bytes| shown.extend_from_slice(bytes));
        self.left -= taken.len();
        if taken.len() < text.len() { Err(fmt::Error) } else { Ok(()) }
    }
}
