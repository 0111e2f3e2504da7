//! What is wrong with a file, a value or an edit: line, column, key and remedy, and never the text.

use std::fmt;
use std::sync::Arc;

use crate::key;

/// What kind of defect stopped a line from being read.
///
/// ```
/// use reticent_dotenv::{Document, ParseErrorKind, ParseOptions};
///
/// let errors = Document::parse(b"A", &ParseOptions::default()).unwrap_err();
/// assert_eq!(errors.first().kind(), ParseErrorKind::NoEquals);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ParseErrorKind {
    /// The bytes are not UTF-8.
    NotUtf8,
    /// There is no key before `=`.
    NoKey,
    /// A key holds a character that keys do not have.
    KeyCharacter,
    /// `KEY: value` outside of [`Mode::Compose`](crate::Mode::Compose).
    Colon,
    /// There is no `=` after the key.
    NoEquals,
    /// A value holds NUL, which no environment can hold.
    Nul,
    /// A quote is never closed.
    OpenQuote,
    /// Something other than a comment follows a closing quote.
    TextAfterQuote,
    /// `${` is never closed.
    OpenBrace,
    /// What stands between `${` and `}` is not a variable with an operator.
    Substitution,
    /// `${NAME:?…}` or `${NAME?…}` found the variable unset or empty.
    Required,
    /// Substitutions nest too deep.
    TooDeep,
    /// Substitution makes far more text than the file has.
    TooLarge,
}

impl ParseErrorKind {
    /// Returns the stable token for logs and JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotUtf8 => "not_utf8",
            Self::NoKey => "no_key",
            Self::KeyCharacter => "key_character",
            Self::Colon => "colon",
            Self::NoEquals => "no_equals",
            Self::Nul => "nul",
            Self::OpenQuote => "open_quote",
            Self::TextAfterQuote => "text_after_quote",
            Self::OpenBrace => "open_brace",
            Self::Substitution => "substitution",
            Self::Required => "required",
            Self::TooDeep => "too_deep",
            Self::TooLarge => "too_large",
        }
    }

    const fn message(self) -> &'static str {
        match self {
            Self::NotUtf8 => "not UTF-8 text",
            Self::NoKey => "no key before =",
            Self::KeyCharacter => "a key cannot hold this character",
            Self::Colon => "a colon where = belongs",
            Self::NoEquals => "no = after the key",
            Self::Nul => "a value cannot hold NUL",
            Self::OpenQuote => "the quote opened here is never closed",
            Self::TextAfterQuote => "text after the closing quote",
            Self::OpenBrace => "the ${ opened here is never closed",
            Self::Substitution => "not a variable that can be substituted",
            Self::Required => "a required variable is unset or empty",
            Self::TooDeep => "substitutions nest too deep",
            Self::TooLarge => "substitution makes too much text",
        }
    }

    const fn remedy(self) -> &'static str {
        match self {
            Self::NotUtf8 => "save the file as UTF-8; keep binary values as base64",
            Self::NoKey => "write KEY=value",
            Self::KeyCharacter => "use letters, digits, _ . - [ and ]",
            Self::Colon => "write KEY=value; KEY: value is read in compose mode only",
            Self::NoEquals => {
                "write KEY=value, start a comment with #, or put a value of several lines in quotes"
            }
            Self::Nul => "remove it; keep binary values as base64",
            Self::OpenQuote => "close the quote, or put the other kind of quotes around the value",
            Self::TextAfterQuote => "put the whole value in one pair of quotes, or # before a comment",
            Self::OpenBrace => "close it with }, or put the value in single quotes if $ is meant literally",
            Self::Substitution => "write ${NAME} or ${NAME:-word}, or put the value in single quotes",
            Self::Required => "set the variable",
            Self::TooDeep => "define the inner parts on lines of their own",
            Self::TooLarge => "break the chain of variables that repeat each other",
        }
    }
}

/// One defect: where, at which key, what, and what to do.
///
/// `Display` begins with `line:column`, so that a path and a colon before it make a place that editors open.
///
/// ```
/// use reticent_dotenv::{Document, ParseOptions};
///
/// let errors = Document::parse(b"STRIPE_KEY=\"abc", &ParseOptions::default()).unwrap_err();
/// let error = errors.first();
/// assert_eq!(format!(".env:{error}"), ".env:1:12 STRIPE_KEY: the quote opened here is never closed");
/// assert_eq!(error.remedy(), "close the quote, or put the other kind of quotes around the value");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    line: usize,
    column: usize,
    key: Option<Arc<str>>,
    kind: ParseErrorKind,
}

