//! What a read found that is allowed and unwise.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use reticent_files::{Content, Readers};

/// A file that was read, and what is unwise about it; it holds no value.
///
/// ```
/// use reticent_provider_env::Warning;
///
/// let what = reticent_files::Warning::ReadableByOthers { mode: 0o644 };
/// let warning = Warning::new("/run/db", what);
/// assert_eq!(warning.to_string(), "/run/db: its mode 0644 lets every user of the machine read it");
/// assert_eq!(warning.hint(), what.hint());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Warning {
    path: PathBuf,
    what: reticent_files::Warning,
}

impl Warning {
    /// Makes a warning of the file at `path`.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>, what: reticent_files::Warning) -> Self {
        Self { path: path.into(), what }
    }

    /// Returns the file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns what is unwise about it.
    #[must_use]
    pub fn what(&self) -> reticent_files::Warning {
        self.what
    }

    /// Returns what to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        self.what.hint()
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.to_string_lossy();
        write!(f, "{}: {}", reticent_core::Visible(&path), self.what)
    }
}

/// The warnings of one source, each once, in the order of their first sight.
#[derive(Debug, Default)]
pub(crate) struct Warnings(Mutex<Vec<Warning>>);

impl Warnings {
    /// Judges a file that was read, which belongs to one user.
    pub(crate) fn judge(&self, path: &Path, content: &Content) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for what in reticent_files::Warning::of_mode(content.state().mode(), Readers::Owner) {
            let warning = Warning::new(path, what);
            if !seen.contains(&warning) {
                seen.push(warning);
            }
        }
    }

    pub(crate) fn list(&self) -> Vec<Warning> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
