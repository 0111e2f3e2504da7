//! Secret files that a reference names in full.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use reticent_core::{
    DeleteOptions, ErrorKind, Metadata, PutOptions, Revision, Secret, SecretRef, SecretSink, SecretSource,
    SourceError, VersionId,
};
use reticent_files::{FileError, Links, Warning};

use crate::config::FileOptions;
use crate::error::{Problem, expect_scheme, narrow, not_meant};
use crate::read;
use crate::warning;
use crate::write;

/// The scheme of files.
pub(crate) const SCHEME: &str = "file";

/// Reads and writes secret files: `file:///run/secrets/db`, `file://local/db.json#password`.
///
/// A relative path is taken from the base folder. One newline at the end is stripped (see [`FileOptions`]), a field
/// is taken out of JSON, an empty file is an empty value. Only regular files are read, and a pipe is not waited for.
/// Files of one Kubernetes volume that are read together are of one state of it.
///
/// The calls block for as long as the file system takes.
///
/// ```
/// use reticent_core::{SecretRef, SecretSource};
/// use reticent_provider_file::FileSource;
///
/// # futures_util::FutureExt::now_or_never(async {
/// let folder = tempfile::tempdir()?;
/// std::fs::write(folder.path().join("db"), "correct horse\n")?;
///
/// let source = FileSource::new(folder.path());
/// let password = source.get(&"file://db".parse()?).await?;
/// assert_eq!(password.len(), 13);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).unwrap()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct FileSource {
    base: PathBuf,
    options: FileOptions,
}

impl FileSource {
    /// Reads relative paths from `base`; absolute ones are read as they stand.
    #[must_use]
    pub fn new(base: impl Into<PathBuf>) -> Self {
        Self { base: base.into(), options: FileOptions::default() }
    }

    /// Reads as these options say.
    #[must_use]
    pub fn with_options(mut self, options: FileOptions) -> Self {
        self.options = options;
        self
    }

    /// Looks at the file at `at` and says what is unwise about it; the program shows it.
    ///
    /// # Errors
    /// As [`SecretSource::get`]. The value is not read.
    ///
    /// # Security
    /// A group that may read is never warned of, since that is how a file is shared with one service. Others that
    /// may read are, but for read-only mounts, where Docker (0444) and Kubernetes (0644) do so by default.
    /// Anybody else that may write is warned of everywhere.
    pub fn warnings(&self, at: &SecretRef) -> Result<Vec<Warning>, SourceError> {
        let path = self.path(at)?;
        let mounts = std::fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
        warning::inspect(&self.base, path, &mounts).map_err(|problem| self.error(problem, at))
    }

    fn path<'a>(&self, at: &'a SecretRef) -> Result<&'a Path, SourceError> {
        expect_scheme(SCHEME, at, SCHEME)?;
        Ok(Path::new(at.path()))
    }

    /// The path of a file that is to be written, which is whole.
    fn whole_path<'a>(&self, at: &'a SecretRef) -> Result<&'a Path, SourceError> {
        if at.field().is_some() {
            return Err(not_meant(SCHEME, at, "a file is written whole, not one field of it"));
        }
        self.path(at)
    }

    fn error(&self, problem: Problem, at: &SecretRef) -> SourceError {
        problem.at(SCHEME, at)
    }

    fn finish(&self, at: &SecretRef, read: Result<Secret, Problem>) -> Result<Secret, SourceError> {
        let secret = read.map_err(|problem| self.error(problem, at))?;
        narrow(SCHEME, at, secret.with_metadata(Metadata::of_source(SCHEME)))
    }
}

#[async_trait]
impl SecretSource for FileSource {
    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(SCHEME)
    }

    async fn get(&self, at: &SecretRef) -> Result<Secret, SourceError> {
        let path = self.path(at)?;
        let mut read = read::read_all(&self.base, &[path], Links::Followed, &self.options);
        self.finish(at, read.pop().unwrap_or(Err(FileError::KeepsChanging.into())))
    }

    async fn get_many(&self, at: &[SecretRef]) -> Vec<Result<Secret, SourceError>> {
        let paths: Vec<Result<&Path, SourceError>> = at.iter().map(|at| self.path(at)).collect();
        let meant: Vec<&Path> = paths.iter().filter_map(|path| path.as_ref().ok().copied()).collect();
        let mut read = read::read_all(&self.base, &meant, Links::Followed, &self.options).into_iter();
        let answers = at.iter().zip(paths).map(|(at, path)| {
            path?;
            self.finish(at, read.next().unwrap_or(Err(FileError::KeepsChanging.into())))
        });
        answers.collect()
    }

    async fn check(&self) -> Result<(), SourceError> {
        crate::folder::check(&self.base, SCHEME)
    }

    async fn revision(&self, at: &SecretRef) -> Result<Revision, SourceError> {
        read::revision(&self.base, self.path(at)?, Links::Followed).map_err(|problem| self.error(problem, at))
    }
}

#[async_trait]
impl SecretSink for FileSource {
    /// Writes the file anew beside the old one and puts it in its place, with the old one's owner and mode, or 0600.
    ///
    /// Where it cannot be given to the old one's owner, it is refused. Our writers exclude each other; whoever writes
    /// the file by other means is seen, but not kept out. A file of a mounted Kubernetes volume is `Unsupported`.
    async fn put(
        &self,
        at: &SecretRef,
        value: &Secret,
        options: &PutOptions,
    ) -> Result<Option<VersionId>, SourceError> {
        let path = self.whole_path(at)?;
        match write::put(&self.base, path, value, options, &self.options) {
            Ok(()) => Ok(None),
            Err(problem) if problem.kind() == ErrorKind::NotFound => {
                Err(self.error(problem, at).with_hint("make its folder first; a put makes none"))
            }
            Err(problem) => Err(self.error(problem, at)),
        }
    }

    async fn delete(&self, at: &SecretRef, options: &DeleteOptions) -> Result<(), SourceError> {
        let path = self.whole_path(at)?;
        write::delete(&self.base, path, options.expected()).map_err(|problem| self.error(problem, at))
    }
}
