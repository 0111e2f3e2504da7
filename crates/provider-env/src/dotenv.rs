//! `dotenv://PATH#KEY`: one value of a `.env` file.

mod read;
mod write;

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use reticent_core::{
    DeleteOptions, ErrorKind, PutOptions, Revision, Secret, SecretInfo, SecretList, SecretRef, SecretSink,
    SecretSource, SourceError, VersionId,
};
use reticent_dotenv::ParseOptions;

use crate::error::OwnKey;
use crate::warning::{Warning, Warnings};
use read::Place;

/// The label of the source, and its scheme.
const NAME: &str = "dotenv";

/// The file that is listed when none is named.
const USUAL_FILE: &str = ".env";

/// Secrets in `.env` files below one folder, or anywhere by absolute path.
///
/// A write changes the bytes of one value. With an idempotency token, a put of the value that is there already is
/// taken for a repeated one. A revision belongs to one value: other lines of the file may change.
///
/// ```
/// use reticent_core::{PutOptions, Secret, SecretSink, SecretSource};
/// use reticent_provider_env::DotenvSource;
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let folder = tempfile::tempdir()?;
/// std::fs::write(folder.path().join(".env"), "# mine\nexport TOKEN='a$b'\n")?;
/// let source = DotenvSource::new(folder.path());
///
/// let at = "dotenv://.env#TOKEN".parse()?;
/// assert_eq!(source.get(&at).await?.len(), 3);
/// source.put(&at, &Secret::copy_of(b"c#d"), &PutOptions::default()).await?;
/// assert_eq!(std::fs::read_to_string(folder.path().join(".env"))?, "# mine\nexport TOKEN='c#d'\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct DotenvSource(Arc<Inner>);

struct Inner {
    folder: PathBuf,
    options: ParseOptions,
    warnings: Warnings,
    key: OwnKey,
}

impl DotenvSource {
    /// Reads in strict-literal mode; relative paths are below `folder`.
    #[must_use]
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self::with_options(folder, ParseOptions::default())
    }

    /// Reads as `options` say.
    ///
    /// ```
    /// use reticent_dotenv::{Mode, ParseOptions};
    /// use reticent_provider_env::DotenvSource;
    ///
    /// let source = DotenvSource::with_options(".", ParseOptions::default().with_mode(Mode::Compose));
    /// assert!(source.warnings().is_empty());
    /// ```
    #[must_use]
    pub fn with_options(folder: impl Into<PathBuf>, options: ParseOptions) -> Self {
        Self(Arc::new(Inner {
            folder: folder.into(),
            options,
            warnings: Warnings::default(),
            key: OwnKey::default(),
        }))
    }

    /// Returns what the reads so far have found that is allowed and unwise.
    #[must_use]
    pub fn warnings(&self) -> Vec<Warning> {
        self.0.warnings.list()
    }
}

#[async_trait]
impl SecretSource for DotenvSource {
    fn name(&self) -> Cow<'_, str> {
        NAME.into()
    }

    async fn get(&self, at: &SecretRef) -> Result<Secret, SourceError> {
        self.0.value(at, &Place::of(at)?, &self.0.document(at)?)
    }

    async fn get_many(&self, at: &[SecretRef]) -> Vec<Result<Secret, SourceError>> {
        // Each file is read and parsed once, so that a file of many keys costs no more than one of few.
        let mut documents = HashMap::new();
        let mut read = |at: &SecretRef| {
            let place = Place::of(at)?;
            let document = documents.entry(at.path().to_owned()).or_insert_with(|| self.0.document(at));
            match document {
                Ok(document) => self.0.value(at, &place, document),
                Err(error) => Err(error.clone().for_key(at.to_string())),
            }
        };
        at.iter().map(&mut read).collect()
    }

    async fn check(&self) -> Result<(), SourceError> {
        if self.0.folder.is_dir() {
            return Ok(());
        }
        let shown = self.0.folder.to_string_lossy();
        let detail = format!("there is no folder {}", reticent_core::Visible(&shown));
        Err(SourceError::new(ErrorKind::Unavailable, NAME).with_detail(detail))
    }

    async fn revision(&self, at: &SecretRef) -> Result<Revision, SourceError> {
        self.0.revision(at, &self.get(at).await?)
    }
}

#[async_trait]
impl SecretSink for DotenvSource {
    async fn put(
        &self,
        at: &SecretRef,
        value: &Secret,
        options: &PutOptions,
    ) -> Result<Option<VersionId>, SourceError> {
        self.0.put(at, value, options).map(|()| None)
    }

    async fn delete(&self, at: &SecretRef, options: &DeleteOptions) -> Result<(), SourceError> {
        self.0.delete(at, options)
    }
}

#[async_trait]
impl SecretList for DotenvSource {
    /// Lists `.env` of the folder, or the one file that `prefix` names.
    async fn list(&self, prefix: &str) -> Result<Vec<SecretInfo>, SourceError> {
        self.0.list(prefix)
    }
}

impl fmt::Debug for DotenvSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DotenvSource")
            .field("folder", &self.0.folder)
            .field("options", &self.0.options)
            .finish_non_exhaustive()
    }
}