impl ParseError {
    /// Keeps `key` only if it is plausible: a torn value can look like a line of its own.
    pub(crate) fn new(line: usize, column: usize, key: Option<&str>, kind: ParseErrorKind) -> Self {
        let key = key.filter(|key| key::is_plausible(key)).map(Arc::from);
        Self { line, column, key, kind }
    }

    /// Returns the line, counted from 1.
    #[must_use]
    pub fn line(&self) -> usize {
        self.line
    }

    /// Returns the column, counted in characters from 1.
    #[must_use]
    pub fn column(&self) -> usize {
        self.column
    }

    /// Returns the key, where one was read and looks like a name that a person gave.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }

    /// Returns the kind.
    #[must_use]
    pub fn kind(&self) -> ParseErrorKind {
        self.kind
    }

    /// Returns what is wrong, as a clause.
    #[must_use]
    pub fn message(&self) -> &'static str {
        self.kind.message()
    }

    /// Returns what to do about it.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        self.kind.remedy()
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{} ", self.line, self.column)?;
        if let Some(key) = self.key() {
            write!(f, "{key}: ")?;
        }
        f.write_str(self.kind.message())
    }
}

impl std::error::Error for ParseError {}

/// Every defect of one file, in its order; there is at least one.
///
/// ```
/// use reticent_dotenv::{Document, ParseOptions};
///
/// let errors = Document::parse(b"A\nB='x'y\nC=1", &ParseOptions::default()).unwrap_err();
/// let places: Vec<_> = errors.iter().map(|error| (error.line(), error.column())).collect();
/// assert_eq!(places, [(1, 2), (2, 6)]);
/// assert_eq!(errors.to_string(), "1:2 no = after the key (and 1 more)");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseErrors {
    first: ParseError,
    rest: Vec<ParseError>,
}

impl ParseErrors {
    pub(crate) fn from_vec(errors: Vec<ParseError>) -> Option<Self> {
        let mut errors = errors.into_iter();
        errors.next().map(|first| Self { first, rest: errors.collect() })
    }

    /// Returns the first defect.
    #[must_use]
    pub fn first(&self) -> &ParseError {
        &self.first
    }

    /// Returns every defect in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = &ParseError> {
        std::iter::once(&self.first).chain(&self.rest)
    }
}

impl fmt::Display for ParseErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.first.fmt(f)?;
        match self.rest.len() {
            0 => Ok(()),
            more => write!(f, " (and {more} more)"),
        }
    }
}

impl std::error::Error for ParseErrors {}

/// Why a key or a value cannot be written to a `.env` file.
///
/// ```
/// use reticent_core::Secret;
/// use reticent_dotenv::{RenderError, render_value};
///
/// assert_eq!(render_value(&Secret::copy_of(b"a\0b")).unwrap_err(), RenderError::Nul);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RenderError {
    /// The key is empty or holds a character that keys do not have.
    Key,
    /// The value holds NUL.
    Nul,
    /// The value is not UTF-8.
    NotUtf8,
}

impl fmt::Display for RenderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Key => "a key is letters, digits, _ . - [ and ]",
            Self::Nul => "a value with NUL cannot be written to a .env file",
            Self::NotUtf8 => "a value that is not UTF-8 cannot be written to a .env file",
        })
    }
}

impl std::error::Error for RenderError {}

/// Why a document could not be edited; it is as it was before.
///
/// ```
/// use reticent_core::Secret;
/// use reticent_dotenv::{Document, EditError, RenderError};
///
/// let error = Document::default().set("A B", &Secret::copy_of(b"x")).unwrap_err();
/// assert_eq!(error, EditError::Render(RenderError::Key));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EditError {
    /// The key or the value cannot be written.
    Render(RenderError),
    /// In compose mode another line depends on the edited one, and can no longer be read.
    Dependent(ParseErrors),
}

impl fmt::Display for EditError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Render(error) => error.fmt(f),
            Self::Dependent(_) => f.write_str("another line could not be read after this edit"),
        }
    }
}

impl std::error::Error for EditError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Render(_) => None,
            Self::Dependent(errors) => Some(errors),
        }
    }
}

impl From<RenderError> for EditError {
    fn from(error: RenderError) -> Self {
        Self::Render(error)
    }
}
