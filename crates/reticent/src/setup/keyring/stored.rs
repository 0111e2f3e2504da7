//! A keyring in a file: opened under the lock of its folder, changed, and replaced whole.

use std::fs::DirBuilder;
use std::io::{self, Write as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use reticent_core::{ErrorKind, KeyWrap, SourceError};
use reticent_crypto::{Keyring, KeyringFile};
use reticent_files::{FileError, FileState, Place, Readers};

use super::{Keyrings, LONGEST, SOURCE, of_file, told};

/// What a new keyring is called in what binds its keys to it.
const NAME: &str = "keyring";

/// A stored keyring that nobody else changes meanwhile.
///
/// ```
/// use reticent::crypto::{Key, Keyring};
/// use reticent::setup::{Config, Setup};
///
/// # let folder = tempfile::tempdir()?;
/// # let base = folder.path();
/// # tokio::runtime::Builder::new_current_thread().enable_time().build()?.block_on(async {
/// # let text = Key::generate()?.to_text();
/// # std::fs::write(base.join(".env"), [b"KEYRING_KEY=", text.expose_bytes(), b"\n"].concat())?;
/// let setup = Setup::of(Config::without_file(base), None)?;
/// setup.keyrings().create(Keyring::of("k1".parse()?, Key::generate()?)?).await?;
///
/// let mut stored = setup.keyrings().open_to_change().await?;
/// stored.keyring_mut().stage("k2".parse()?, Key::generate()?)?;
/// stored.save()?;
/// assert_eq!(setup.keyrings().open().await?.entries().count(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct StoredKeyring {
    path: PathBuf,
    place: Place,
    seen: FileState,
    file: KeyringFile,
}

impl StoredKeyring {
    pub(super) async fn open(keyrings: &Keyrings<'_>, path: PathBuf) -> Result<Self, SourceError> {
        let place = Place::of(&path).map_err(|error| of_file(&path, error))?;
        let content = place.read(LONGEST).map_err(|error| of_file(&path, error))?;
        let (file, seen) = keyrings.read(&path, content).await?;
        Ok(Self { path, place, seen, file })
    }

    /// Returns the keyring.
    #[must_use]
    pub fn keyring(&self) -> &Keyring {
        self.file.keyring()
    }

    /// Returns the keyring, to be changed.
    pub fn keyring_mut(&mut self) -> &mut Keyring {
        self.file.keyring_mut()
    }

    /// Returns where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Covers the keyring anew by what `other` says: its key or its passphrase; what covered it before opens it no more
    /// once it is saved. Copies of the file that somebody kept go on opening with the old one.
    ///
    /// # Errors
    /// `NotFound`: nothing is where `other` says. `Malformed`: no key, or one that anybody can guess.
    pub async fn cover_anew(&mut self, other: &Keyrings<'_>) -> Result<(), SourceError> {
        let keeper = other.keeper().await?;
        self.file.cover_anew(&*keeper).await.map_err(|error| told(&self.path, &error))
    }

    /// Puts the changed keyring in the place of the one that was opened.
    ///
    /// # Errors
    /// `Conflict`: somebody else has changed the file meanwhile. What the system reports; the old keyring is there then.
    pub fn save(mut self) -> Result<(), SourceError> {
        let bytes = self.file.to_bytes().map_err(|error| told(&self.path, &error))?;
        let mut replace = || -> io::Result<()> {
            let mut new = self.place.begin(Readers::Owner)?;
            new.write_all(&bytes)?;
            Ok(new.replace_if(&self.seen)?)
        };
        replace().map_err(|error| unwritten(&self.path, error))
    }
}

/// Makes the folder of what the program keeps, unless it is there.
pub(super) fn make_folder(folder: &Path) -> Result<(), FileError> {
    match DirBuilder::new().mode(0o700).create(folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error.into()),
        _ => Ok(()),
    }
}

pub(super) async fn create(path: &Path, keyring: Keyring, keeper: &dyn KeyWrap) -> Result<(), SourceError> {
    let file = KeyringFile::new(NAME, keyring, keeper).await.map_err(|error| told(path, &error))?;
    let bytes = file.to_bytes().map_err(|error| told(path, &error))?;
    let mut place = Place::of(path).map_err(|error| of_file(path, error))?;
    let mut create = || -> io::Result<()> {
        let mut new = place.begin(Readers::Owner)?;
        new.write_all(&bytes)?;
        Ok(new.create()?)
    };
    create().map_err(|error| unwritten(path, error))
}

fn unwritten(path: &Path, error: io::Error) -> SourceError {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<FileError>()) {
        Some(inner) => of_file(path, *inner),
        None if error.kind() == io::ErrorKind::AlreadyExists => of_file(path, FileError::AlreadyThere),
        None => {
            let kind = match error.kind() {
                io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                    ErrorKind::AccessDenied
                }
                _ => ErrorKind::Unavailable,
            };
            let own = SourceError::new(kind, SOURCE).for_key(path.to_string_lossy());
            own.with_detail(format!("it was not written: {error}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_may_not_be_written_is_denied_and_a_full_one_unavailable() {
        for (error, want) in [
            (io::ErrorKind::PermissionDenied, ErrorKind::AccessDenied),
            (io::ErrorKind::ReadOnlyFilesystem, ErrorKind::AccessDenied),
            (io::ErrorKind::StorageFull, ErrorKind::Unavailable),
            (io::ErrorKind::AlreadyExists, ErrorKind::Conflict),
        ] {
            assert_eq!(unwritten(Path::new("keyring.json"), error.into()).kind(), want);
        }
    }
}
