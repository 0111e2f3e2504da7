//! What is wrong with a configuration, and where.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use reticent_core::Visible;

/// A mistake in `reticent.toml`, or in how a program was set up.
///
/// It names the file, the line, the key and the remedy, and repeats no value: a secret may stand where a reference
/// should.
///
/// ```
/// use reticent::setup::Config;
///
/// let error = Config::parse("[secrets]\nDB = \"hunter2\"", "/srv/reticent.toml").unwrap_err();
/// assert_eq!(error.to_string(), "/srv/reticent.toml:2:6: secrets.DB: not a reference to a secret");
/// assert!(error.hint().is_some_and(|hint| hint.contains("env://")));
/// ```
#[derive(Clone, Debug)]
pub struct SetupError(Box<Parts>);

#[derive(Clone, Debug)]
struct Parts {
    file: Option<PathBuf>,
    place: Option<(usize, usize)>,
    key: Option<String>,
    problem: String,
    hint: Option<String>,
    cause: Option<Arc<dyn std::error::Error + Send + Sync>>,
}

impl SetupError {
    pub(crate) fn new(problem: impl Into<String>) -> Self {
        let problem = problem.into();
        Self(Box::new(Parts { file: None, place: None, key: None, problem, hint: None, cause: None }))
    }

    pub(crate) fn of_document(error: &reticent_config::toml::TomlError) -> Self {
        let (line, column) = error.place();
        let own = Self::new(error.problem()).at(line, column);
        let own = error.key().into_iter().fold(own, Self::for_key);
        error.hint().into_iter().fold(own, Self::with_hint)
    }

    pub(crate) fn in_file(mut self, file: &Path) -> Self {
        self.0.file.get_or_insert_with(|| file.to_owned());
        self
    }

    pub(crate) fn at(mut self, line: usize, column: usize) -> Self {
        self.0.place.get_or_insert((line, column));
        self
    }

    pub(crate) fn for_key(mut self, key: impl Into<String>) -> Self {
        self.0.key.get_or_insert_with(|| key.into());
        self
    }

    pub(crate) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hint = Some(hint.into());
        self
    }

    pub(crate) fn with_cause(mut self, cause: impl std::error::Error + Send + Sync + 'static) -> Self {
        self.0.cause = Some(Arc::new(cause));
        self
    }

    /// Returns what to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }

    /// Returns the line and column, counted from 1.
    #[must_use]
    pub fn place(&self) -> Option<(usize, usize)> {
        self.0.place
    }
}

impl fmt::Display for SetupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.0.file {
            write!(f, "{}", Visible(&file.to_string_lossy()))?;
            if let Some((line, column)) = self.0.place {
                write!(f, ":{line}:{column}")?;
            }
            f.write_str(": ")?;
        }
        if let Some(key) = &self.0.key {
            write!(f, "{}: ", Visible(key))?;
        }
        f.write_str(&self.0.problem)
    }
}

impl std::error::Error for SetupError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.cause.as_deref().map(|cause| cause as &(dyn std::error::Error + 'static))
    }
}
