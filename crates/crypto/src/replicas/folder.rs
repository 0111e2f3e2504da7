//! Reports as small files of one folder.

use std::borrow::Cow;
use std::io::Write as _;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use reticent_core::{ErrorKind, SourceError};
use reticent_files::{FileError, Place, Readers};

use super::{ReplicaId, Replicas, Report};

/// What an error about a report names as its source.
const SOURCE: &str = "replicas";

/// How a report ends, so that what else lies in the folder is none.
const ENDING: &str = ".json";

/// The longest report.
const LONGEST: usize = 1 << 20;

/// A folder in which each replica has a file of its own, `NAME.json`, written whole or not at all.
///
/// It is made, with mode 0700, when the first replica reports. Programs of other users or other machines need a folder
/// that is there already and that all of them may write into.
///
/// ```
/// use reticent_crypto::{Key, Keyring, ReplicaFolder, Replicas, Report};
///
/// # let folder = tempfile::tempdir()?;
/// # futures_util::FutureExt::now_or_never(async {
/// let replicas = ReplicaFolder::new(folder.path().join("replicas"));
/// let keyring = Keyring::of("k1".parse()?, Key::generate()?)?;
/// replicas.report(&Report::of("web-1".parse()?, &keyring)).await?;
/// assert_eq!(replicas.reports().await?[0].generation(), keyring.generation());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).unwrap()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct ReplicaFolder {
    path: PathBuf,
}

impl ReplicaFolder {
    /// Takes the folder at `path`, whether it is there yet or not.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    fn file(&self, replica: &ReplicaId) -> PathBuf {
        self.path.join(format!("{replica}{ENDING}"))
    }

    /// Returns who has a file here.
    fn names(&self) -> std::io::Result<Vec<ReplicaId>> {
        let entries = match std::fs::read_dir(&self.path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let mut names = Vec::new();
        for entry in entries {
            let name = entry?.file_name();
            // A hidden one is not in place yet.
            let name = name.to_str().and_then(|name| name.strip_suffix(ENDING));
            names.extend(name.and_then(|name| name.parse::<ReplicaId>().ok()));
        }
        names.sort();
        Ok(names)
    }

    fn read(&self, replica: ReplicaId) -> Result<Option<Report>, SourceError> {
        let path = self.file(&replica);
        let content = match reticent_files::read(&path, LONGEST) {
            // It ended between the look and the reading.
            Err(error) if error.is_absent() => return Ok(None),
            content => content.map_err(|error| of_file(&path, &error))?,
        };
        let bytes = content.into_buffer();
        #[expect(clippy::disallowed_methods, reason = "a report holds no key")]
        let report = Report::parse(replica, bytes.expose_bytes());
        report.map(Some).map_err(|_| {
            SourceError::new(ErrorKind::Malformed, SOURCE)
                .for_key(path.to_string_lossy())
                .with_detail("not a report of a replica")
                .with_hint("a replica that runs writes it anew; remove it if none does")
        })
    }

    fn write(&self, report: &Report) -> Result<(), FileError> {
        let mut place = Place::of(&self.file(&report.replica))?;
        // It is no secret; who may read it is for the folder's mode to say.
        let mut new = place.begin(Readers::Anyone)?;
        new.write_all(&report.to_bytes())?;
        new.replace()
    }
}

#[async_trait]
impl Replicas for ReplicaFolder {
    async fn report(&self, report: &Report) -> Result<(), SourceError> {
        let made = std::fs::DirBuilder::new().mode(0o700).create(&self.path);
        if let Err(error) = made
            && error.kind() != std::io::ErrorKind::AlreadyExists
        {
            return Err(of_file(&self.path, &error.into()));
        }
        self.write(report).map_err(|error| of_file(&self.file(&report.replica), &error))
    }

    async fn reports(&self) -> Result<Vec<Report>, SourceError> {
        let names = self.names().map_err(|error| of_file(&self.path, &error.into()))?;
        let reports = names.into_iter().map(|name| self.read(name));
        reports.filter_map(Result::transpose).collect()
    }

    async fn forget(&self, replica: &ReplicaId) -> Result<(), SourceError> {
        let path = self.file(replica);
        let removed = Place::of(&path).and_then(|place| place.remove());
        removed.map_err(|error| of_file(&path, &error))
    }
}

fn of_file(path: &Path, error: &FileError) -> SourceError {
    let key: Cow<'_, str> = path.to_string_lossy();
    SourceError::new(error.kind(), SOURCE).for_key(key).with_detail(error.to_string())
}
