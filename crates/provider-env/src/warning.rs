//! What a read found that is allowed and unwise.

use std::fmt;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

/// Something that a program may want to tell its operator; it holds no value.
///
/// ```
/// use reticent_provider_env::Warning;
///
/// let warning = Warning::OpenMode { path: "/run/db".into(), mode: 0o644 };
/// assert_eq!(warning.to_string(), "/run/db can be read by others (mode 0644)");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Warning {
    /// A file with a secret is open to the group or to everyone.
    OpenMode {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OpenMode { path, mode } => {
                let path = path.to_string_lossy();
                let shown = reticent_core::Visible(&path);
                write!(f, "{shown} can be read by others (mode {mode:04o})")
            }
        }
    }
}

/// The warnings of one source, each once, in the order of their first sight.
#[derive(Debug, Default)]
pub(crate) struct Warnings(Mutex<Vec<Warning>>);

impl Warnings {
    pub(crate) fn add(&self, warning: Warning) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !seen.contains(&warning) {
            seen.push(warning);
        }
    }

    pub(crate) fn list(&self) -> Vec<Warning> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
