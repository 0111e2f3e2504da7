//! Reads one regular file into a secret, and says which state of it that is.

use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;

use reticent_core::{Revision, Secret, SecretBuffer};
use rustix::fs::{AtFlags, FileType, Stat};

use crate::config::{FileOptions, Newline};
use crate::error::Problem;
use crate::session::{Links, Session, Spot};

/// How often a file is read again that changed while it was read.
const ATTEMPTS: usize = 8;

/// Reads the files at `paths` as they were at one time.
pub(crate) fn read_all(
    start: &Path,
    paths: &[&Path],
    links: Links,
    options: &FileOptions,
) -> Vec<Result<Secret, Problem>> {
    let look = |session: &mut Session| -> Vec<Result<Secret, Problem>> {
        paths.iter().map(|path| read_at(&session.find(start, path)?, links, options)).collect()
    };
    let answers = Session::steady(links, look, |answers| answers.iter().all(Result::is_ok));
    answers.unwrap_or_else(|problem| paths.iter().map(|_| Err(problem)).collect())
}

/// Says which state the file at `path` is in.
pub(crate) fn revision(start: &Path, path: &Path, links: Links) -> Result<Revision, Problem> {
    let look = |session: &mut Session| -> Result<Revision, Problem> {
        let spot = session.find(start, path)?;
        let (_, stat) = open_regular(&spot, links)?;
        Ok(revision_of(&stat, &spot.volumes))
    };
    Session::steady(links, look, Result::is_ok)?
}

/// The identity of what is read: device, inode, size, both times, and the state of the volume.
///
/// The time of change tells apart two writes of the same length whose times of modification were set back.
pub(crate) fn revision_of(stat: &Stat, volumes: &[u8]) -> Revision {
    let numbers = format!(
        "{} {} {} {}.{} {}.{} ",
        stat.st_dev,
        stat.st_ino,
        stat.st_size,
        stat.st_mtime,
        stat.st_mtime_nsec,
        stat.st_ctime,
        stat.st_ctime_nsec
    );
    Revision::of([numbers.as_bytes(), volumes].concat())
}

pub(crate) fn read_at(spot: &Spot<'_>, links: Links, options: &FileOptions) -> Result<Secret, Problem> {
    for _ in 0..ATTEMPTS {
        let (file, before) = open_regular(spot, links)?;
        let file = File::from(file);
        let buffer = read_whole(&file, before.st_size, options.limit())?;
        // Whoever writes in place may have been half-way.
        let after = rustix::fs::fstat(&file)?;
        if revision_of(&before, b"") == revision_of(&after, b"") {
            return Ok(strip(buffer, options.newline()).into_secret());
        }
    }
    Err(Problem::KeepsChanging)
}

pub(crate) fn open_regular(spot: &Spot<'_>, links: Links) -> Result<(OwnedFd, Stat), Problem> {
    let file = spot.open(links)?;
    let stat = rustix::fs::fstat(&file)?;
    match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile => Ok((file, stat)),
        other => Err(Problem::not_a_file(other)),
    }
}

/// What is known of a file that is there, whether or not it may be read.
pub(crate) fn stat_regular(spot: &Spot<'_>) -> Result<Stat, Problem> {
    let stat = rustix::fs::statat(spot.folder, spot.name, AtFlags::empty())?;
    match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile => Ok(stat),
        other => Err(Problem::not_a_file(other)),
    }
}

fn read_whole(file: &File, size: i64, limit: usize) -> Result<SecretBuffer, Problem> {
    let size = usize::try_from(size).unwrap_or(0);
    if size > limit {
        return Err(Problem::TooLarge(limit));
    }
    let mut buffer = SecretBuffer::with_capacity(size);
    buffer.read_to_end(file, limit).map_err(|error| match error.kind() {
        io::ErrorKind::FileTooLarge => Problem::TooLarge(limit),
        _ => error.into(),
    })?;
    Ok(buffer)
}

fn strip(mut buffer: SecretBuffer, newline: Newline) -> SecretBuffer {
    #[expect(clippy::disallowed_methods, reason = "the last two bytes are looked at; nothing is copied")]
    let ending = match (newline, buffer.expose_bytes()) {
        (Newline::Kept, _) => 0,
        (Newline::OneStripped, [.., b'\r', b'\n']) => 2,
        (Newline::OneStripped, [.., b'\n']) => 1,
        (Newline::OneStripped, _) => 0,
    };
    buffer.truncate(buffer.len() - ending);
    buffer
}
