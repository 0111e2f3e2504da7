//! Files as a collection: sealed files, files that hold one sealed value, and files that hold a Fernet token.
//!
//! Each file is encrypted anew beside the old one and takes its place only if the old one is still what was read.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, Write};
use std::ops::Bound;
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use reticent_core::{ErrorKind, SourceError};
use reticent_files::{FileError, FileState, NewFile, OpenFile, Place, Readers};
use zeroize::Zeroizing;

use super::{Collection, Cover, Job, Outcome};
use crate::context::Context;
use crate::keyring::Permission;
use crate::sealer::{Sealed, Sealer};

/// The longest file that is read as one value.
const LONGEST_VALUE: u64 = 16 << 20;

/// The longest job file.
const LONGEST_JOB: usize = 64 << 20;

/// What the source of an error is called.
const SOURCE: &str = "files";

/// Files that are encrypted anew together, all in one context.
///
/// A file is a sealed one (`RTC1`), or holds one sealed value (`rt1`) or one Fernet token, with a line break behind it
/// or without. Any other is not encrypted: it fails, unless [`with_plaintext`](Self::with_plaintext) lets it be sealed.
///
/// ```
/// use reticent_crypto::Context;
/// use reticent_crypto::rewrap::{Collection, FileSet};
///
/// let files = FileSet::new(["b".into(), "a".into()], &Context::new("config"), "job".into())?;
/// assert_eq!(files.name(), "files");
/// # Ok::<(), reticent_core::SourceError>(())
/// ```
#[derive(Debug)]
pub struct FileSet {
    files: BTreeMap<String, PathBuf>,
    context: Context,
    job: PathBuf,
    takes_plaintext: bool,
}

impl FileSet {
    /// Takes these files, and keeps how far a job has come in the file `job`.
    ///
    /// # Errors
    /// `Unsupported` when a path is no UTF-8.
    pub fn new(
        files: impl IntoIterator<Item = PathBuf>,
        context: &Context,
        job: PathBuf,
    ) -> Result<Self, SourceError> {
        let named = |path: PathBuf| match path.to_str() {
            Some(name) => Ok((name.to_owned(), path)),
            None => Err(SourceError::new(ErrorKind::Unsupported, SOURCE)
                .for_key(path.to_string_lossy())
                .with_detail("its name is not UTF-8")),
        };
        let files: Result<_, _> = files.into_iter().map(named).collect();
        Ok(Self { files: files?, context: context.clone(), job, takes_plaintext: false })
    }

    /// Encrypts files that are not encrypted yet, too.
    #[must_use]
    pub fn with_plaintext(mut self) -> Self {
        self.takes_plaintext = true;
        self
    }

    fn rewrap_one(&self, path: &Path, sealer: &Sealer) -> Result<Outcome, Problem> {
        let mut place = match Place::of(path) {
            Err(error) if error.is_absent() => return Ok(Outcome::Current),
            place => place?,
        };
        let open = match OpenFile::open(path) {
            Err(error) if error.is_absent() => return Ok(Outcome::Current),
            open => open?,
        };
        let state = *open.state();
        let mut file = open.into_file();
        let form = Form::of(&mut file, &state)?;
        let new = place.begin(Readers::Owner)?;
        let new = match form {
            Form::Sealed => self.rewrap_sealed(file, sealer, new)?,
            Form::Value(text) => self.rewrap_value(&text, sealer, new)?,
            Form::Plain if self.takes_plaintext => Some(self.seal_plain(file, sealer, new)?),
            Form::Plain => return Ok(Outcome::Failed("it is not encrypted".to_owned())),
        };
        let Some(new) = new else { return Ok(Outcome::Current) };
        new.replace_if(&state)?;
        Ok(Outcome::Rewrapped)
    }

    fn rewrap_sealed<'p>(
        &self,
        file: File,
        sealer: &Sealer,
        new: NewFile<'p>,
    ) -> Result<Option<NewFile<'p>>, Problem> {
        let mut old = sealer.decryptor_for(Permission::Rewrap, &self.context, io::BufReader::new(file))?;
        if sealer.is_current(old.key_id()) {
            return Ok(None);
        }
        let mut encryptor = sealer.encryptor(&self.context, new)?;
        io::copy(&mut old, &mut encryptor)?;
        Ok(Some(encryptor.finish()?))
    }

    fn rewrap_value<'p>(
        &self,
        text: &str,
        sealer: &Sealer,
        mut new: NewFile<'p>,
    ) -> Result<Option<NewFile<'p>>, Problem> {
        let value = text.trim_ascii_end();
        let sealed = sealer.rewrap(&self.context, value)?;
        if sealed == value {
            return Ok(None);
        }
        new.write_all(sealed.as_bytes())?;
        new.write_all(&text.as_bytes()[value.len()..])?;
        Ok(Some(new))
    }

    fn seal_plain<'p>(
        &self,
        mut file: File,
        sealer: &Sealer,
        new: NewFile<'p>,
    ) -> Result<NewFile<'p>, Problem> {
        let mut encryptor = sealer.encryptor(&self.context, new)?;
        let mut chunk = Zeroizing::new(vec![0; 64 << 10]);
        loop {
            match file.read(&mut chunk)? {
                0 => return Ok(encryptor.finish()?),
                length => encryptor.write_all(&chunk[..length])?,
            }
        }
    }

    fn cover_of(path: &Path, sealer: &Sealer) -> Result<Cover, Problem> {
        let open = match OpenFile::open(path) {
            Err(error) if error.is_absent() => return Ok(Cover::Gone),
            open => open?,
        };
        let state = *open.state();
        let mut file = open.into_file();
        match Form::of(&mut file, &state)? {
            Form::Sealed => Ok(Cover::Key(crate::stream::read_id(&mut file)?)),
            Form::Value(text) => Ok(match sealer.inspect(text.trim_ascii_end()) {
                Some(Sealed::Key(id)) => Cover::Key(id),
                Some(Sealed::Fernet(id)) => Cover::Fernet(id),
                None => Cover::Plain,
            }),
            Form::Plain => Ok(Cover::Plain),
        }
    }
}

