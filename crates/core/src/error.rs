//! Why a secret could not be read, written or listed.
//!
//! The decision: one type for every source, one pointer wide and `Clone`, so that one failed fetch can answer many
//! callers. It holds names, places and hints, and never a value or a server's reply.

mod kind;

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

pub use kind::ErrorKind;

use crate::text::Visible;

/// What went wrong, where, with which key, and what to do about it.
///
/// `Display` is one clause without its cause; the cause is `source()`.
///
/// ```
/// use reticent_core::{ErrorKind, SourceError};
///
/// let error = SourceError::new(ErrorKind::NotFound, "env")
///     .for_key("DB_PASSWORD")
///     .with_hint("set DB_PASSWORD or DB_PASSWORD_FILE");
/// assert_eq!(error.to_string(), "DB_PASSWORD: not found in env");
/// assert_eq!(error.hint(), Some("set DB_PASSWORD or DB_PASSWORD_FILE"));
/// assert!(!error.is_transient());
/// ```
#[derive(Clone)]
pub struct SourceError(Arc<Parts>);

#[derive(Clone)]
struct Parts {
    kind: ErrorKind,
    source: Arc<str>,
    key: Option<Arc<str>>,
    detail: Option<Arc<str>>,
    hint: Option<Arc<str>>,
    retry_after: Option<Duration>,
    since_success: Option<Duration>,
    tried: Vec<Attempt>,
    cause: Option<Arc<dyn Error + Send + Sync>>,
}

impl SourceError {
    /// Starts an error of `kind` from the source labelled `source`.
    #[must_use]
    pub fn new(kind: ErrorKind, source: impl Into<Arc<str>>) -> Self {
        Self(Arc::new(Parts {
            kind,
            source: source.into(),
            key: None,
            detail: None,
            hint: None,
            retry_after: None,
            since_success: None,
            tried: Vec::new(),
            cause: None,
        }))
    }

    /// Names what was asked for: a logical name or a reference, never a value.
    #[must_use]
    pub fn for_key(mut self, key: impl Into<Arc<str>>) -> Self {
        self.parts().key = Some(key.into());
        self
    }

    /// Adds the particular: one lower-case clause, no full stop, no value.
    #[must_use]
    pub fn with_detail(mut self, detail: impl Into<Arc<str>>) -> Self {
        self.parts().detail = Some(detail.into());
        self
    }

    /// Adds what to do, only where that is known to be right.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<Arc<str>>) -> Self {
        self.parts().hint = Some(hint.into());
        self
    }

    /// Adds how long the backend asks to wait.
    #[must_use]
    pub fn with_retry_after(mut self, wait: Duration) -> Self {
        self.parts().retry_after = Some(wait);
        self
    }

    /// Adds how long ago the source last answered.
    #[must_use]
    pub fn with_since_success(mut self, since: Duration) -> Self {
        self.parts().since_success = Some(since);
        self
    }

    /// Adds every place that was tried, in order.
    #[must_use]
    pub fn with_tried(mut self, tried: Vec<Attempt>) -> Self {
        self.parts().tried = tried;
        self
    }

    /// Adds the cause. Its `Display` is shown to people: it must hold no value and no server's reply.
    #[must_use]
    pub fn with_cause(mut self, cause: impl Error + Send + Sync + 'static) -> Self {
        self.parts().cause = Some(Arc::new(cause));
        self
    }

    /// Returns the kind, which callers match.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Tells whether the same call may succeed a little later.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        self.0.kind.is_transient()
    }

    /// Returns the label of the source that failed.
    #[must_use]
    pub fn source_name(&self) -> &str {
        &self.0.source
    }

    /// Returns what was asked for.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        self.0.key.as_deref()
    }

    /// Returns the particular.
    #[must_use]
    pub fn detail(&self) -> Option<&str> {
        self.0.detail.as_deref()
    }

    /// Returns what to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }

    /// Returns how long the backend asks to wait.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Returns how long ago the source last answered, where a resolver knows.
    #[must_use]
    pub fn since_success(&self) -> Option<Duration> {
        self.0.since_success
    }

    /// Returns every place that was tried, in order.
    #[must_use]
    pub fn tried(&self) -> &[Attempt] {
        &self.0.tried
    }

    fn parts(&mut self) -> &mut Parts {
        Arc::make_mut(&mut self.0)
    }
}

impl fmt::Display for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(key) = self.key() {
            write!(f, "{}: ", Visible(key))?;
        }
        let (before, after) = self.0.kind.phrase();
        write!(f, "{before}{}{after}", Visible(&self.0.source))?;
        match self.detail() {
            Some(detail) => write!(f, ": {}", Visible(detail)),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Parts { kind, source, key, detail, hint, retry_after, since_success, tried, cause } = &*self.0;
        f.debug_struct("SourceError")
            .field("kind", kind)
            .field("source", source)
            .field("key", key)
            .field("detail", detail)
            .field("hint", hint)
            .field("retry_after", retry_after)
            .field("since_success", since_success)
            .field("tried", tried)
            .field("cause", &cause.as_ref().map(ToString::to_string))
            .finish()
    }
}

impl Error for SourceError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.cause.as_deref().map(|cause| cause as &(dyn Error + 'static))
    }
}

/// One place where a secret was looked for, and why it was passed over.
///
/// ```
/// use reticent_core::{Attempt, ErrorKind};
///
/// let attempt = Attempt::new("env", "env://DB_PASSWORD", ErrorKind::NotFound);
/// assert_eq!(attempt.to_string(), "env://DB_PASSWORD: not found");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    source: Arc<str>,
    place: Arc<str>,
    kind: ErrorKind,
    note: Option<Arc<str>>,
}

impl Attempt {
    /// Says that `place` of `source` was tried and gave `kind`.
    #[must_use]
    pub fn new(source: impl Into<Arc<str>>, place: impl Into<Arc<str>>, kind: ErrorKind) -> Self {
        Self { source: source.into(), place: place.into(), kind, note: None }
    }

    /// Adds the particular: a clause, no value.
    #[must_use]
    pub fn with_note(mut self, note: impl Into<Arc<str>>) -> Self {
        self.note = Some(note.into());
        self
    }

    /// Returns the label of the source.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Returns the place: a reference, a variable, a path.
    #[must_use]
    pub fn place(&self) -> &str {
        &self.place
    }

    /// Returns why it was passed over.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Returns the particular.
    #[must_use]
    pub fn note(&self) -> Option<&str> {
        self.note.as_deref()
    }
}

impl fmt::Display for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", Visible(&self.place), self.kind)?;
        match self.note() {
            Some(note) => write!(f, " ({})", Visible(note)),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_one_pointer_wide() {
        assert_eq!(size_of::<SourceError>(), 8);
    }

    #[test]
    fn the_clause_names_key_and_source_and_leaves_out_the_cause() {
        let cause = std::io::Error::other("permission bits are 0777");
        let error = SourceError::new(ErrorKind::AccessDenied, "file")
            .for_key("a\nb")
            .with_detail("mode is too open")
            .with_cause(cause);
        assert_eq!(error.to_string(), "a\\nb: access denied by file: mode is too open");
        assert_eq!(error.source().expect("a cause").to_string(), "permission bits are 0777");
    }

    #[test]
    fn a_clone_is_not_changed_by_its_twin() {
        let first = SourceError::new(ErrorKind::Throttled, "aws").with_retry_after(Duration::from_secs(2));
        let second = first.clone().for_key("x");
        assert_eq!((first.key(), second.key()), (None, Some("x")));
        assert_eq!(second.retry_after(), Some(Duration::from_secs(2)));
    }
}
