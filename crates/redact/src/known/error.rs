//! Why a file of known values cannot be read.

use std::fmt;

use reticent_core::Visible;
use reticent_dotenv::ParseErrors;

/// Why a file of known values cannot be read. It names keys and places, and never a value.
///
/// ```
/// use reticent_redact::known::{self, KnownError};
///
/// let error = known::parse(b"TOKEN=\"never closed\n").unwrap_err();
/// assert!(matches!(error, KnownError::Dotenv(_)));
/// assert_eq!(error.to_string(), "1:7 TOKEN: the quote opened here is never closed");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KnownError {
    /// It is no `.env` file: every defect.
    Dotenv(ParseErrors),
    /// It begins as a JSON object and is none.
    Json(JsonError),
}

impl fmt::Display for KnownError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dotenv(errors) => errors.fmt(f),
            Self::Json(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for KnownError {}

/// Where a text stops being a JSON object.
///
/// ```
/// use reticent_redact::known::{self, KnownError};
///
/// let Err(KnownError::Json(error)) = known::parse(b"{\n \"DB\": {\"password\": 'hunter2'}\n}") else { panic!() };
/// assert_eq!((error.line(), error.column(), error.key()), (2, 21, Some("DB.password")));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonError {
    line: usize,
    column: usize,
    key: Option<String>,
    problem: &'static str,
}

impl JsonError {
    /// Places a problem at the byte `at` of `text`.
    pub(super) fn new(text: &[u8], at: usize, key: Option<String>, problem: &'static str) -> Self {
        let before = &text[..at.min(text.len())];
        let line_start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
        // A character is one byte that does not continue another.
        let column = 1 + before[line_start..].iter().filter(|byte| **byte & 0xc0 != 0x80).count();
        Self { line, column, key, problem }
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

    /// Returns the path of the value in which it lies, such as `DB.users[2].password`; `None` outside of every value.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }

    /// Returns what is wrong, as a clause.
    #[must_use]
    pub fn problem(&self) -> &'static str {
        self.problem
    }
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{} ", self.line, self.column)?;
        if let Some(key) = &self.key {
            write!(f, "{}: ", Visible(key))?;
        }
        f.write_str(self.problem)
    }
}

impl std::error::Error for JsonError {}