/// What a file holds.
enum Form {
    Sealed,
    Value(String),
    Plain,
}

impl Form {
    /// Looks at a file, and leaves it at its beginning.
    fn of(file: &mut File, state: &FileState) -> io::Result<Self> {
        let mut start = Vec::with_capacity(8);
        (&*file).take(8).read_to_end(&mut start)?;
        file.rewind()?;
        if start.starts_with(b"RTC1") {
            return Ok(Self::Sealed);
        }
        if state.size() > LONGEST_VALUE || !Sealed::may_begin_with(&start) {
            return Ok(Self::Plain);
        }
        let mut text = Zeroizing::new(Vec::new());
        (&*file).take(LONGEST_VALUE).read_to_end(&mut text)?;
        file.rewind()?;
        let value = std::str::from_utf8(&text).ok().filter(|text| Sealed::is_one(text.trim_ascii_end()));
        Ok(value.map_or(Self::Plain, |text| Self::Value(text.to_owned())))
    }
}

/// Why one file was not encrypted anew.
enum Problem {
    File(FileError),
    Io(io::Error),
    Crypto(crate::Error),
}

impl Problem {
    /// Tells whether the next file would fail as well.
    fn of_all(&self) -> bool {
        let error = match self {
            Self::Io(error) => Some(error.kind()),
            Self::File(error) => error.system().map(|error| error.kind()),
            Self::Crypto(error) => return matches!(error, crate::Error::NoRandomness),
        };
        matches!(
            error,
            Some(
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::ReadOnlyFilesystem
            )
        )
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(error) => error.fmt(f),
            Self::Io(error) => error.fmt(f),
            Self::Crypto(error) => error.fmt(f),
        }
    }
}

impl From<FileError> for Problem {
    fn from(error: FileError) -> Self {
        Self::File(error)
    }
}

impl From<io::Error> for Problem {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<crate::Error> for Problem {
    fn from(error: crate::Error) -> Self {
        Self::Crypto(error)
    }
}

#[async_trait]
impl Collection for FileSet {
    fn name(&self) -> &str {
        SOURCE
    }

    async fn count(&mut self) -> Result<u64, SourceError> {
        Ok(self.files.len() as u64)
    }

    async fn page(&mut self, after: Option<&str>, limit: usize) -> Result<Vec<String>, SourceError> {
        let start = after.map_or(Bound::Unbounded, Bound::Excluded);
        Ok(self
            .files
            .range::<str, _>((start, Bound::Unbounded))
            .take(limit)
            .map(|(id, _)| id.clone())
            .collect())
    }

    async fn covers(&mut self, ids: &[String], sealer: &Sealer) -> Result<Vec<Cover>, SourceError> {
        let cover = |id: &String| {
            let cover = self.files.get(id).map_or(Ok(Cover::Gone), |path| Self::cover_of(path, sealer));
            cover.unwrap_or_else(|problem| Cover::Unreadable(problem.to_string()))
        };
        Ok(ids.iter().map(cover).collect())
    }

    async fn rewrap(&mut self, ids: &[String], sealer: &Sealer, job: &mut Job) -> Result<(), SourceError> {
        for id in ids {
            let result =
                self.files.get(id).map_or(Ok(Outcome::Current), |path| self.rewrap_one(path, sealer));
            match result {
                Ok(outcome) => job.note(id, outcome),
                Err(problem) if problem.of_all() => {
                    self.keep(job).await?;
                    return Err(unavailable(id, &problem));
                }
                Err(problem) => job.note(id, Outcome::Failed(problem.to_string())),
            }
        }
        self.keep(job).await
    }

    async fn job(&mut self) -> Result<Option<Job>, SourceError> {
        let content = match reticent_files::read(&self.job, LONGEST_JOB) {
            Err(error) if error.is_absent() => return Ok(None),
            content => content.map_err(|error| unavailable(&self.job.to_string_lossy(), &error))?,
        };
        let bytes = content.into_buffer();
        #[expect(clippy::disallowed_methods, reason = "a job holds names and numbers and no secret")]
        let job = serde_json::from_slice(bytes.expose_bytes());
        // What is no job of ours is begun anew: what it had done is seen to be done.
        Ok(job.ok())
    }

    async fn keep(&mut self, job: &Job) -> Result<(), SourceError> {
        let bytes = serde_json::to_vec_pretty(job).expect("names and numbers are JSON");
        let keep = || -> Result<(), Problem> {
            let mut place = Place::of(&self.job)?;
            let mut new = place.begin(Readers::Owner)?;
            new.write_all(&bytes)?;
            Ok(new.replace()?)
        };
        keep().map_err(|problem| unavailable(&self.job.to_string_lossy(), &problem))
    }
}

fn unavailable(place: &str, problem: &impl std::fmt::Display) -> SourceError {
    SourceError::new(ErrorKind::Unavailable, SOURCE).for_key(place).with_detail(problem.to_string())
}
