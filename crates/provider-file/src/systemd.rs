//! The credentials that systemd hands to a service.

use std::borrow::Cow;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use reticent_core::{
    ErrorKind, Metadata, Revision, Secret, SecretInfo, SecretList, SecretRef, SecretSource, SourceError,
};
use reticent_files::{FileError, Links, Newline};

use crate::config::FileOptions;
use crate::error::{expect_scheme, narrow, not_meant};
use crate::folder;
use crate::read;

/// The scheme, and the label, of credentials.
const SCHEME: &str = "systemd";

/// The variable in which systemd names the folder.
const VARIABLE: &str = "CREDENTIALS_DIRECTORY";

/// Reads the credentials of this service: `systemd://db` is the file `db` in `$CREDENTIALS_DIRECTORY`.
///
/// The bytes are served as they are: no newline is stripped. Up to 1 MiB, as systemd allows.
///
/// ```
/// use reticent_core::SecretSource;
/// use reticent_provider_file::SystemdSource;
///
/// # futures_util::FutureExt::now_or_never(async {
/// let folder = tempfile::tempdir()?;
/// std::fs::write(folder.path().join("db"), "correct horse")?;
///
/// let source = SystemdSource::at(folder.path());
/// assert_eq!(source.get(&"systemd://db".parse()?).await?.len(), 13);
///
/// let outside = SystemdSource::from_lookup(|_| None);
/// let error = outside.get(&"systemd://db".parse()?).await.unwrap_err();
/// assert!(error.hint().is_some_and(|hint| hint.contains("LoadCredential=db")));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).unwrap()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct SystemdSource {
    folder: Option<PathBuf>,
}

impl SystemdSource {
    /// Reads the credentials in `folder`.
    #[must_use]
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self { folder: Some(folder.into()) }
    }

    /// Takes the folder from a variable of an environment; without it every credential is absent.
    #[must_use]
    pub fn from_lookup(lookup: impl FnOnce(&str) -> Option<OsString>) -> Self {
        Self { folder: lookup(VARIABLE).filter(|folder| !folder.is_empty()).map(PathBuf::from) }
    }

    /// Takes the folder from the environment of this process.
    #[must_use]
    pub fn from_environment() -> Self {
        Self::from_lookup(|name| std::env::var_os(name))
    }

    fn options() -> FileOptions {
        FileOptions::default().with_newline(Newline::Kept)
    }

    fn folder(&self, at: &str, id: &str) -> Result<&Path, SourceError> {
        self.folder.as_deref().ok_or_else(|| {
            SourceError::new(ErrorKind::NotFound, SCHEME)
                .for_key(at)
                .with_detail(format!("{VARIABLE} is not set"))
                .with_hint(format!("run it as a systemd service with LoadCredential={id}:…"))
        })
    }

    fn place<'a>(&'a self, at: &'a SecretRef) -> Result<(&'a Path, &'a Path), SourceError> {
        expect_scheme(SCHEME, at, SCHEME)?;
        let id = at.path();
        if id.contains('/') || id == "." || id == ".." {
            return Err(not_meant(SCHEME, at, "a credential's name is one file name"));
        }
        Ok((self.folder(&at.to_string(), id)?, Path::new(id)))
    }
}

#[async_trait]
impl SecretSource for SystemdSource {
    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(SCHEME)
    }

    async fn get(&self, at: &SecretRef) -> Result<Secret, SourceError> {
        let mut answers = self.get_many(std::slice::from_ref(at)).await;
        answers.pop().unwrap_or_else(|| Err(SourceError::new(ErrorKind::Unavailable, SCHEME)))
    }

    async fn get_many(&self, at: &[SecretRef]) -> Vec<Result<Secret, SourceError>> {
        // A credential does not change while the service runs, so that each may be read for itself.
        let read = |at: &SecretRef| {
            let (folder, id) = self.place(at)?;
            let mut answers = read::read_all(folder, &[id], Links::Refused, &Self::options());
            let answer = answers.pop().unwrap_or(Err(FileError::KeepsChanging.into()));
            let secret = answer.map_err(|problem| problem.at(SCHEME, at))?;
            narrow(SCHEME, at, secret.with_metadata(Metadata::of_source(SCHEME)))
        };
        at.iter().map(read).collect()
    }

    async fn check(&self) -> Result<(), SourceError> {
        folder::check(self.folder(VARIABLE, "name")?, SCHEME)
    }

    async fn revision(&self, at: &SecretRef) -> Result<Revision, SourceError> {
        let (folder, id) = self.place(at)?;
        read::revision(folder, id, Links::Refused).map_err(|problem| problem.at(SCHEME, at))
    }
}

#[async_trait]
impl SecretList for SystemdSource {
    async fn list(&self, prefix: &str) -> Result<Vec<SecretInfo>, SourceError> {
        let folder = self.folder(VARIABLE, "name")?;
        folder::list(folder, prefix, SCHEME, SCHEME, Path::new(""))
    }
}
