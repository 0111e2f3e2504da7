//! Files as a collection: sealed files, files that hold one sealed value, and files that hold a Fernet token.
//!
//! Each file is encrypted anew beside the old one and takes its place only if the old one is still what was read.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Seek as _, Write};
use std::ops::Bound;
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use reticent_core::{ErrorKind, SourceError};
use reticent_files::{FileError, NewFile, OpenFile, Place, Readers};
use zeroize::Zeroizing;

use super::form::Form;
use super::step::Step;
use super::within::Within;
use super::{Collection, Cover, Job, Outcome};
use crate::context::Context;
use crate::keyring::Permission;
use crate::sealer::{Sealed, Sealer};
use crate::stream::Encryptor;

/// How much plaintext is on its way from one file to the other.
const PIECE: usize = 64 << 10;

/// Why a file is left alone that may be sealed.
const UNCLEAR: &str = "it begins as an encrypted value does, and is none";

/// Why it is not known which keys a long file needs.
const TOO_LONG: &str = "it may hold Fernet tokens, and is too long to tell whose";

/// Why a file is not sealed as a whole.
const HIDDEN: &str =
    "values stand in it that are encrypted, and nobody would see any more which keys they need";

/// The longest job file.
const LONGEST_JOB: usize = 64 << 20;

/// What the source of an error is called.
const SOURCE: &str = "files";

/// Files that are encrypted anew together, all in one context.
///
/// A file is a sealed one (`RTC1`), or holds one sealed value (`rt1`) or one Fernet token, with a line break behind it
/// or without. Any other is not encrypted: it fails, unless [`with_plaintext`](Self::with_plaintext) lets it be sealed.
/// What begins as one of these and is none is never taken for plaintext, and frees no key. Nor does a file in which
/// ciphertexts stand, and it is not sealed as a whole, which would hide them.
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
    keeps_fernet: bool,
}

