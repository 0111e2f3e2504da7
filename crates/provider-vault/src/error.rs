//! What went wrong, before it is known for which reference, and what that means to the caller.

mod answers;
mod transport;

use std::borrow::Cow;
use std::time::Duration;

use reticent_core::{ErrorKind, FieldError, Secret, SecretRef, SourceError};

pub(crate) use answers::judge;
#[cfg(feature = "transit")]
pub(crate) use answers::judge_item;
pub(crate) use transport::{hyper_failure, io_failure};

/// Why a call failed: fixed texts and names, and nothing that the server wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) kind: ErrorKind,
    detail: Option<Cow<'static, str>>,
    hint: Option<Cow<'static, str>>,
    retry_after: Option<Duration>,
}

pub(crate) type Outcome<T> = Result<T, Problem>;

impl Problem {
    pub(crate) const fn new(kind: ErrorKind) -> Self {
        Self { kind, detail: None, hint: None, retry_after: None }
    }

    /// Adds the particular: one clause without a full stop.
    pub(crate) fn with_detail(mut self, detail: impl Into<Cow<'static, str>>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// Adds what to do.
    pub(crate) fn with_hint(mut self, hint: impl Into<Cow<'static, str>>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub(crate) fn with_retry_after(mut self, wait: Option<Duration>) -> Self {
        self.retry_after = wait;
        self
    }

    /// Tells whether the same call may succeed a little later.
    pub(crate) fn is_transient(&self) -> bool {
        self.kind.is_transient()
    }

    /// Makes the error of a call that concerns no single reference.
    pub(crate) fn of(self, source: &str) -> SourceError {
        let mut error = SourceError::new(self.kind, source);
        if let Some(detail) = self.detail {
            error = error.with_detail(detail);
        }
        if let Some(hint) = self.hint {
            error = error.with_hint(hint);
        }
        match self.retry_after {
            Some(wait) => error.with_retry_after(wait),
            None => error,
        }
    }

    /// Makes the error that the caller of a reference sees.
    pub(crate) fn at(self, source: &str, at: &SecretRef) -> SourceError {
        self.of(source).for_key(at.to_string())
    }
}

/// An answer that is not Vault's.
pub(crate) fn malformed(detail: &'static str) -> Problem {
    Problem::new(ErrorKind::Malformed).with_detail(detail)
}

/// A reference that this source cannot mean.
pub(crate) fn not_meant(why: impl Into<Cow<'static, str>>) -> Problem {
    Problem::new(ErrorKind::InvalidReference).with_detail(why)
}

/// Makes the error of a field that is not in a value.
pub(crate) fn no_field(source: &str, at: &SecretRef, cause: FieldError) -> SourceError {
    let is_json = !matches!(cause, FieldError::NotJson { .. });
    let kind = if is_json { ErrorKind::NotFound } else { ErrorKind::Malformed };
    let error = SourceError::new(kind, source).for_key(at.to_string());
    let error = match cause.suggestion() {
        Some(meant) => error.with_hint(format!("did you mean {meant}?")),
        None => error,
    };
    error.with_cause(cause)
}

/// Takes the field that the reference names out of the whole value.
pub(crate) fn narrow(source: &str, at: &SecretRef, whole: Secret) -> Result<Secret, SourceError> {
    let Some(field) = at.field() else { return Ok(whole) };
    whole.field(field).map_err(|cause| no_field(source, at, cause))
}
