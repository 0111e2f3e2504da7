//! The place of one file, locked for one writer.
//!
//! The decision: writers lock the folder, which is never itself replaced, so that no lock file is left behind. The
//! cost is that writers of two files of one folder wait for each other, too.

use std::ffi::{OsStr, OsString};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rustix::fs::{AtFlags, CWD, FlockOperation, Mode, OFlags};
use rustix::io::Errno;

use crate::error::FileError;
use crate::new_file::NewFile;
use crate::read::{Content, Links, read_at};
use crate::state::FileState;
use crate::warning::Readers;

/// How long a writer waits for another one.
const PATIENCE: Duration = Duration::from_secs(5);

/// How often it looks.
const PAUSE: Duration = Duration::from_millis(5);

/// Where a file is or will be: its name in a folder that no other writer of this kind has until this is dropped.
///
/// Who writes without asking for a `Place` is not kept out; [`NewFile::replace_if`] sees what they did.
///
/// ```
/// use std::io::Write as _;
/// use reticent_files::{Place, Readers};
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("db");
/// std::fs::write(&path, "old")?;
/// let mut place = Place::of(&path)?;
/// let seen = place.read(1024)?;
/// let mut new = place.begin(Readers::Owner)?;
/// new.write_all(b"new")?;
/// new.replace_if(seen.state())?;
/// assert_eq!(std::fs::read(&path)?, b"new");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Place {
    folder: OwnedFd,
    name: OsString,
}

impl Place {
    /// Locks the folder of `path`; where a link is, the place is that of the file to which it leads.
    ///
    /// # Errors
    /// [`FileError::DanglingLink`]; [`FileError::Locked`] when another writer stays for five seconds, as the holder of
    /// another place in the same folder does in the same thread; what the system reports, as for a folder that is not
    /// there.
    pub fn of(path: &Path) -> Result<Self, FileError> {
        let path = target(path)?;
        let name = path.file_name().ok_or(FileError::NotRegular("a folder"))?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        Self::open(CWD, folder.unwrap_or(Path::new(".")), name)
    }

    /// Locks an open folder, for the entry `name` as it stands: a link would be replaced, not followed.
    ///
    /// # Errors
    /// As [`of`](Self::of).
    pub fn within(folder: BorrowedFd<'_>, name: &OsStr) -> Result<Self, FileError> {
        Self::open(folder, Path::new("."), name)
    }

    fn open(start: BorrowedFd<'_>, folder: &Path, name: &OsStr) -> Result<Self, FileError> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let folder = rustix::fs::openat(start, folder, flags, Mode::empty()).map_err(FileError::of)?;
        lock(&folder, PATIENCE)?;
        Ok(Self { folder, name: name.to_owned() })
    }

    /// Looks at what is there; `None` when nothing is, or a link to nothing.
    ///
    /// # Errors
    /// [`FileError::NotRegular`], and what the system reports.
    pub fn state(&self) -> Result<Option<FileState>, FileError> {
        match FileState::at(self.folder.as_fd(), &self.name) {
            Ok(state) => Ok(Some(state)),
            Err(error) if error.is_absent() || error == FileError::DanglingLink => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Reads what is there.
    ///
    /// # Errors
    /// As [`read`](crate::read()).
    pub fn read(&self, limit: usize) -> Result<Content, FileError> {
        read_at(self.folder.as_fd(), &self.name, Links::Followed, limit)
    }

    /// Begins a new file beside the old one, which `readers` may read where it replaces none.
    ///
    /// What a writer that was killed had left under its name is removed.
    ///
    /// # Errors
    /// What the system reports.
    pub fn begin(&mut self, readers: Readers) -> Result<NewFile<'_>, FileError> {
        NewFile::begin(self, readers)
    }

    /// Removes what is there, be it a link, and syncs the folder.
    ///
    /// # Errors
    /// What the system reports; see [`FileError::is_absent`].
    pub fn remove(&self) -> Result<(), FileError> {
        rustix::fs::unlinkat(&self.folder, &self.name, AtFlags::empty()).map_err(FileError::of)?;
        self.sync()
    }

    pub(crate) fn sync(&self) -> Result<(), FileError> {
        rustix::fs::fsync(&self.folder).map_err(FileError::of)
    }

    pub(crate) fn folder(&self) -> BorrowedFd<'_> {
        self.folder.as_fd()
    }

    pub(crate) fn name(&self) -> &OsStr {
        &self.name
    }
}

/// Follows links, so that the file is replaced and the link stays.
fn target(path: &Path) -> Result<PathBuf, FileError> {
    match path.canonicalize() {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        Err(_) if path.is_symlink() => Err(FileError::DanglingLink),
        Err(_) => Ok(path.to_owned()),
        Ok(followed) => Ok(followed),
    }
}

/// The lock is the open folder's, and ends with it.
fn lock(folder: &OwnedFd, patience: Duration) -> Result<(), FileError> {
    let until = Instant::now() + patience;
    loop {
        match rustix::fs::flock(folder, FlockOperation::NonBlockingLockExclusive) {
            Err(Errno::WOULDBLOCK) if Instant::now() < until => std::thread::sleep(PAUSE),
            Err(Errno::WOULDBLOCK) => return Err(FileError::Locked),
            locked => return locked.map_err(FileError::of),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_holds_a_folder_is_waited_for_and_not_for_ever() {
        let folder = tempfile::tempdir().expect("a folder");
        let place = Place::of(&folder.path().join("one")).expect("a place");
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let other = rustix::fs::open(folder.path(), flags, Mode::empty()).expect("a folder");
        let begun = Instant::now();
        assert_eq!(lock(&other, Duration::from_millis(30)), Err(FileError::Locked));
        assert!(begun.elapsed() >= Duration::from_millis(30));
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| lock(&other, PATIENCE));
            drop(place);
            assert_eq!(waiting.join().expect("no panic"), Ok(()));
        });
    }
}
