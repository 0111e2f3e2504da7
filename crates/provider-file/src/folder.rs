//! A folder of secret files, as Docker and Kubernetes mount one.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::os::fd::BorrowedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use reticent_core::{
    ErrorKind, Metadata, Revision, Secret, SecretInfo, SecretList, SecretRef, SecretSource, SourceError,
};
use reticent_files::{FileError, Links};
use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags, Stat};

use crate::config::FileOptions;
use crate::error::{Problem, expect_scheme, narrow, not_meant};
use crate::read;
use crate::session::Session;
use crate::source::SCHEME;

/// How deep folders are listed.
const DEPTH_LIMIT: usize = 16;

/// Reads the secret files of one folder and of no other: `/run/secrets`, a mounted Kubernetes volume.
///
/// A reference names a file by its path within the folder or by its full path; `..`, and every link but that of a
/// Kubernetes volume, is refused. Files are read as [`FileSource`](crate::FileSource) reads them. It cannot be
/// written: such folders belong to their platform.
///
/// ```
/// use reticent_core::{SecretList, SecretSource};
/// use reticent_provider_file::MountSource;
///
/// # futures_util::FutureExt::now_or_never(async {
/// let folder = tempfile::tempdir()?;
/// std::fs::write(folder.path().join("db"), "correct horse\n")?;
///
/// let source = MountSource::new(folder.path());
/// assert_eq!(source.get(&"file://db".parse()?).await?.len(), 13);
/// assert!(source.get(&"file://../etc/passwd".parse()?).await.is_err());
/// assert_eq!(source.list("").await?.len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).unwrap()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct MountSource {
    folder: PathBuf,
    name: String,
    options: FileOptions,
}

impl MountSource {
    /// Reads the files below `folder`.
    #[must_use]
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        let folder = folder.into();
        let name = format!("{SCHEME}({})", folder.display());
        Self { folder, name, options: FileOptions::default() }
    }

    /// Reads as these options say.
    #[must_use]
    pub fn with_options(mut self, options: FileOptions) -> Self {
        self.options = options;
        self
    }

    /// The path within the folder; every part of it is an ordinary name, and it is written in one way only.
    fn path<'a>(&self, at: &'a SecretRef) -> Result<&'a Path, SourceError> {
        expect_scheme(&self.name, at, SCHEME)?;
        let within =
            self.folder.to_str().and_then(|folder| at.path().strip_prefix(folder)?.strip_prefix('/'));
        let path = within.unwrap_or(at.path());
        if path.split('/').any(|name| name.is_empty() || is_internal(OsStr::new(name))) {
            return Err(not_meant(&self.name, at, "it does not name a file within the folder"));
        }
        Ok(Path::new(path))
    }

    fn finish(&self, at: &SecretRef, read: Result<Secret, Problem>) -> Result<Secret, SourceError> {
        let secret = read.map_err(|problem| problem.at(&self.name, at))?;
        narrow(&self.name, at, secret.with_metadata(Metadata::of_source(self.name.as_str())))
    }
}

#[async_trait]
impl SecretSource for MountSource {
    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.name)
    }

    async fn get(&self, at: &SecretRef) -> Result<Secret, SourceError> {
        let path = self.path(at)?;
        let mut read = read::read_all(&self.folder, &[path], Links::Refused, &self.options);
        self.finish(at, read.pop().unwrap_or(Err(FileError::KeepsChanging.into())))
    }

    async fn get_many(&self, at: &[SecretRef]) -> Vec<Result<Secret, SourceError>> {
        let paths: Vec<Result<&Path, SourceError>> = at.iter().map(|at| self.path(at)).collect();
        let meant: Vec<&Path> = paths.iter().filter_map(|path| path.as_ref().ok().copied()).collect();
        let mut read = read::read_all(&self.folder, &meant, Links::Refused, &self.options).into_iter();
        let answers = at.iter().zip(paths).map(|(at, path)| {
            path?;
            self.finish(at, read.next().unwrap_or(Err(FileError::KeepsChanging.into())))
        });
        answers.collect()
    }

    async fn check(&self) -> Result<(), SourceError> {
        check(&self.folder, &self.name)
    }

    async fn revision(&self, at: &SecretRef) -> Result<Revision, SourceError> {
        let revision = read::revision(&self.folder, self.path(at)?, Links::Refused);
        revision.map_err(|problem| problem.at(&self.name, at))
    }
}

