//! A new file, which becomes the file whole or is gone.
//!
//! The decision: it is written beside the old one, synced, and renamed over it; then the folder is synced. Its name
//! follows from the file's, so that one which a killed writer left is found and removed by the next. The cost is room
//! for both, and that access lists and extended attributes of the old file are lost.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt as _;

use rustix::fs::{AtFlags, Mode, OFlags};
use rustix::io::Errno;

use crate::error::FileError;
use crate::place::Place;
use crate::state::FileState;
use crate::warning::Readers;

/// How much of a file's name is in that of the new one, which may have 255 bytes.
const NAME_LIMIT: usize = 200;

/// A new file beside the old one. Unless it is put in place, it is removed when it is dropped.
///
/// ```
/// use std::io::Write as _;
/// use reticent_files::{FileError, Place, Readers};
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("db");
/// std::fs::write(&path, "old")?;
/// let mut place = Place::of(&path)?;
/// let mut new = place.begin(Readers::Owner)?;
/// new.write_all(b"half of the ")?;
/// drop(new);
/// assert_eq!(place.begin(Readers::Owner)?.create(), Err(FileError::AlreadyThere));
/// assert_eq!(std::fs::read(&path)?, b"old");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct NewFile<'a> {
    place: &'a Place,
    name: OsString,
    file: File,
    is_placed: bool,
}

impl<'a> NewFile<'a> {
    pub(crate) fn begin(place: &'a Place, readers: Readers) -> Result<Self, FileError> {
        let name = beside(place.name());
        match rustix::fs::unlinkat(place.folder(), &name, AtFlags::empty()) {
            Ok(()) | Err(Errno::NOENT) => {}
            Err(errno) => return Err(FileError::of(errno)),
        }
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let mode = Mode::from_raw_mode(readers.mode_of_a_new_file());
        let file = rustix::fs::openat(place.folder(), &name, flags, mode).map_err(FileError::of)?;
        Ok(Self { place, name, file: file.into(), is_placed: false })
    }

    /// Puts it in the place of whatever file is there, with that one's owner and mode.
    ///
    /// # Errors
    /// [`FileError::NotRegular`]; [`FileError::ChangesHands`]; what the system reports. What was there is still there
    /// then, unless the folder alone could not be synced.
    pub fn replace(self) -> Result<(), FileError> {
        let old = self.place.state()?;
        self.prepare(old.as_ref())?;
        self.rename()
    }

    /// Puts it in the place of the file that was seen, with that one's owner and mode.
    ///
    /// # Errors
    /// [`FileError::Changed`] when the file is in another state by now, or gone; else as [`replace`](Self::replace).
    pub fn replace_if(self, seen: &FileState) -> Result<(), FileError> {
        self.prepare(Some(seen))?;
        if self.place.state()? != Some(*seen) {
            return Err(FileError::Changed);
        }
        self.rename()
    }

    /// Puts it in place only if nothing is there, not even a link.
    ///
    /// # Errors
    /// [`FileError::AlreadyThere`], and what the system reports.
    pub fn create(self) -> Result<(), FileError> {
        self.prepare(None)?;
        let (folder, place) = (self.place.folder(), self.place);
        rustix::fs::linkat(folder, &self.name, folder, place.name(), AtFlags::empty()).map_err(|errno| {
            if errno == Errno::EXIST { FileError::AlreadyThere } else { FileError::of(errno) }
        })?;
        // The other name of the same file goes before the folder is synced.
        drop(self);
        place.sync()
    }

    fn prepare(&self, old: Option<&FileState>) -> Result<(), FileError> {
        if let Some(old) = old {
            self.give_to(old.owner())?;
            rustix::fs::fchmod(&self.file, Mode::from_raw_mode(old.mode())).map_err(FileError::of)?;
        }
        Ok(self.file.sync_all()?)
    }

    /// A file that changed hands could no longer be read by the program that it is for.
    fn give_to(&self, (owner, group): (u32, u32)) -> Result<(), FileError> {
        if FileState::of_open(&self.file)?.owner() == (owner, group) {
            return Ok(());
        }
        std::os::unix::fs::fchown(&self.file, Some(owner), Some(group)).map_err(|error| {
            match Errno::from_io_error(&error) {
                // The second one says that this namespace of users does not know the owner.
                Some(Errno::PERM | Errno::INVAL) => FileError::ChangesHands,
                _ => error.into(),
            }
        })
    }

    fn rename(mut self) -> Result<(), FileError> {
        let folder = self.place.folder();
        rustix::fs::renameat(folder, &self.name, folder, self.place.name()).map_err(FileError::of)?;
        self.is_placed = true;
        self.place.sync()
    }
}

impl Write for NewFile<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for NewFile<'_> {
    fn drop(&mut self) {
        if !self.is_placed {
            // Nothing more can be done about a file that cannot be removed.
            let _ = rustix::fs::unlinkat(self.place.folder(), self.name.as_os_str(), AtFlags::empty());
        }
    }
}

/// A hidden name, made of the file's: of `.env` it is one that `.env.*` in a `.gitignore` has.
fn beside(name: &OsStr) -> OsString {
    let bytes = name.as_bytes();
    let mut hidden = OsString::from(if bytes.starts_with(b".") { "" } else { "." });
    hidden.push(OsStr::from_bytes(&bytes[..bytes.len().min(NAME_LIMIT)]));
    hidden.push(".reticent-new");
    hidden
}
