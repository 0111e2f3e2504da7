//! What can be wrong with a file, and what that means to the caller.

use std::fmt;
use std::io;

use reticent_core::{ErrorKind, FieldError, Secret, SecretRef, SourceError, Version};
use reticent_files::FileError;
use rustix::io::Errno;

/// Why a file was not read or written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Problem {
    /// It is wrong with any file.
    File(FileError),
    /// The value that is to be written is larger than the limit.
    CannotHold(usize),
    /// It is one of a mount that its platform alone writes.
    ReadOnlyMount,
}

impl Problem {
    /// Makes the error that the caller sees.
    pub(crate) fn at(self, source: &str, at: &SecretRef) -> SourceError {
        let error = SourceError::new(self.kind(), source).for_key(at.to_string());
        let error = match self.detail() {
            Some(detail) => error.with_detail(detail),
            None => error,
        };
        match self {
            Self::ReadOnlyMount => error
                .with_hint("change the Secret or ConfigMap that is mounted; its kubelet writes the files"),
            // What the system says of a path is a fixed text; it never holds what is in the file.
            Self::File(file) if !file.is_absent() => match file.system() {
                Some(cause) => error.with_cause(cause),
                None => error,
            },
            _ => error,
        }
    }

    pub(crate) fn kind(self) -> ErrorKind {
        match self {
            Self::File(error) => error.kind(),
            Self::ReadOnlyMount | Self::CannotHold(_) => ErrorKind::Unsupported,
        }
    }

    fn detail(self) -> Option<String> {
        Some(match self {
            Self::File(error) => match error.system().map(|error| error.kind()) {
                Some(io::ErrorKind::NotADirectory) => "a part of the path is not a folder".to_owned(),
                Some(_) => return None,
                None => error.to_string(),
            },
            Self::CannotHold(limit) => format!("a file holds at most {limit} bytes"),
            Self::ReadOnlyMount => "it lies in a mounted volume".to_owned(),
        })
    }
}

impl From<FileError> for Problem {
    fn from(error: FileError) -> Self {
        Self::File(error)
    }
}

impl From<Errno> for Problem {
    fn from(errno: Errno) -> Self {
        Self::File(FileError::System(errno.raw_os_error()))
    }
}

impl From<io::Error> for Problem {
    fn from(error: io::Error) -> Self {
        Self::File(error.into())
    }
}

/// Refuses a reference that this source cannot mean, with the reason as a clause.
pub(crate) fn not_meant(source: &str, at: &SecretRef, why: impl fmt::Display) -> SourceError {
    SourceError::new(ErrorKind::InvalidReference, source).for_key(at.to_string()).with_detail(why.to_string())
}

/// Checks scheme and version: a file has one version.
pub(crate) fn expect_scheme(source: &str, at: &SecretRef, scheme: &str) -> Result<(), SourceError> {
    if at.scheme() != scheme {
        return Err(not_meant(source, at, format_args!("its scheme is not {scheme}")));
    }
    if *at.version() != Version::Current {
        return Err(not_meant(source, at, "a file has no other version than the current one"));
    }
    Ok(())
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
