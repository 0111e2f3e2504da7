//! The few kinds of failure that a caller acts upon.

use std::fmt;

/// What kind of failure it was; the program's exit codes follow from it.
///
/// ```
/// use reticent_core::ErrorKind;
///
/// assert_eq!(ErrorKind::AccessDenied.as_str(), "access_denied");
/// assert!(ErrorKind::Timeout.is_transient());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// There is no such secret, version or field.
    NotFound,
    /// The secret may exist; we may not read it.
    AccessDenied,
    /// The backend does not know us: no credentials, wrong ones, or expired ones.
    Unauthenticated,
    /// The backend did not answer, or answered that it cannot serve now.
    Unavailable,
    /// The backend asks to slow down.
    Throttled,
    /// The backend did not answer within the limit.
    Timeout,
    /// What came back, or what is stored, is not of the expected form.
    Malformed,
    /// The value or its lease has ended.
    Expired,
    /// The source cannot do this at all.
    Unsupported,
    /// The reference makes no sense for this source.
    InvalidReference,
    /// Somebody else wrote in between, or two sources of truth contradict each other.
    Conflict,
    /// The access could not be recorded, so it is refused.
    NotRecorded,
}

impl ErrorKind {
    /// Returns the stable token for logs and JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::AccessDenied => "access_denied",
            Self::Unauthenticated => "unauthenticated",
            Self::Unavailable => "unavailable",
            Self::Throttled => "throttled",
            Self::Timeout => "timeout",
            Self::Malformed => "malformed",
            Self::Expired => "expired",
            Self::Unsupported => "unsupported",
            Self::InvalidReference => "invalid_reference",
            Self::Conflict => "conflict",
            Self::NotRecorded => "not_recorded",
        }
    }

    /// Tells whether the same call may succeed a little later.
    #[must_use]
    pub const fn is_transient(self) -> bool {
        matches!(self, Self::Unavailable | Self::Throttled | Self::Timeout)
    }

    /// The words before and after the source's label.
    pub(super) const fn phrase(self) -> (&'static str, &'static str) {
        match self {
            Self::NotFound => ("not found in ", ""),
            Self::AccessDenied => ("access denied by ", ""),
            Self::Unauthenticated => ("not authenticated to ", ""),
            Self::Unavailable => ("", " is unavailable"),
            Self::Throttled => ("throttled by ", ""),
            Self::Timeout => ("no answer in time from ", ""),
            Self::Malformed => ("malformed in ", ""),
            Self::Expired => ("expired in ", ""),
            Self::Unsupported => ("not supported by ", ""),
            Self::InvalidReference => ("not a valid reference for ", ""),
            Self::Conflict => ("conflict in ", ""),
            Self::NotRecorded => ("access could not be recorded, so it is refused by ", ""),
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotFound => "not found",
            Self::AccessDenied => "access denied",
            Self::Unauthenticated => "not authenticated",
            Self::NotRecorded => "not recorded",
            Self::InvalidReference => "invalid reference",
            other => other.as_str(),
        })
    }
}
