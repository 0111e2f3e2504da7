//! The configuration's file: where it is, and its text.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use reticent_config::toml::place;

use super::SetupError;

/// The largest configuration: 1 MiB. A device without an end must not fill the memory.
const LARGEST: u64 = 1 << 20;

/// Finds `reticent.toml` in `start` or the nearest folder above it.
///
/// What has that name and is no file, or may not be looked at, is an error: to pass over it would be to run without
/// the declarations that somebody made.
pub(super) fn nearest(start: &Path) -> Result<Option<PathBuf>, SetupError> {
    for folder in start.ancestors() {
        let path = folder.join("reticent.toml");
        match path.symlink_metadata().and_then(|_| path.metadata()) {
            Ok(metadata) if metadata.is_file() => return Ok(Some(path)),
            Ok(_) => return Err(SetupError::new("the configuration is not a regular file").in_file(&path)),
            Err(error) if error.kind() == io::ErrorKind::NotFound && path.symlink_metadata().is_err() => {}
            Err(error) => {
                return Err(SetupError::new("the configuration cannot be looked for")
                    .in_file(&path)
                    .with_cause(error)
                    .with_hint("--config FILE names another one"));
            }
        }
    }
    Ok(None)
}

/// Reads the whole text; the error names a place and repeats nothing.
pub(super) fn text_of(path: &Path) -> Result<String, SetupError> {
    let failed = |error: io::Error| {
        SetupError::new("the configuration cannot be read").in_file(path).with_cause(error)
    };
    let mut bytes = Vec::new();
    File::open(path).and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes)).map_err(failed)?;
    if bytes.len() as u64 > LARGEST {
        return Err(SetupError::new("the configuration is larger than 1 MiB").in_file(path));
    }
    String::from_utf8(bytes).map_err(|error| {
        let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let (line, column) = place(&String::from_utf8_lossy(valid), valid.len());
        SetupError::new("not UTF-8 text").in_file(path).at(line, column)
    })
}