impl FileSet {
    /// Takes these files, and keeps how far a job has come in the file `job`.
    ///
    /// # Errors
    /// `Unsupported` when a path is no UTF-8, or is the job's.
    pub fn new(
        files: impl IntoIterator<Item = PathBuf>,
        context: &Context,
        job: PathBuf,
    ) -> Result<Self, SourceError> {
        let refused = |path: &Path, why: &'static str| {
            let error = SourceError::new(ErrorKind::Unsupported, SOURCE).for_key(path.to_string_lossy());
            Err(error.with_detail(why))
        };
        let named = |path: PathBuf| match path.to_str() {
            Some(_) if path == job => refused(&path, "it is where the job is kept"),
            Some(name) => Ok((name.to_owned(), path)),
            None => refused(&path, "its name is not UTF-8"),
        };
        let files: BTreeMap<_, _> = files.into_iter().map(named).collect::<Result<_, _>>()?;
        Ok(Self { files, context: context.clone(), job, takes_plaintext: false, keeps_fernet: false })
    }

    /// Encrypts files that are not encrypted yet, too.
    #[must_use]
    pub fn with_plaintext(mut self) -> Self {
        self.takes_plaintext = true;
        self
    }

    /// Keeps a Fernet token one, under its own time, as Python's `MultiFernet.rotate` does; without this it becomes a
    /// sealed value.
    #[must_use]
    pub fn with_fernet_kept(mut self) -> Self {
        self.keeps_fernet = true;
        self
    }

    fn rewrap_one(&self, path: &Path, sealer: &Sealer) -> Result<Outcome, Problem> {
        let mut place = match Place::of(path) {
            Err(error) if is_gone(&error, path) => return Ok(Outcome::Current),
            place => place?,
        };
        let open = match OpenFile::open(path) {
            Err(error) if is_gone(&error, path) => return Ok(Outcome::Current),
            open => open?,
        };
        let state = *open.state();
        let mut file = open.into_file();
        Step::Read.reached();
        let new = match Form::of(&mut file, &state, sealer)? {
            Form::Sealed => self.rewrap_sealed(file, sealer, &mut place)?,
            Form::Value(text) => self.rewrap_value(&text, sealer, &mut place)?,
            Form::Plain if self.takes_plaintext => {
                let within = Within::of(&mut file, state.size(), sealer)?;
                if within != Within::default() {
                    return Ok(Outcome::Failed(HIDDEN.to_owned()));
                }
                file.rewind()?;
                Some(self.seal(file, sealer, &mut place)?)
            }
            Form::Plain => return Ok(Outcome::Failed("it is not encrypted".to_owned())),
            Form::Unclear => return Ok(Outcome::Failed(UNCLEAR.to_owned())),
        };
        let Some(new) = new else { return Ok(Outcome::Current) };
        Step::Written.reached();
        new.replace_if(&state)?;
        Step::Replaced.reached();
        Ok(Outcome::Rewrapped)
    }

    fn rewrap_sealed<'p>(
        &self,
        file: File,
        sealer: &Sealer,
        place: &'p mut Place,
    ) -> Result<Option<NewFile<'p>>, Problem> {
        let old = sealer.decryptor_for(Permission::Rewrap, &self.context, io::BufReader::new(file))?;
        if sealer.is_current(old.key_id()) {
            return Ok(None);
        }
        self.seal(old, sealer, place).map(Some)
    }

    fn rewrap_value<'p>(
        &self,
        text: &str,
        sealer: &Sealer,
        place: &'p mut Place,
    ) -> Result<Option<NewFile<'p>>, Problem> {
        let value = text.trim_ascii_end();
        let sealed = match sealer.inspect(value) {
            Some(Sealed::Fernet(_)) if self.keeps_fernet => sealer.rewrap_fernet(value)?,
            _ => sealer.rewrap(&self.context, value)?,
        };
        if sealed == value {
            return Ok(None);
        }
        let mut new = place.begin(Readers::Owner)?;
        Step::Begun.reached();
        new.write_all(sealed.as_bytes())?;
        new.write_all(&text.as_bytes()[value.len()..])?;
        Ok(Some(new))
    }

    /// Writes what `plaintext` holds into a new sealed file.
    fn seal<'p>(
        &self,
        plaintext: impl Read,
        sealer: &Sealer,
        place: &'p mut Place,
    ) -> Result<NewFile<'p>, Problem> {
        let new = place.begin(Readers::Owner)?;
        Step::Begun.reached();
        let mut encryptor = sealer.encryptor(&self.context, new)?;
        copy(plaintext, &mut encryptor)?;
        Ok(encryptor.finish()?)
    }

    fn cover_of(path: &Path, sealer: &Sealer) -> Result<Cover, Problem> {
        let open = match OpenFile::open(path) {
            Err(error) if is_gone(&error, path) => return Ok(Cover::Gone),
            open => open?,
        };
        let state = *open.state();
        let mut file = open.into_file();
        match Form::of(&mut file, &state, sealer)? {
            Form::Sealed => Ok(Cover::Key(crate::stream::read_id(&mut file)?)),
            Form::Value(text) => Ok(match sealer.inspect(text.trim_ascii_end()) {
                Some(Sealed::Key(id)) => Cover::Key(id),
                Some(Sealed::Fernet(id)) => Cover::Fernet(id),
                None => Cover::Plain,
            }),
            Form::Unclear => Ok(Cover::Unreadable(UNCLEAR.to_owned())),
            Form::Plain => {
                let Within { keys, is_unclear } = Within::of(&mut file, state.size(), sealer)?;
                Ok(match (is_unclear, keys.is_empty()) {
                    (true, _) => Cover::Unreadable(TOO_LONG.to_owned()),
                    (false, true) => Cover::Plain,
                    (false, false) => Cover::Within(keys),
                })
            }
        }
    }
}

/// Tells whether the file alone is gone: a folder that is not there may come back with all that needs a key.
fn is_gone(error: &FileError, path: &Path) -> bool {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    error.is_absent() && folder.unwrap_or(Path::new(".")).is_dir()
}

/// Copies through a buffer that is wiped, which [`io::copy`]'s is not.
fn copy<W: Write>(mut plaintext: impl Read, encryptor: &mut Encryptor<W>) -> io::Result<()> {
    let mut piece = Zeroizing::new(vec![0; PIECE]);
    loop {
        match plaintext.read(&mut piece) {
            Ok(0) => return Ok(()),
            Ok(length) => encryptor.write_all(&piece[..length])?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
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
        match error.get_ref().and_then(|inner| inner.downcast_ref::<crate::Error>()) {
            Some(inner) => Self::Crypto(inner.clone()),
            None => Self::Io(error),
        }
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
        Step::Noted.reached();
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
    SourceError::new(ErrorKind::Unavailable, "the file").for_key(place).with_detail(problem.to_string())
}
