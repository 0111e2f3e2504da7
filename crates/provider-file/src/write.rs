//! Writes one file whole or not at all, in its place in a folder that is no volume's.

use std::ffi::OsString;
use std::io::Write as _;
use std::os::fd::{AsFd as _, OwnedFd};
use std::path::{Path, PathBuf};

use reticent_core::{Expected, PutOptions, Secret};
use reticent_files::{FileError, FileState, NewFile, Place, Readers};

use crate::config::FileOptions;
use crate::error::Problem;
use crate::read::revision_of;
use crate::session::Session;

/// Writes `value`, if the place is as expected.
pub(crate) fn put(
    base: &Path,
    path: &Path,
    value: &Secret,
    options: &PutOptions,
    how: &FileOptions,
) -> Result<(), Problem> {
    let mut place = place(base, &target(base, path)?)?;
    if options.idempotency_token().is_some() && holds(&place, value, how) {
        // A file remembers no tokens; that it holds this very value is what one write would have led to.
        return Ok(());
    }
    let old = expect(&place, options.expected())?;
    let new = write(&mut place, value, how)?;
    match (options.expected(), old) {
        (Some(Expected::Absent), _) => new.create()?,
        (Some(_), Some(seen)) => new.replace_if(&seen)?,
        _ => new.replace()?,
    }
    Ok(())
}

/// Removes the file, if it is as expected.
pub(crate) fn delete(base: &Path, path: &Path, expected: Option<&Expected>) -> Result<(), Problem> {
    let place = place(base, path)?;
    expect(&place, expected)?;
    Ok(place.remove()?)
}

fn place(base: &Path, path: &Path) -> Result<Place, Problem> {
    let (folder, name) = find(base, path)?;
    Ok(Place::within(folder.as_fd(), &name)?)
}

/// Finds the folder of a file that is no volume's.
fn find(base: &Path, path: &Path) -> Result<(OwnedFd, OsString), Problem> {
    let mut session = Session::for_writing();
    let found = session.find(base, path).and_then(|spot| {
        Ok((spot.folder.try_clone_to_owned().map_err(Problem::from)?, spot.name.to_owned()))
    });
    if session.has_volume() { Err(Problem::ReadOnlyMount) } else { found }
}

/// Where the bytes go: through a link to the file that it leads to, so that the link stays.
fn target(base: &Path, path: &Path) -> Result<PathBuf, Problem> {
    find(base, path)?;
    let full = base.join(path);
    match std::fs::symlink_metadata(&full) {
        Ok(metadata) if metadata.is_symlink() => std::fs::canonicalize(&full).map_err(|error| {
            if error.kind() == std::io::ErrorKind::NotFound {
                FileError::DanglingLink.into()
            } else {
                error.into()
            }
        }),
        _ => Ok(path.to_owned()),
    }
}

/// Compares the place with what the writer expects, and returns the state of the file that is there.
fn expect(place: &Place, expected: Option<&Expected>) -> Result<Option<FileState>, Problem> {
    let found = place.state()?;
    let is_expected = match (expected, &found) {
        (None, _) | (Some(Expected::Absent), None) => true,
        (Some(Expected::Revision(seen)), Some(state)) => *seen == revision_of(state, b""),
        _ => false,
    };
    if is_expected { Ok(found) } else { Err(FileError::Changed.into()) }
}

fn holds(place: &Place, value: &Secret, how: &FileOptions) -> bool {
    place.read(how.limit()).is_ok_and(|content| content.into_secret(how.newline()).ct_eq(value))
}

fn write<'a>(place: &'a mut Place, value: &Secret, how: &FileOptions) -> Result<NewFile<'a>, Problem> {
    #[expect(clippy::disallowed_methods, reason = "to the file that is to hold it, of mode 0600 so far")]
    let bytes = value.expose_bytes();
    let ending = how.newline().to_add(bytes);
    if bytes.len() + ending.len() > how.limit() {
        return Err(Problem::CannotHold(how.limit()));
    }
    let mut new = place.begin(Readers::Owner)?;
    new.write_all(bytes)?;
    new.write_all(ending)?;
    Ok(new)
}