#[async_trait]
impl SecretList for MountSource {
    /// Lists full paths. Entries that begin with `..`, links, and names that no reference can hold are left out.
    async fn list(&self, prefix: &str) -> Result<Vec<SecretInfo>, SourceError> {
        list(&self.folder, prefix, &self.name, SCHEME, &self.folder)
    }
}

/// Whether an entry belongs to the workings of a volume.
fn is_internal(name: &OsStr) -> bool {
    name.as_bytes().starts_with(b"..") || name == "."
}

/// Proves that the folder is there and may be entered.
pub(crate) fn check(folder: &Path, source: &str) -> Result<(), SourceError> {
    let opened = Session::for_writing().folder(folder, Path::new("")).map(drop);
    opened.map_err(|problem| of_folder(problem, source, folder))
}

fn of_folder(problem: Problem, source: &str, folder: &Path) -> SourceError {
    let what = format!("{}", folder.display());
    let cause = match problem {
        Problem::File(error) => error.system(),
        _ => None,
    };
    match cause {
        Some(cause) => SourceError::new(problem.kind(), source).for_key(what).with_cause(cause),
        None => SourceError::new(ErrorKind::Unavailable, source).for_key(what),
    }
}

/// Lists the files below `folder`, as references of `scheme` whose paths begin with `shown`.
pub(crate) fn list(
    folder: &Path,
    prefix: &str,
    source: &str,
    scheme: &str,
    shown: &Path,
) -> Result<Vec<SecretInfo>, SourceError> {
    let look = |session: &mut Session| -> Result<Vec<(PathBuf, Stat)>, Problem> {
        let mut files = Vec::new();
        collect(session, folder, Path::new(""), 0, &mut files)?;
        Ok(files)
    };
    let files = Session::steady(Links::Refused, look, Result::is_ok).and_then(|files| files);
    let files = files.map_err(|problem| of_folder(problem, source, folder))?;
    let infos = files.iter().filter_map(|(path, stat)| {
        let at = SecretRef::new(scheme, shown.join(path).to_str()?).ok()?;
        at.path().starts_with(prefix).then(|| SecretInfo::new(at).with_modified(modified(stat)))
    });
    let mut infos: Vec<SecretInfo> = infos.collect();
    infos.sort_by(|left, right| left.reference().cmp(right.reference()));
    Ok(infos)
}

fn collect(
    session: &mut Session,
    root: &Path,
    below: &Path,
    depth: usize,
    files: &mut Vec<(PathBuf, Stat)>,
) -> Result<(), Problem> {
    for (name, stat) in entries(session.folder(root, below)?)? {
        let path = below.join(&name);
        match FileType::from_raw_mode(stat.st_mode) {
            FileType::RegularFile => files.push((path, stat)),
            FileType::Directory if depth < DEPTH_LIMIT => collect(session, root, &path, depth + 1, files)?,
            _ => {}
        }
    }
    Ok(())
}

fn entries(folder: BorrowedFd<'_>) -> Result<Vec<(std::ffi::OsString, Stat)>, Problem> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let readable = rustix::fs::openat(folder, ".", flags, Mode::empty())?;
    let mut entries = Vec::new();
    for entry in Dir::new(readable)? {
        let entry = entry?;
        let name = OsStr::from_bytes(entry.file_name().to_bytes()).to_owned();
        if !is_internal(&name) {
            let stat = rustix::fs::statat(folder, &name, AtFlags::SYMLINK_NOFOLLOW)?;
            entries.push((name, stat));
        }
    }
    Ok(entries)
}

fn modified(stat: &Stat) -> SystemTime {
    let seconds = u64::try_from(stat.st_mtime).unwrap_or(0);
    SystemTime::UNIX_EPOCH + Duration::new(seconds, u32::try_from(stat.st_mtime_nsec).unwrap_or(0))
}
