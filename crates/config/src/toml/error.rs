//! A mistake in a TOML document: line, column, key and remedy, and never the text.

use std::fmt;

use reticent_core::Visible;

/// What is wrong with a document, and where.
///
/// ```
/// use reticent_config::toml::Document;
///
/// let error = Document::parse("password = hunter2").unwrap_err();
/// assert!(error.to_string().starts_with("1:12: not TOML: "));
/// assert!(!error.to_string().contains("hunter2"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TomlError(Box<Parts>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Parts {
    place: (usize, usize),
    key: Option<String>,
    problem: String,
    hint: Option<String>,
}

impl TomlError {
    pub(super) fn new(problem: impl Into<String>) -> Self {
        Self(Box::new(Parts { place: (1, 1), key: None, problem: problem.into(), hint: None }))
    }

    pub(super) fn at(mut self, line: usize, column: usize) -> Self {
        self.0.place = (line, column);
        self
    }

    pub(super) fn for_key(mut self, key: impl Into<String>) -> Self {
        self.0.key = Some(key.into());
        self
    }

    /// Adds what to do.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hint = Some(hint.into());
        self
    }

    /// Returns the line and column, counted from 1.
    #[must_use]
    pub fn place(&self) -> (usize, usize) {
        self.0.place
    }

    /// Returns the path of the key.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        self.0.key.as_deref()
    }

    /// Returns what is wrong.
    #[must_use]
    pub fn problem(&self) -> &str {
        &self.0.problem
    }

    /// Returns what to do.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }
}

impl fmt::Display for TomlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (line, column) = self.place();
        write!(f, "{line}:{column}: ")?;
        if let Some(key) = self.key() {
            write!(f, "{}: ", Visible(key))?;
        }
        f.write_str(&self.0.problem)
    }
}

impl std::error::Error for TomlError {}
