//! What can be wrong with a file.

use std::fmt;
use std::io;

use reticent_core::ErrorKind;
use rustix::fs::FileType;
use rustix::io::Errno;

/// Why a file was not read or written. It holds nothing of what is in the file.
///
/// ```
/// use reticent_core::ErrorKind;
/// use reticent_files::{FileError, read};
///
/// let error = read("/dev/null".as_ref(), 1024).unwrap_err();
/// assert_eq!(error, FileError::NotRegular("a device"));
/// assert_eq!(error.to_string(), "it is a device, not a regular file");
/// assert_eq!(error.kind(), ErrorKind::InvalidReference);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FileError {
    /// The system said so, by this number (`errno`).
    System(i32),
    /// The name is a link to something that is not there.
    DanglingLink,
    /// A link stands where none may.
    Link,
    /// It is a folder, a pipe, a device.
    NotRegular(&'static str),
    /// It has more bytes than this limit.
    TooLarge(usize),
    /// It changed during each attempt to read it.
    KeepsChanging,
    /// It is not in the state that the writer had seen.
    Changed,
    /// Something is there that was to be created.
    AlreadyThere,
    /// It belongs to somebody else, to whom we may not give the new file.
    ChangesHands,
    /// Another writer kept its folder locked.
    Locked,
}

impl FileError {
    /// Returns what it means to a caller.
    ///
    /// `NotFound`: nothing is there. `AccessDenied`: it may not be used. `InvalidReference`: no file can be at such a
    /// path. `Malformed`: too large. `Conflict`: somebody else was faster. `Timeout`: locked. `Unavailable`: the rest.
    #[must_use]
    pub fn kind(self) -> ErrorKind {
        match self {
            Self::System(number) => kind_of(Errno::from_raw_os_error(number)),
            Self::DanglingLink => ErrorKind::NotFound,
            Self::Link | Self::NotRegular(_) => ErrorKind::InvalidReference,
            Self::TooLarge(_) => ErrorKind::Malformed,
            Self::KeepsChanging => ErrorKind::Unavailable,
            Self::Changed | Self::AlreadyThere => ErrorKind::Conflict,
            Self::ChangesHands => ErrorKind::AccessDenied,
            Self::Locked => ErrorKind::Timeout,
        }
    }

    /// Tells whether nothing has this name, not even a link.
    #[must_use]
    pub fn is_absent(self) -> bool {
        self == Self::of(Errno::NOENT)
    }

    /// Returns what the system said, if it did.
    #[must_use]
    pub fn system(self) -> Option<io::Error> {
        match self {
            Self::System(number) => Some(io::Error::from_raw_os_error(number)),
            _ => None,
        }
    }

    /// No `From`: the crate of the numbers is no part of what this one promises.
    pub(crate) fn of(errno: Errno) -> Self {
        Self::System(errno.raw_os_error())
    }

    pub(crate) fn not_regular(kind: FileType) -> Self {
        Self::NotRegular(match kind {
            FileType::Directory => "a folder",
            FileType::Fifo => "a named pipe",
            FileType::Socket => "a socket",
            FileType::CharacterDevice | FileType::BlockDevice => "a device",
            FileType::Symlink => "a link",
            _ => "something else",
        })
    }
}

fn kind_of(errno: Errno) -> ErrorKind {
    match errno {
        Errno::NOENT | Errno::NOTDIR => ErrorKind::NotFound,
        Errno::ACCESS | Errno::PERM | Errno::ROFS => ErrorKind::AccessDenied,
        Errno::LOOP | Errno::NAMETOOLONG | Errno::INVAL | Errno::ISDIR => ErrorKind::InvalidReference,
        Errno::EXIST => ErrorKind::Conflict,
        _ => ErrorKind::Unavailable,
    }
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::System(number) => io::Error::from_raw_os_error(*number).fmt(f),
            Self::DanglingLink => f.write_str("the link leads to something that is not there"),
            Self::Link => f.write_str("it is a link, and a link may lead out of the folder"),
            Self::NotRegular(what) => write!(f, "it is {what}, not a regular file"),
            Self::TooLarge(limit) => write!(f, "the file has more than {limit} bytes"),
            Self::KeepsChanging => f.write_str("it changed during each attempt to read it"),
            Self::Changed => f.write_str("it is not as expected"),
            Self::AlreadyThere => f.write_str("it is there already"),
            Self::ChangesHands => {
                f.write_str("it belongs to another user or group, which it would be taken from")
            }
            Self::Locked => f.write_str("another writer keeps its folder locked"),
        }
    }
}

impl std::error::Error for FileError {}

impl From<io::Error> for FileError {
    fn from(error: io::Error) -> Self {
        Self::of(Errno::from_io_error(&error).unwrap_or(Errno::IO))
    }
}

impl From<FileError> for io::Error {
    fn from(error: FileError) -> Self {
        let kind = match error {
            FileError::AlreadyThere => io::ErrorKind::AlreadyExists,
            FileError::ChangesHands => io::ErrorKind::PermissionDenied,
            FileError::Locked => io::ErrorKind::TimedOut,
            FileError::TooLarge(_) => io::ErrorKind::FileTooLarge,
            FileError::DanglingLink => io::ErrorKind::NotFound,
            FileError::NotRegular(_) | FileError::Link => io::ErrorKind::InvalidInput,
            _ => io::ErrorKind::Other,
        };
        error.system().unwrap_or_else(|| Self::new(kind, error))
    }
}
