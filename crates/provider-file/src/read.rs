//! Reads regular files into secrets, and says which state of them that is.

use std::path::Path;

use reticent_core::{Revision, Secret};
use reticent_files::{FileState, Links, OpenFile};

use crate::config::FileOptions;
use crate::error::Problem;
use crate::session::{Session, Spot};

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
        // It is opened, so that what may not be read is denied here, too.
        let file = OpenFile::open_at(spot.folder, spot.name, links)?;
        Ok(revision_of(file.state(), &spot.volumes))
    };
    Session::steady(links, look, Result::is_ok)?
}

/// The state of the file and that of the volume.
pub(crate) fn revision_of(state: &FileState, volumes: &[u8]) -> Revision {
    Revision::of([format!("{state} ").as_bytes(), volumes].concat())
}

fn read_at(spot: &Spot<'_>, links: Links, options: &FileOptions) -> Result<Secret, Problem> {
    let content = reticent_files::read_at(spot.folder, spot.name, links, options.limit())?;
    Ok(content.into_secret(options.newline()))
}
