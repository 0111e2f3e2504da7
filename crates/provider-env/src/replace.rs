//! Replacing a file whole or not at all.
//!
//! The decision: a new file beside the old one, synced, then renamed over it, then the folder synced. Writers lock
//! the folder, which is never itself replaced, so that no lock file is left behind; and the new file always has the
//! same name, so that one which a killed writer left is found and removed by the next.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use reticent_core::SecretBuffer;
use rustix::fs::{FlockOperation, Mode, OFlags};

use crate::file::Attributes;

/// How long a writer waits for another one.
const PATIENCE: Duration = Duration::from_secs(5);

/// How often it looks.
const PAUSE: Duration = Duration::from_millis(5);

/// The right to replace files in one folder, among those who ask for it.
pub(crate) struct Lock(File);

impl Lock {
    /// Locks the folder of `path`.
    ///
    /// # Errors
    /// `TimedOut` when another writer holds it for five seconds; what the system reports.
    pub(crate) fn beside(path: &Path) -> io::Result<Self> {
        let folder = File::open(folder_of(path))?;
        let until = Instant::now() + PATIENCE;
        loop {
            match rustix::fs::flock(&folder, FlockOperation::NonBlockingLockExclusive) {
                Ok(()) => return Ok(Self(folder)),
                Err(rustix::io::Errno::WOULDBLOCK) if Instant::now() < until => std::thread::sleep(PAUSE),
                Err(rustix::io::Errno::WOULDBLOCK) => return Err(io::ErrorKind::TimedOut.into()),
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Puts `bytes` in the place of `path` with these attributes, if `is_unchanged` still holds just before.
    ///
    /// # Errors
    /// What the system reports; the old file then stands as it was. `Ok(false)`: it was not unchanged.
    pub(crate) fn replace(
        &self,
        path: &Path,
        bytes: &SecretBuffer,
        attributes: Attributes,
        is_unchanged: impl FnOnce() -> io::Result<bool>,
    ) -> io::Result<bool> {
        let beside = beside(path);
        remove_if_there(&beside)?;
        let replaced = write_synced(&beside, bytes, attributes).and_then(|()| {
            let unchanged = is_unchanged()?;
            if unchanged {
                fs::rename(&beside, path)?;
            }
            Ok(unchanged)
        });
        if !matches!(replaced, Ok(true)) {
            // The first failure is the one to tell.
            drop(fs::remove_file(&beside));
            return replaced;
        }
        self.0.sync_all()?;
        Ok(true)
    }
}

fn write_synced(path: &Path, bytes: &SecretBuffer, attributes: Attributes) -> io::Result<()> {
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let mut file = File::from(rustix::fs::open(path, flags, Mode::RUSR | Mode::WUSR)?);
    #[expect(clippy::disallowed_methods, reason = "into the file that the caller names")]
    file.write_all(bytes.expose_bytes())?;
    let metadata = file.metadata()?;
    if let Some((user, group)) = attributes.owner.filter(|owner| *owner != (metadata.uid(), metadata.gid())) {
        // A file that changed hands could no longer be read by the program that it is for.
        std::os::unix::fs::fchown(&file, Some(user), Some(group))?;
    }
    rustix::fs::fchmod(&file, Mode::from_raw_mode(attributes.mode))?;
    file.sync_all()
}

fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn beside(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default();
    let mut hidden = std::ffi::OsString::from(".");
    hidden.push(name);
    hidden.push(".reticent-new");
    path.with_file_name(hidden)
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}
