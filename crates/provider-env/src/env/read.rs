//! Which of `NAME` and `NAME_FILE` counts, and what it holds.

use std::path::{Path, PathBuf};

use reticent_core::{ErrorKind, Metadata, Secret, SecretBuffer, SecretRef, SourceError, Visible};
use reticent_files::{FileError, FileState, Newline};

use super::{FileRule, Inner, NAME, SUFFIX};
use crate::error::{about, current_only, of_file};

/// The largest file that holds one secret.
const LARGEST: usize = 1 << 20;

/// Where a value is.
pub(super) enum Found {
    Variable(Secret),
    File(PathBuf),
}

impl Inner {
    /// Decides where the value of `at` is, without opening a file.
    pub(super) fn find(&self, at: &SecretRef) -> Result<Found, SourceError> {
        let name = checked(at)?;
        let variable = self.variable(name);
        match (variable, self.path(name)) {
            (Some(variable), None) => Ok(Found::Variable(variable)),
            (None, None) => Err(absent(at, self.file_rule)),
            (variable, Some(path)) => self.choose(at, variable, path),
        }
    }

    fn choose(&self, at: &SecretRef, variable: Option<Secret>, path: PathBuf) -> Result<Found, SourceError> {
        if self.file_rule == FileRule::PythonHelper {
            return match variable {
                Some(variable) if !path.exists() => Ok(Found::Variable(variable)),
                None if !path.exists() => Err(absent(at, self.file_rule)),
                _ => Ok(Found::File(path)),
            };
        }
        if variable.is_some_and(|variable| !variable.is_empty()) {
            let name = Visible(at.path());
            let error = about(ErrorKind::Conflict, NAME, at)
                .with_detail(format!("{name} and {name}{SUFFIX} are both set"));
            return Err(error.with_hint("keep one of them"));
        }
        Ok(Found::File(path))
    }

    fn variable(&self, name: &str) -> Option<Secret> {
        let bytes = self.environment.variable(name)?.into_encoded_bytes();
        Some(Secret::from_vec(bytes).with_metadata(Metadata::of_source(NAME)))
    }

    /// The path in `NAME_FILE`; an empty one is none.
    fn path(&self, name: &str) -> Option<PathBuf> {
        if self.file_rule == FileRule::Off {
            return None;
        }
        let path = self.environment.variable(&format!("{name}{SUFFIX}"))?;
        (!path.is_empty()).then(|| path.into())
    }

    /// Reads the file that `NAME_FILE` names.
    pub(super) fn file(&self, at: &SecretRef, path: &Path) -> Result<Secret, SourceError> {
        let content = reticent_files::read(path, LARGEST).map_err(|error| named(at, path, error))?;
        self.warnings.judge(path, &content);
        let value = match self.file_rule {
            FileRule::PythonHelper => without_blanks(content.into_buffer()),
            _ => content.into_secret(Newline::OneStripped),
        };
        Ok(value.with_metadata(Metadata::of_source(NAME)))
    }

    /// Looks at the file that `NAME_FILE` names.
    pub(super) fn state(&self, at: &SecretRef, path: &Path) -> Result<FileState, SourceError> {
        FileState::of(path).map_err(|error| named(at, path, error))
    }
}

/// Refuses what no variable can be called.
fn checked(at: &SecretRef) -> Result<&str, SourceError> {
    current_only(NAME, at)?;
    if at.path().contains('=') {
        let error = about(ErrorKind::InvalidReference, NAME, at);
        return Err(error.with_detail("a variable's name holds no ="));
    }
    Ok(at.path())
}

fn absent(at: &SecretRef, file_rule: FileRule) -> SourceError {
    let name = Visible(at.path());
    let hint = match file_rule {
        FileRule::Off => format!("set {name}"),
        _ => format!("set {name}, or {name}{SUFFIX} to the path of a file that holds it"),
    };
    about(ErrorKind::NotFound, NAME, at).with_hint(hint)
}

/// A file that was named must be there: it is `Malformed`, since a chain would fall through on `NotFound`.
fn named(at: &SecretRef, path: &Path, error: FileError) -> SourceError {
    let name = Visible(at.path());
    if !error.is_absent() && error != FileError::DanglingLink {
        return of_file(NAME, at, path, error).with_hint(format!("{name}{SUFFIX} names this file"));
    }
    let shown = path.to_string_lossy();
    about(ErrorKind::Malformed, NAME, at)
        .with_detail(format!("{name}{SUFFIX} names {}, which is not there", Visible(&shown)))
        .with_hint(format!("create the file, or unset {name}{SUFFIX}"))
}

/// Takes white space off both ends, as Python's `str.strip` does where the file is text.
fn without_blanks(bytes: SecretBuffer) -> Secret {
    #[expect(clippy::disallowed_methods, reason = "copied without its ends into a secret of exact capacity")]
    let whole = bytes.expose_bytes();
    match std::str::from_utf8(whole) {
        Ok(text) => Secret::copy_of(text.trim().as_bytes()),
        Err(_) => Secret::copy_of(whole.trim_ascii()),
    }
}
