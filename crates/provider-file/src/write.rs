//! Writes one file whole or not at all.
//!
//! The decision: the new file is written beside the old one, synced and renamed, all relative to one opened folder.
//! A crash leaves the old value, and at worst a hidden file of mode 0600 beside it.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::Write as _;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use reticent_core::{Expected, PutOptions, Secret};
use rustix::fs::{AtFlags, FlockOperation, Mode, OFlags};
use rustix::io::Errno;

use crate::config::{FileOptions, Newline};
use crate::error::Problem;
use crate::read;
use crate::session::{Links, Session, Spot, is_link};

/// Writes `value`, if the place is as expected.
pub(crate) fn put(
    base: &Path,
    path: &Path,
    value: &Secret,
    options: &PutOptions,
    how: &FileOptions,
) -> Result<(), Problem> {
    let target = target(base, path)?;
    let place = Place::of(base, &target)?;
    let spot = place.spot();
    if options.idempotency_token().is_some() && holds(&spot, value, how) {
        // A file remembers no tokens; that it holds this very value is what one write would have led to.
        return Ok(());
    }
    let old = expect(&spot, options.expected())?;
    let fresh = Fresh::write(&place, value, old, how)?;
    if options.expected() == Some(&Expected::Absent) {
        fresh.create(&place.name)?;
    } else {
        fresh.replace(&place.name)?;
    }
    Ok(rustix::fs::fsync(&place.readable)?)
}

/// Removes the file, if it is as expected.
pub(crate) fn delete(base: &Path, path: &Path, expected: Option<&Expected>) -> Result<(), Problem> {
    let place = Place::of(base, path)?;
    let old = expect(&place.spot(), expected)?;
    if old.is_none() && !is_link(place.folder.as_fd(), &place.name) {
        return Err(Errno::NOENT.into());
    }
    rustix::fs::unlinkat(&place.folder, &place.name, AtFlags::empty())?;
    Ok(rustix::fs::fsync(&place.readable)?)
}

/// The folder of the file, held by us alone among our kind until it is dropped.
struct Place {
    folder: OwnedFd,
    readable: OwnedFd,
    name: OsString,
}

impl Place {
    fn of(base: &Path, path: &Path) -> Result<Self, Problem> {
        let (folder, name) = find(base, path)?;
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let readable = rustix::fs::openat(&folder, ".", flags, Mode::empty())?;
        rustix::fs::flock(&readable, FlockOperation::LockExclusive)?;
        Ok(Self { folder, readable, name })
    }

    fn spot(&self) -> Spot<'_> {
        Spot { folder: self.folder.as_fd(), name: &self.name, volumes: Vec::new() }
    }
}

/// Finds the folder of a file that is no volume's.
fn find(base: &Path, path: &Path) -> Result<(OwnedFd, OsString), Problem> {
    let mut session = Session::for_writing();
    let found = session.find(base, path).and_then(|spot| {
        Ok((spot.folder.try_clone_to_owned().map_err(Problem::from)?, spot.name.to_owned()))
    });
    if session.has_volume() { Err(Problem::ReadOnlyMount) } else { found }
}

/// Where the bytes go: through a link to the file that it leads to, so that the link stays.
fn target(base: &Path, path: &Path) -> Result<PathBuf, Problem> {
    find(base, path)?;
    let full = base.join(path);
    match std::fs::symlink_metadata(&full) {
        Ok(metadata) if metadata.is_symlink() => std::fs::canonicalize(&full).map_err(|error| {
            if error.kind() == std::io::ErrorKind::NotFound { Problem::DanglingLink } else { error.into() }
        }),
        _ => Ok(path.to_owned()),
    }
}

/// Compares the place with what the writer expects, and returns the mode of the file that is there.
fn expect(spot: &Spot<'_>, expected: Option<&Expected>) -> Result<Option<Mode>, Problem> {
    let found = match read::stat_regular(spot) {
        Ok(stat) => Some(stat),
        Err(Problem::System(Errno::NOENT) | Problem::DanglingLink) => None,
        Err(other) => return Err(other),
    };
    let is_expected = match (expected, &found) {
        (None, _) | (Some(Expected::Absent), None) => true,
        (Some(Expected::Revision(seen)), Some(stat)) => *seen == read::revision_of(stat, b""),
        _ => false,
    };
    if is_expected {
        Ok(found.map(|stat| Mode::from_raw_mode(stat.st_mode)))
    } else {
        Err(Problem::Unexpected)
    }
}

fn holds(spot: &Spot<'_>, value: &Secret, how: &FileOptions) -> bool {
    read::read_at(spot, Links::Followed, how).is_ok_and(|held| held.ct_eq(value))
}

/// A new file under a name that nobody knows; it is gone again unless it is put in place.
struct Fresh<'a> {
    folder: BorrowedFd<'a>,
    name: OsString,
    is_placed: bool,
}

impl<'a> Fresh<'a> {
    fn write(
        place: &'a Place,
        value: &Secret,
        mode: Option<Mode>,
        how: &FileOptions,
    ) -> Result<Self, Problem> {
        #[expect(clippy::disallowed_methods, reason = "to the file that is to hold it, of mode 0600 so far")]
        let bytes = value.expose_bytes();
        let needs_newline = how.newline() == Newline::OneStripped && bytes.ends_with(b"\n");
        if bytes.len() + usize::from(needs_newline) > how.limit() {
            return Err(Problem::CannotHold(how.limit()));
        }
        let (mut file, fresh) = Self::begin(place)?;
        file.write_all(bytes)?;
        if needs_newline {
            file.write_all(b"\n")?;
        }
        if let Some(mode) = mode {
            rustix::fs::fchmod(&file, mode)?;
        }
        file.sync_all()?;
        Ok(fresh)
    }

    fn begin(place: &'a Place) -> Result<(File, Self), Problem> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        loop {
            let number = NEXT.fetch_add(1, Ordering::Relaxed);
            let name = OsString::from(format!(".reticent-{}-{number}.new", std::process::id()));
            match rustix::fs::openat(&place.folder, &name, flags, Mode::RUSR | Mode::WUSR) {
                Ok(file) => {
                    return Ok((file.into(), Self { folder: place.folder.as_fd(), name, is_placed: false }));
                }
                Err(Errno::EXIST) => {}
                Err(errno) => return Err(errno.into()),
            }
        }
    }

    fn replace(mut self, name: &OsStr) -> Result<(), Problem> {
        rustix::fs::renameat(self.folder, &self.name, self.folder, name)?;
        self.is_placed = true;
        Ok(())
    }

    /// Puts it in place only if nothing is there; the other name is removed when this is dropped.
    fn create(self, name: &OsStr) -> Result<(), Problem> {
        Ok(rustix::fs::linkat(self.folder, &self.name, self.folder, name, AtFlags::empty())?)
    }
}

impl Drop for Fresh<'_> {
    fn drop(&mut self) {
        if !self.is_placed {
            // Nothing more can be done about a file that cannot be removed.
            let _ = rustix::fs::unlinkat(self.folder, self.name.as_os_str(), AtFlags::empty());
        }
    }
}
