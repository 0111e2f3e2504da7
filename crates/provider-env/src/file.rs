//! Reading a small local file: regular, bounded, into a wiped buffer.
//!
//! The decision: the file is opened without waiting and judged by its handle, so that a FIFO neither hangs a read nor
//! slips in between a look and an open.

use std::fs::File;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use reticent_core::SecretBuffer;
use rustix::fs::{Mode, OFlags};

use crate::warning::Warning;

/// What tells one state of a file from the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    device: u64,
    inode: u64,
    size: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl Identity {
    fn of(metadata: &std::fs::Metadata) -> Self {
        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            size: metadata.size(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        }
    }

    /// Looks at `path`; `None` when nothing is there.
    pub(crate) fn at(path: &Path) -> io::Result<Option<Self>> {
        match std::fs::metadata(path) {
            Ok(metadata) => Ok(Some(Self::of(&metadata))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// A file as it was read.
pub(crate) struct Content {
    pub(crate) bytes: SecretBuffer,
    pub(crate) identity: Identity,
    pub(crate) attributes: Attributes,
}

/// Who may do what with a file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Attributes {
    pub(crate) mode: u32,
    /// User and group; `None` is whoever writes.
    pub(crate) owner: Option<(u32, u32)>,
}

impl Content {
    /// Returns what is unwise about the file's mode.
    pub(crate) fn warning(&self, path: &Path) -> Option<Warning> {
        let mode = self.attributes.mode;
        (mode & 0o077 != 0).then(|| Warning::OpenMode { path: path.to_owned(), mode })
    }
}

/// Reads all of `path`.
///
/// # Errors
/// What the system reports; `InvalidInput` for what is no regular file, `FileTooLarge` for more than `limit` bytes.
pub(crate) fn read(path: &Path, limit: usize) -> io::Result<Content> {
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let file = File::from(rustix::fs::open(path, flags, Mode::empty())?);
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
    }
    let expected = usize::try_from(metadata.size()).unwrap_or(usize::MAX).min(limit);
    let mut bytes = SecretBuffer::with_capacity(expected);
    bytes.read_to_end(&file, limit)?;
    let owner = Some((metadata.uid(), metadata.gid()));
    let attributes = Attributes { mode: metadata.mode() & 0o7777, owner };
    Ok(Content { bytes, identity: Identity::of(&metadata), attributes })
}
