//! What can be wrong with a file, and what that means to the caller.

use std::fmt;
use std::io;

use reticent_core::{ErrorKind, FieldError, Secret, SecretRef, SourceError, Version};
use rustix::fs::FileType;
use rustix::io::Errno;

/// Why a file was not read or written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Problem {
    /// The system said so.
    System(Errno),
    /// The name is a link to something that is not there.
    DanglingLink,
    /// A link stands where a confined name may have none.
    Link,
    /// It is a folder, a pipe, a device.
    NotAFile(&'static str),
    /// It is larger than the limit.
    TooLarge(usize),
    /// The value that is to be written is larger than the limit.
    CannotHold(usize),
    /// It changed under every attempt to read it.
    KeepsChanging,
    /// It is not as the writer expected.
    Unexpected,
    /// It is one of a mount that its platform alone writes.
    ReadOnlyMount,
}

impl Problem {
    pub(crate) fn not_a_file(kind: FileType) -> Self {
        Self::NotAFile(match kind {
            FileType::Directory => "a folder",
            FileType::Fifo => "a named pipe",
            FileType::Socket => "a socket",
            FileType::CharacterDevice | FileType::BlockDevice => "a device",
            FileType::Symlink => "a link",
            _ => "something else",
        })
    }

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
            Self::System(errno) if errno != Errno::NOENT => error.with_cause(io::Error::from(errno)),
            _ => error,
        }
    }

    pub(crate) fn kind(self) -> ErrorKind {
        match self {
            Self::System(Errno::NOENT | Errno::NOTDIR) | Self::DanglingLink => ErrorKind::NotFound,
            Self::System(Errno::ACCESS | Errno::PERM | Errno::ROFS) => ErrorKind::AccessDenied,
            Self::System(Errno::LOOP | Errno::NAMETOOLONG | Errno::INVAL | Errno::ISDIR)
            | Self::Link
            | Self::NotAFile(_) => ErrorKind::InvalidReference,
            Self::System(Errno::EXIST) | Self::Unexpected => ErrorKind::Conflict,
            Self::System(_) | Self::KeepsChanging => ErrorKind::Unavailable,
            Self::TooLarge(_) => ErrorKind::Malformed,
            Self::ReadOnlyMount | Self::CannotHold(_) => ErrorKind::Unsupported,
        }
    }

    fn detail(self) -> Option<String> {
        Some(match self {
            Self::System(Errno::NOTDIR) => "a part of the path is not a folder".to_owned(),
            Self::System(_) => return None,
            Self::DanglingLink => "the link leads to something that is not there".to_owned(),
            Self::Link => "it is a link, and a link may lead out of the folder".to_owned(),
            Self::NotAFile(what) => format!("it is {what}, not a regular file"),
            Self::TooLarge(limit) => format!("the file has more than {limit} bytes"),
            Self::CannotHold(limit) => format!("a file holds at most {limit} bytes"),
            Self::KeepsChanging => "it changed during each attempt to read it".to_owned(),
            Self::Unexpected => "it is not as expected".to_owned(),
            Self::ReadOnlyMount => "it lies in a mounted volume".to_owned(),
        })
    }
}

impl From<Errno> for Problem {
    fn from(errno: Errno) -> Self {
        Self::System(errno)
    }
}

impl From<io::Error> for Problem {
    fn from(error: io::Error) -> Self {
        Self::System(Errno::from_io_error(&error).unwrap_or(Errno::IO))
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
