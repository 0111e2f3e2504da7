//! What tells one state of a file from the next.

use std::ffi::OsStr;
use std::fmt;
use std::os::fd::{AsFd, BorrowedFd};
use std::path::Path;

use rustix::fs::{AtFlags, CWD, FileType, Mode, Stat};

use crate::error::FileError;

/// One state of a regular file: which file it is, its length, its owner and mode, and when it was changed.
///
/// Of two writes of the same length whose times of modification were set back, the time of change tells. The text of a
/// state is its device, inode, length and both times, for the making of a revision.
///
/// ```
/// use reticent_files::FileState;
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("db");
/// std::fs::write(&path, "one")?;
/// let seen = FileState::of(&path)?;
/// assert_eq!(FileState::of(&path)?, seen);
/// std::fs::write(&path, "other")?;
/// assert_ne!(FileState::of(&path)?, seen);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileState {
    // As wide as any system has them.
    device: i128,
    inode: i128,
    size: i128,
    modified: (i128, i128),
    changed: (i128, i128),
    mode: u32,
    owner: u32,
    group: u32,
}

impl FileState {
    /// Looks at `path` without opening it, through links.
    ///
    /// # Errors
    /// [`FileError::NotRegular`] for a folder, a pipe and the like; what the system reports.
    pub fn of(path: &Path) -> Result<Self, FileError> {
        Self::at(CWD, path.as_os_str())
    }

    /// Looks at an entry of an open folder without opening it, through links.
    ///
    /// # Errors
    /// As [`of`](Self::of).
    pub fn at(folder: BorrowedFd<'_>, name: &OsStr) -> Result<Self, FileError> {
        let stat = rustix::fs::statat(folder, name, AtFlags::empty());
        Self::judged(&stat.map_err(|errno| crate::read::told(errno, folder, name))?)
    }

    pub(crate) fn of_open(file: impl AsFd) -> Result<Self, FileError> {
        Self::judged(&rustix::fs::fstat(file).map_err(FileError::of)?)
    }

    /// Returns the permission bits, at most 0o7777.
    #[must_use]
    pub fn mode(&self) -> u32 {
        self.mode
    }

    /// Returns the length in bytes.
    #[must_use]
    pub fn size(&self) -> u64 {
        u64::try_from(self.size).unwrap_or(0)
    }

    pub(crate) fn owner(&self) -> (u32, u32) {
        (self.owner, self.group)
    }

    fn judged(stat: &Stat) -> Result<Self, FileError> {
        match FileType::from_raw_mode(stat.st_mode) {
            FileType::RegularFile => Ok(Self {
                device: stat.st_dev.into(),
                inode: stat.st_ino.into(),
                size: stat.st_size.into(),
                modified: (stat.st_mtime.into(), stat.st_mtime_nsec.into()),
                changed: (stat.st_ctime.into(), stat.st_ctime_nsec.into()),
                mode: Mode::from_raw_mode(stat.st_mode).bits() & 0o7777,
                owner: stat.st_uid,
                group: stat.st_gid,
            }),
            other => Err(FileError::not_regular(other)),
        }
    }
}

impl fmt::Display for FileState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { device, inode, size, modified, changed, .. } = self;
        write!(f, "{device} {inode} {size} {}.{} {}.{}", modified.0, modified.1, changed.0, changed.1)
    }
}
