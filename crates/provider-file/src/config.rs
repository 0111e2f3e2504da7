//! How files are read.

use reticent_files::Newline;

/// The size up to which a file is a secret: what systemd and Kubernetes allow, too.
const LIMIT: usize = 1024 * 1024;

/// How files are read: up to which size, and what becomes of a newline at their end.
///
/// ```
/// use reticent_provider_file::{FileOptions, Newline};
///
/// let options = FileOptions::default();
/// assert_eq!((options.limit(), options.newline()), (1024 * 1024, Newline::OneStripped));
/// assert_eq!(options.with_newline(Newline::Kept).newline(), Newline::Kept);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileOptions {
    limit: usize,
    newline: Newline,
}

impl FileOptions {
    /// Refuses files of more than `limit` bytes.
    #[must_use]
    pub fn with_limit(mut self, limit: usize) -> Self {
        self.limit = limit;
        self
    }

    /// Says what becomes of a newline at the end.
    #[must_use]
    pub fn with_newline(mut self, newline: Newline) -> Self {
        self.newline = newline;
        self
    }

    /// Returns the size in bytes up to which a file is read.
    #[must_use]
    pub fn limit(&self) -> usize {
        self.limit
    }

    /// Returns what becomes of a newline at the end.
    #[must_use]
    pub fn newline(&self) -> Newline {
        self.newline
    }
}

impl Default for FileOptions {
    fn default() -> Self {
        Self { limit: LIMIT, newline: Newline::default() }
    }
}
