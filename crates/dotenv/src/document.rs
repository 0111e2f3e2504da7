//! A `.env` file as it stands, with its values taken out.
//!
//! The decision: the text is kept whole in a wiped buffer, and entries are spans of it, so that an edit changes the
//! bytes of one value and nothing else. The cost is that an edit reads the file again.

use std::collections::HashMap;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use reticent_core::{Secret, SecretBuffer, Visible};

use crate::error::ParseErrors;
use crate::options::ParseOptions;
use crate::parse;

/// A parsed `.env` file that renders to the bytes it was read from.
///
/// `Debug` shows keys and places, never text.
///
/// ```
/// use reticent_dotenv::{Document, ParseOptions};
///
/// let document = Document::parse(b"A=1\nB=2\nA=3\n", &ParseOptions::default())?;
/// assert_eq!(document.entries().count(), 3);
/// assert_eq!(document.entry("A").map(|entry| entry.line()), Some(3));
/// assert_eq!(document.warnings()[0].to_string(), "3: A is set again; line 1 is not used");
/// # Ok::<(), reticent_dotenv::ParseErrors>(())
/// ```
#[derive(Default)]
pub struct Document {
    pub(crate) text: SecretBuffer,
    pub(crate) options: ParseOptions,
    pub(crate) entries: Vec<Entry>,
    pub(crate) latest: HashMap<Arc<str>, usize>,
    pub(crate) warnings: Vec<Warning>,
}

impl Document {
    /// Reads a whole file; nothing of it is exposed unless all of it can be read.
    ///
    /// # Errors
    /// [`ParseErrors`]: every line that cannot be read, with line, column and key, and never its text.
    ///
    /// # Security
    /// The text is copied into a wiped buffer; `bytes` stays the caller's to wipe.
    pub fn parse(bytes: &[u8], options: &ParseOptions) -> Result<Self, ParseErrors> {
        let mut text = SecretBuffer::with_capacity(bytes.len());
        text.extend_from_slice(bytes);
        Self::from_buffer(text, options)
    }

    /// Reads a file that was collected in `text`, without copying it.
    ///
    /// # Errors
    /// As [`parse`](Self::parse).
    pub fn from_buffer(text: SecretBuffer, options: &ParseOptions) -> Result<Self, ParseErrors> {
        parse::document(text, options)
    }

    /// Returns the entries in the order of the file, overridden duplicates among them.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter()
    }

    /// Returns the entry that counts for `key`: the last one.
    #[must_use]
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.latest.get(key).map(|index| &self.entries[*index])
    }

    /// Returns the value that counts for `key`.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Secret> {
        self.entry(key).map(Entry::value)
    }

    /// Returns what is readable and yet probably not meant.
    #[must_use]
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// Returns the text: byte for byte what was read, but for what was edited.
    #[must_use]
    pub fn render(&self) -> SecretBuffer {
        let text = self.text().as_bytes();
        let mut copy = SecretBuffer::with_capacity(text.len());
        copy.extend_from_slice(text);
        copy
    }

    /// The whole text, for this crate's own scanning and copying into wiped buffers.
    pub(crate) fn text(&self) -> &str {
        #[expect(clippy::disallowed_methods, reason = "stays inside this crate, borrowed for one operation")]
        let bytes = self.text.expose_bytes();
        std::str::from_utf8(bytes).expect("the parser has checked the text")
    }
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Document")
            .field("mode", &self.options.mode())
            .field("entries", &self.entries)
            .field("warnings", &self.warnings)
            .finish_non_exhaustive()
    }
}

/// How a value is quoted in the file.
///
/// ```
/// use reticent_dotenv::{Document, ParseOptions, Quoting};
///
/// let document = Document::parse(b"A='x y'", &ParseOptions::default())?;
/// assert_eq!(document.entry("A").map(|entry| entry.quoting()), Some(Quoting::Single));
/// # Ok::<(), reticent_dotenv::ParseErrors>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "complete: the dialect has these three")]
pub enum Quoting {
    /// As it stands.
    Unquoted,
    /// `'…'`
    Single,
    /// `"…"`
    Double,
}

/// One assignment of a file.
///
/// ```
/// use reticent_dotenv::{Document, ParseOptions};
///
/// let text = b"# first\n  export A = 'b'  # c\n";
/// let document = Document::parse(text, &ParseOptions::default())?;
/// let entry = document.entry("A").expect("it is there");
/// assert_eq!((entry.line(), entry.column(), entry.is_exported()), (2, 3, true));
/// assert_eq!(&text[entry.span()], b"export A = 'b'");
/// assert_eq!(&text[entry.value_span()], b"'b'");
/// # Ok::<(), reticent_dotenv::ParseErrors>(())
/// ```
pub struct Entry {
    pub(crate) key: Arc<str>,
    pub(crate) value: Secret,
    pub(crate) line: usize,
    pub(crate) column: usize,
    pub(crate) span: Range<usize>,
    pub(crate) value_span: Range<usize>,
    /// From the start of its first line to behind the end of its last.
    pub(crate) lines: Range<usize>,
    pub(crate) exported: bool,
    pub(crate) quoting: Quoting,
}

impl Entry {
    /// Returns the key.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Returns the value, unquoted, unescaped and with variables replaced.
    #[must_use]
    pub fn value(&self) -> &Secret {
        &self.value
    }

    /// Returns the line where it begins, counted from 1.
    #[must_use]
    pub fn line(&self) -> usize {
        self.line
    }

    /// Returns the column where it begins, counted in characters from 1.
    #[must_use]
    pub fn column(&self) -> usize {
        self.column
    }

    /// Returns the bytes from the key, or `export` before it, to the end of the value.
    #[must_use]
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// Returns the bytes of the value as written, with its quotes.
    #[must_use]
    pub fn value_span(&self) -> Range<usize> {
        self.value_span.clone()
    }

    /// Tells whether `export` stands before the key.
    #[must_use]
    pub fn is_exported(&self) -> bool {
        self.exported
    }

    /// Returns how the value is quoted.
    #[must_use]
    pub fn quoting(&self) -> Quoting {
        self.quoting
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry")
            .field("key", &self.key)
            .field("line", &self.line)
            .field("column", &self.column)
            .field("span", &self.span)
            .field("exported", &self.exported)
            .field("quoting", &self.quoting)
            .finish_non_exhaustive()
    }
}

/// Something readable that is probably not meant. `Display` begins with the line.
///
/// ```
/// use reticent_dotenv::{Document, ParseOptions, Warning};
///
/// let document = Document::parse(b"A=1\nA=2", &ParseOptions::default())?;
/// assert!(matches!(&document.warnings()[0], Warning::Duplicate { line: 2, earlier: 1, .. }));
/// # Ok::<(), reticent_dotenv::ParseErrors>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Warning {
    /// A key is set twice; the last one counts.
    Duplicate {
        /// The key.
        key: Arc<str>,
        /// The line that counts.
        line: usize,
        /// The line before it, which does not.
        earlier: usize,
    },
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Duplicate { key, line, earlier } => {
                write!(f, "{line}: {} is set again; line {earlier} is not used", Visible(key))
            }
        }
    }
}
