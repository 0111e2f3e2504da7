//! Editing a file in place, whole or not at all.

use std::io;
use std::path::{Path, PathBuf};

use reticent_core::{DeleteOptions, ErrorKind, Expected, PutOptions, Secret, SecretRef, SourceError};
use reticent_dotenv::{Document, EditError, RenderError};

use super::read::{Place, malformed};
use super::{Inner, NAME};
use crate::error::{about, of_file};
use crate::file::{Attributes, Identity};
use crate::replace::Lock;

/// A file that did not exist is for its owner alone.
const NEW_FILE: Attributes = Attributes { mode: 0o600, owner: None };

/// A file that is being edited, under the lock of its folder.
struct Editing {
    path: PathBuf,
    lock: Lock,
    document: Document,
    identity: Option<Identity>,
    attributes: Attributes,
}

impl Inner {
    pub(super) fn put(
        &self,
        at: &SecretRef,
        value: &Secret,
        options: &PutOptions,
    ) -> Result<(), SourceError> {
        let key = whole_value(at)?;
        let mut editing = self.open(at)?;
        let present = editing.document.get(&key);
        if options.idempotency_token().is_some() && present.is_some_and(|present| present.ct_eq(value)) {
            return Ok(());
        }
        self.expect(at, options.expected(), present)?;
        editing.document.set(&key, value).map_err(|error| refused(at, error))?;
        editing.commit(at)
    }

    pub(super) fn delete(&self, at: &SecretRef, options: &DeleteOptions) -> Result<(), SourceError> {
        let key = whole_value(at)?;
        let mut editing = self.open(at)?;
        let present = editing.document.get(&key);
        if present.is_none() {
            return Err(about(ErrorKind::NotFound, NAME, at));
        }
        self.expect(at, options.expected(), present)?;
        editing.document.unset(&key).map_err(|error| refused(at, error))?;
        editing.commit(at)
    }

    fn open(&self, at: &SecretRef) -> Result<Editing, SourceError> {
        let named = self.path(at);
        let told = |error| of_file(NAME, at, &named, error);
        let path = target(&named).map_err(told)?;
        let lock = Lock::beside(&path).map_err(told)?;
        Ok(match self.document(at)? {
            Some((document, content)) => Editing {
                path,
                lock,
                document,
                identity: Some(content.identity),
                attributes: content.attributes,
            },
            None => Editing { path, lock, document: self.empty(), identity: None, attributes: NEW_FILE },
        })
    }

    fn empty(&self) -> Document {
        Document::parse(b"", &self.options).expect("an empty file has no defect")
    }

    fn expect(
        &self,
        at: &SecretRef,
        expected: Option<&Expected>,
        present: Option<&Secret>,
    ) -> Result<(), SourceError> {
        let holds = match (expected, present) {
            (None, _) | (Some(Expected::Absent), None) => true,
            (Some(Expected::Revision(seen)), Some(present)) => self.revision(at, present)? == *seen,
            _ => false,
        };
        if holds { Ok(()) } else { Err(conflict(at)) }
    }
}

impl Editing {
    fn commit(self, at: &SecretRef) -> Result<(), SourceError> {
        let Self { path, lock, document, identity, attributes } = self;
        let is_unchanged = || Ok(Identity::at(&path)? == identity);
        match lock.replace(&path, &document.render(), attributes, is_unchanged) {
            Ok(true) => Ok(()),
            Ok(false) => Err(conflict(at)),
            Err(error) => Err(of_file(NAME, at, &path, error)),
        }
    }
}

/// A write is to a key; inside of its JSON value nothing is edited.
fn whole_value(at: &SecretRef) -> Result<String, SourceError> {
    let Place { key, inner } = Place::of(at)?;
    if inner.is_some() {
        let error = about(ErrorKind::InvalidReference, NAME, at);
        return Err(error.with_detail("a write is to a key, not to a part of its value"));
    }
    Ok(key)
}

/// Follows links, so that the file is replaced and the link stays.
fn target(path: &Path) -> io::Result<PathBuf> {
    match path.canonicalize() {
        Err(error) if error.kind() == io::ErrorKind::NotFound && !path.is_symlink() => Ok(path.to_owned()),
        followed => followed,
    }
}

fn conflict(at: &SecretRef) -> SourceError {
    about(ErrorKind::Conflict, NAME, at).with_detail("it is not as it was expected to be")
}

fn refused(at: &SecretRef, error: EditError) -> SourceError {
    match error {
        // A key is shown in the reference; a value never is.
        EditError::Render(RenderError::Key) => about(ErrorKind::InvalidReference, NAME, at)
            .with_detail("the field is not a key of a .env file")
            .with_hint(RenderError::Key.to_string()),
        EditError::Dependent(errors) => malformed(at, errors),
        error => about(ErrorKind::Unsupported, NAME, at).with_cause(error),
    }
}
