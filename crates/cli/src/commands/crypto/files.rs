//! The files that a person means by some paths.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use reticent::core::Visible;

use crate::context::Context;
use crate::failure::{Failure, Result};

/// Folders that are passed over: what programs keep there is nothing to encrypt.
const FOLDERS: [&str; 2] = [".git", ".reticent"];

/// Files that are passed over: what the keys are found by.
const FILES: [&str; 2] = ["reticent.toml", ".env"];

/// How a file is called that a writer has not put in place.
const UNFINISHED: &str = ".reticent-new";

/// Returns the regular files among `paths` and in the folders among them, in their order and without doublets.
///
/// A link is followed where it is named, and not where it is met. `kept` is never among them.
pub(crate) fn found(paths: &[PathBuf], kept: &[PathBuf], context: &Context) -> Result<BTreeSet<PathBuf>> {
    let mut files = BTreeSet::new();
    for path in paths {
        let path = context.folder().join(path);
        let path = path.canonicalize().map_err(|error| Failure::file("read", &path, &error))?;
        if path.is_dir() {
            within(&path, &mut files)?;
        } else {
            files.insert(path);
        }
    }
    for kept in kept {
        files.remove(&kept.canonicalize().unwrap_or_else(|_| kept.clone()));
    }
    Ok(files)
}

fn within(folder: &Path, files: &mut BTreeSet<PathBuf>) -> Result<()> {
    let unread = |error: io::Error| Failure::file("read", folder, &error);
    for entry in std::fs::read_dir(folder).map_err(unread)? {
        let entry = entry.map_err(unread)?;
        let (name, kind) = (entry.file_name(), entry.file_type().map_err(unread)?);
        let name = name.to_string_lossy();
        if kind.is_dir() && !FOLDERS.contains(&&*name) {
            within(&entry.path(), files)?;
        } else if kind.is_file() && !FILES.contains(&&*name) && !name.ends_with(UNFINISHED) {
            files.insert(entry.path());
        }
    }
    Ok(())
}

/// Writes a path as it is seen from the working directory.
pub(crate) fn shown(path: &str, context: &Context) -> String {
    let folder = context.folder().canonicalize();
    let relative =
        folder.ok().and_then(|folder| Path::new(path).strip_prefix(folder).ok().map(Path::to_path_buf));
    Visible(&relative.unwrap_or_else(|| path.into()).to_string_lossy()).to_string()
}
