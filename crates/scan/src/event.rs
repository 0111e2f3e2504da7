//! What a scan tells while it runs.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::finding::Finding;

/// Something that a scan tells, in the order of the paths.
///
/// ```
/// use std::ops::ControlFlow;
/// use reticent_detect::RuleSet;
/// use reticent_scan::{Event, Scan};
///
/// let mut lines = Vec::new();
/// Scan::new(RuleSet::shipped()).reader("app.log", &b"password=q8Zt0vLw2nXc5Rb7\n"[..], |event| { // reticent:allow
///     if let Event::Finding(finding) = event {
///         lines.push(finding.line());
///     }
///     ControlFlow::Continue(())
/// });
/// assert_eq!(lines, [1]);
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum Event {
    /// A secret, or a candidate that was suppressed where those are asked for.
    Finding(Finding),
    /// A file or a folder of which not all was looked at.
    Skipped(Skipped),
}

/// A file or a folder of which not all was looked at.
///
/// ```
/// use std::ops::ControlFlow;
/// use reticent_detect::RuleSet;
/// use reticent_scan::{Event, Scan, SkipReason};
///
/// /// A disk that is broken.
/// struct Broken;
/// impl std::io::Read for Broken {
///     fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
///         Err(std::io::Error::other("it is broken"))
///     }
/// }
///
/// let mut told = String::new();
/// Scan::new(RuleSet::shipped()).reader("-", Broken, |event| {
///     if let Event::Skipped(skipped) = event {
///         told = skipped.to_string();
///     }
///     ControlFlow::Continue(())
/// });
/// assert_eq!(told, "-: cannot be read: it is broken");
/// ```
#[derive(Debug)]
pub struct Skipped {
    path: PathBuf,
    reason: SkipReason,
}

/// Why not all of a file or a folder was looked at.
///
/// ```
/// assert_eq!(reticent_scan::SkipReason::Grew.to_string(), "it grew while it was read, and the rest was not");
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum SkipReason {
    /// It was in its folder, and is there no more.
    Vanished,
    /// More was written to it than was there when it was opened.
    Grew,
    /// The system gives no more of it.
    Unreadable(io::Error),
}

impl Skipped {
    pub(crate) fn new(path: impl Into<PathBuf>, reason: SkipReason) -> Self {
        Self { path: path.into(), reason }
    }

    /// Judges an error by whether the file is there at all.
    pub(crate) fn of(path: impl Into<PathBuf>, error: io::Error) -> Self {
        Self::new(
            path,
            match error.kind() {
                io::ErrorKind::NotFound => SkipReason::Vanished,
                _ => SkipReason::Unreadable(error),
            },
        )
    }

    /// Returns which.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns why.
    #[must_use]
    pub fn reason(&self) -> &SkipReason {
        &self.reason
    }
}

impl fmt::Display for Skipped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", reticent_core::Visible(&self.path.to_string_lossy()), self.reason)
    }
}

impl fmt::Display for SkipReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Vanished => f.write_str("it was gone before it was read"),
            Self::Grew => f.write_str("it grew while it was read, and the rest was not"),
            Self::Unreadable(error) => write!(f, "cannot be read: {error}"),
        }
    }
}
