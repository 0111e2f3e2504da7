//! Editing a file in place, whole or not at all.

use std::io::Write as _;
use std::path::PathBuf;

use reticent_core::{DeleteOptions, ErrorKind, Expected, PutOptions, Secret, SecretRef, SourceError};
use reticent_dotenv::{Document, EditError, RenderError};
use reticent_files::{FileError, FileState, Place as FilePlace, Readers};

use super::read::{LARGEST, Place, malformed};
use super::{Inner, NAME};
use crate::error::{about, of_file};

/// A file that is being edited, under the lock of its folder.
struct Editing {
    path: PathBuf,
    place: FilePlace,
    document: Document,
    seen: Option<FileState>,
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
        let path = self.path(at);
        let place = FilePlace::of(&path).map_err(|error| of_file(NAME, at, &path, error))?;
        Ok(match self.parse(at, &path, place.read(LARGEST))? {
            Some((document, seen)) => Editing { path, place, document, seen: Some(seen) },
            None => Editing { path, place, document: self.empty(), seen: None },
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
    fn commit(mut self, at: &SecretRef) -> Result<(), SourceError> {
        self.write().map_err(|error| match error.kind() {
            ErrorKind::Conflict => conflict(at),
            _ => of_file(NAME, at, &self.path, error),
        })
    }

    fn write(&mut self) -> Result<(), FileError> {
        let text = self.document.render();
        let mut new = self.place.begin(Readers::Owner)?;
        #[expect(clippy::disallowed_methods, reason = "into the file that the reference names")]
        new.write_all(text.expose_bytes())?;
        match &self.seen {
            Some(seen) => new.replace_if(seen),
            None => new.create(),
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
