//! From what went wrong to the kind that callers act upon.

use std::path::Path;
use std::sync::OnceLock;

use reticent_core::{
    ErrorKind, FieldError, Fingerprint, FingerprintKey, Secret, SecretRef, SourceError, Version, Visible,
};
use reticent_files::FileError;

/// An error of the source `name` about the reference `at`.
pub(crate) fn about(kind: ErrorKind, name: &str, at: &SecretRef) -> SourceError {
    SourceError::new(kind, name).for_key(at.to_string())
}

/// What is wrong with a file. A file that is not there is the caller's to judge.
pub(crate) fn of_file(name: &str, at: &SecretRef, path: &Path, error: FileError) -> SourceError {
    let kind = match error.kind() {
        // The reference is right: what it leads to is not.
        ErrorKind::InvalidReference => ErrorKind::Malformed,
        ErrorKind::NotFound => ErrorKind::Unavailable,
        kind => kind,
    };
    let shown = path.to_string_lossy();
    let shown = Visible(&shown);
    let told = about(kind, name, at);
    match error.system() {
        Some(cause) if kind == ErrorKind::AccessDenied => {
            told.with_detail(format!("{shown} may not be opened")).with_cause(cause)
        }
        Some(cause) => told.with_detail(format!("{shown} cannot be used")).with_cause(cause),
        None => told.with_detail(format!("{shown}: {error}")),
    }
}

/// Takes the field that `at` names out of `secret`.
pub(crate) fn field(
    name: &str,
    at: &SecretRef,
    field: &reticent_core::Field,
    secret: &Secret,
) -> Result<Secret, SourceError> {
    secret.field(field).map_err(|error| {
        let kind = match error {
            FieldError::Missing { .. } => ErrorKind::NotFound,
            _ => ErrorKind::Malformed,
        };
        let told = about(kind, name, at).with_detail(error.to_string());
        match error.suggestion() {
            Some(meant) => told.with_hint(format!("did you mean \"{}\"?", Visible(meant))),
            None => told,
        }
    })
}

/// Refuses every version but the current one.
pub(crate) fn current_only(name: &str, at: &SecretRef) -> Result<(), SourceError> {
    if *at.version() == Version::Current {
        return Ok(());
    }
    let error = about(ErrorKind::InvalidReference, name, at).with_detail("it has no versions");
    Err(error.with_hint("leave ?version= out"))
}

/// A fingerprint that is comparable within one source alone.
#[derive(Default)]
pub(crate) struct OwnKey(OnceLock<FingerprintKey>);

impl OwnKey {
    pub(crate) fn fingerprint(
        &self,
        name: &str,
        at: &SecretRef,
        secret: &Secret,
    ) -> Result<Fingerprint, SourceError> {
        if self.0.get().is_none() {
            let made = FingerprintKey::random();
            let key = made.map_err(|error| about(ErrorKind::Unavailable, name, at).with_cause(error))?;
            // Another thread's key is as good.
            drop(self.0.set(key));
        }
        Ok(self.0.get().expect("it was set above").fingerprint(secret))
    }
}
