//! Reading a small file: regular, bounded, into a buffer that wipes itself.
//!
//! The decision: a file is opened without waiting and judged by its handle, so that a pipe neither hangs a read nor
//! slips in between a look and an open. The cost is that the value of a pipe must come another way.

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::os::fd::BorrowedFd;
use std::path::Path;

use reticent_core::{Secret, SecretBuffer};
use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags};
use rustix::io::Errno;

use crate::error::FileError;
use crate::newline::Newline;
use crate::state::FileState;

/// How often a file is read again that changed while it was read.
const ATTEMPTS: usize = 8;

/// Whether a name may be a link.
///
/// ```
/// use reticent_files::Links;
///
/// assert_ne!(Links::Followed, Links::Refused);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "complete: a link is followed or it is not")]
pub enum Links {
    /// As any program does.
    Followed,
    /// It is an error, so that no name leads out of its folder.
    Refused,
}

/// A regular file that is open for reading, without having waited for whoever is at its other end.
///
/// ```
/// use reticent_files::{FileState, OpenFile};
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("db");
/// std::fs::write(&path, "correct horse")?;
/// let open = OpenFile::open(&path)?;
/// assert_eq!(open.state(), &FileState::of(&path)?);
/// let file: std::fs::File = open.into_file();
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct OpenFile {
    file: File,
    state: FileState,
}

impl OpenFile {
    /// Opens `path`, through links.
    ///
    /// # Errors
    /// [`FileError::NotRegular`], [`FileError::DanglingLink`], and what the system reports.
    pub fn open(path: &Path) -> Result<Self, FileError> {
        Self::open_at(CWD, path.as_os_str(), Links::Followed)
    }

    /// Opens an entry of an open folder.
    ///
    /// # Errors
    /// As [`open`](Self::open), and [`FileError::Link`] when a link stands where none may.
    pub fn open_at(folder: BorrowedFd<'_>, name: &OsStr, links: Links) -> Result<Self, FileError> {
        let follow = if links == Links::Refused { OFlags::NOFOLLOW } else { OFlags::empty() };
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC | follow;
        let opened = rustix::fs::openat(folder, name, flags, Mode::empty()).map_err(|errno| match errno {
            Errno::LOOP if links == Links::Refused => FileError::Link,
            errno => told(errno, folder, name),
        });
        let file = File::from(opened?);
        let state = FileState::of_open(&file)?;
        Ok(Self { file, state })
    }

    /// Returns the state in which it was opened.
    #[must_use]
    pub fn state(&self) -> &FileState {
        &self.state
    }

    /// Hands over the open file.
    #[must_use]
    pub fn into_file(self) -> File {
        self.file
    }

    /// Reads all of it; `None` when it changed meanwhile.
    fn read(self, limit: usize) -> Result<Option<Content>, FileError> {
        let size = usize::try_from(self.state.size()).unwrap_or(usize::MAX);
        if size > limit {
            return Err(FileError::TooLarge(limit));
        }
        let mut bytes = SecretBuffer::with_capacity(size);
        bytes.read_to_end(&self.file, limit).map_err(|error| match error.kind() {
            io::ErrorKind::FileTooLarge => FileError::TooLarge(limit),
            _ => error.into(),
        })?;
        // Whoever writes in place may have been half-way.
        let is_whole = FileState::of_open(&self.file)? == self.state;
        Ok(is_whole.then_some(Content { bytes, state: self.state }))
    }
}

/// What a file holds, and the state of the file in which it held that.
///
/// ```
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("db");
/// std::fs::write(&path, "correct horse\n")?;
/// let content = reticent_files::read(&path, 1024)?;
/// assert_eq!(content.state().size(), 14);
/// assert_eq!(content.into_buffer().len(), 14);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Content {
    bytes: SecretBuffer,
    state: FileState,
}

impl Content {
    /// Returns the state of the file that was read.
    #[must_use]
    pub fn state(&self) -> &FileState {
        &self.state
    }

    /// Hands over the bytes as they are in the file.
    #[must_use]
    pub fn into_buffer(self) -> SecretBuffer {
        self.bytes
    }

    /// Hands over the value, without what `newline` takes off.
    #[must_use]
    pub fn into_secret(mut self, newline: Newline) -> Secret {
        newline.take_off(&mut self.bytes);
        self.bytes.into_secret()
    }
}

/// Reads all of `path`, through links; a file that changed meanwhile is read again.
///
/// # Errors
/// As [`OpenFile::open`]; [`FileError::TooLarge`] for more than `limit` bytes; [`FileError::KeepsChanging`].
pub fn read(path: &Path, limit: usize) -> Result<Content, FileError> {
    read_at(CWD, path.as_os_str(), Links::Followed, limit)
}

/// Reads all of an entry of an open folder.
///
/// # Errors
/// As [`read`], and [`FileError::Link`] when a link stands where none may.
pub fn read_at(
    folder: BorrowedFd<'_>,
    name: &OsStr,
    links: Links,
    limit: usize,
) -> Result<Content, FileError> {
    for _ in 0..ATTEMPTS {
        if let Some(content) = OpenFile::open_at(folder, name, links)?.read(limit)? {
            return Ok(content);
        }
    }
    Err(FileError::KeepsChanging)
}

/// Tells whether an entry of an open folder is a link, wherever that leads.
#[must_use]
pub fn is_link(folder: BorrowedFd<'_>, name: &OsStr) -> bool {
    let stat = rustix::fs::statat(folder, name, AtFlags::SYMLINK_NOFOLLOW);
    stat.is_ok_and(|stat| FileType::from_raw_mode(stat.st_mode) == FileType::Symlink)
}

/// Tells apart what one number of the system stands for.
pub(crate) fn told(errno: Errno, folder: BorrowedFd<'_>, name: &OsStr) -> FileError {
    match errno {
        Errno::NOENT if is_link(folder, name) => FileError::DanglingLink,
        Errno::NXIO => FileError::NotRegular("a socket"),
        errno => FileError::of(errno),
    }
}
