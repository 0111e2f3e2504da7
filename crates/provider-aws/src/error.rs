//! What a failed call came to, and the error that the caller sees.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use reticent_core::{ErrorKind, FieldError, Secret, SecretRef, SourceError};

/// A failure before it is known which secret was asked for: one failed batch answers many references.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    kind: ErrorKind,
    detail: Option<Cow<'static, str>>,
    hint: Option<Cow<'static, str>>,
    retry_after: Option<Duration>,
}

impl Failure {
    pub(crate) fn new(kind: ErrorKind) -> Self {
        let retry_after = (kind == ErrorKind::Throttled).then_some(PAUSE);
        Self { kind, detail: None, hint: None, retry_after }
    }

    /// Adds the particular: one clause without a value or a server's text.
    pub(crate) fn because(mut self, detail: impl Into<Cow<'static, str>>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// Adds the remedy.
    pub(crate) fn hinting(mut self, hint: impl Into<Cow<'static, str>>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds how long the server asks to wait.
    #[cfg(feature = "sdk")]
    pub(crate) fn after(mut self, wait: Option<Duration>) -> Self {
        self.retry_after = wait.or(self.retry_after);
        self
    }

    #[cfg(any(feature = "sdk", test))]
    pub(crate) fn kind(&self) -> ErrorKind {
        self.kind
    }

    pub(crate) fn detail(&self) -> Option<&str> {
        self.detail.as_deref()
    }

    /// Makes the error of a call that concerned one secret.
    pub(crate) fn at(&self, source: &str, at: &SecretRef) -> SourceError {
        self.of(source).for_key(at.to_string())
    }

    /// Makes the error of a call that concerned none.
    pub(crate) fn of(&self, source: &str) -> SourceError {
        let mut error = SourceError::new(self.kind, source);
        if let Some(detail) = &self.detail {
            error = error.with_detail(detail.as_ref());
        }
        if let Some(hint) = &self.hint {
            error = error.with_hint(hint.as_ref());
        }
        match self.retry_after {
            Some(wait) => error.with_retry_after(wait),
            None => error,
        }
    }
}

/// How long a throttled caller waits when AWS does not say: its rates are counted by the second.
const PAUSE: Duration = Duration::from_secs(1);

/// Refuses a reference that this source cannot mean, with the reason as a clause.
pub(crate) fn not_meant(source: &str, at: &SecretRef, why: impl fmt::Display) -> SourceError {
    SourceError::new(ErrorKind::InvalidReference, source).for_key(at.to_string()).with_detail(why.to_string())
}

/// Takes the field that the reference names out of the whole value.
pub(crate) fn narrow(source: &str, at: &SecretRef, whole: Secret) -> Result<Secret, SourceError> {
    let Some(field) = at.field() else { return Ok(whole) };
    whole.field(field).map_err(|cause| {
        let is_json = !matches!(cause, FieldError::NotJson { .. });
        let kind = if is_json { ErrorKind::NotFound } else { ErrorKind::Malformed };
        let error = SourceError::new(kind, source).for_key(at.to_string());
        let error = match cause.suggestion() {
            Some(meant) => error.with_hint(format!("did you mean {meant}?")),
            None => error,
        };
        error.with_cause(cause)
    })
}
