//! Finds files, in an order that does not depend on the machine.

use std::path::Path;

use crate::Error;

/// Folders that hold no source of ours.
const SKIPPED: [&str; 4] = ["target", ".git", "artifacts", "node_modules"];

/// Lists the files below `folder` with this extension, relative to `root`, sorted; none if there is no folder.
pub(crate) fn below(root: &Path, folder: &str, extension: &str) -> Result<Vec<String>, Error> {
    let mut found = all_below(root, folder)?;
    found.retain(|file| Path::new(file).extension().is_some_and(|found| found == extension));
    Ok(found)
}

/// Lists every file below `folder`, relative to `root`, sorted.
pub(crate) fn all_below(root: &Path, folder: &str) -> Result<Vec<String>, Error> {
    let mut found = Vec::new();
    if root.join(folder).is_dir() {
        walk(root, folder.trim_end_matches('/'), &mut found)?;
    }
    found.sort();
    Ok(found)
}

/// Lists the folders directly in `folder`, by name, sorted.
pub(crate) fn folders_in(root: &Path, folder: &str) -> Result<Vec<String>, Error> {
    let mut names = entries(root, folder)?;
    names.retain(|name| root.join(folder).join(name).is_dir());
    Ok(names)
}

fn walk(root: &Path, folder: &str, found: &mut Vec<String>) -> Result<(), Error> {
    for name in entries(root, folder)? {
        let path = if folder.is_empty() || folder == "." { name.clone() } else { format!("{folder}/{name}") };
        let kind = std::fs::symlink_metadata(root.join(&path))
            .map_err(|cause| Error::new(format!("cannot look at {path}")).because(cause))?;
        if kind.is_file() {
            found.push(path);
        } else if kind.is_dir() && !SKIPPED.contains(&name.as_str()) {
            walk(root, &path, found)?;
        }
    }
    Ok(())
}

fn entries(root: &Path, folder: &str) -> Result<Vec<String>, Error> {
    let cannot = |cause| Error::new(format!("cannot list {folder}")).because(cause);
    let mut names = Vec::new();
    for entry in std::fs::read_dir(root.join(folder)).map_err(cannot)? {
        names.push(entry.map_err(cannot)?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}
