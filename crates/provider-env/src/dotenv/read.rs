//! From a reference to one value of a file.

use std::path::{Path, PathBuf};

use reticent_core::{
    ErrorKind, Field, Metadata, Revision, Secret, SecretInfo, SecretRef, SourceError, Visible, closest,
};
use reticent_dotenv::{Document, ParseErrors};
use reticent_files::{Content, FileError, FileState};

use super::{Inner, NAME, USUAL_FILE};
use crate::error::{self, about, current_only, of_file};

/// The largest `.env` file that is read.
pub(super) const LARGEST: usize = 16 << 20;

/// What a reference means here: a key, and for a pointer of more parts what is inside its JSON value.
pub(super) struct Place {
    pub(super) key: String,
    pub(super) inner: Option<Field>,
}

impl Place {
    pub(super) fn of(at: &SecretRef) -> Result<Self, SourceError> {
        current_only(NAME, at)?;
        let Some((key, inner)) = at.field().and_then(|field| field.tokens().split_first()) else {
            let error = about(ErrorKind::InvalidReference, NAME, at).with_detail("it names no key");
            return Err(error.with_hint(format!("write {at}#KEY")));
        };
        let inner = (!inner.is_empty()).then(|| pointer(inner));
        Ok(Self { key: key.clone(), inner })
    }
}

fn pointer(tokens: &[String]) -> Field {
    let escaped = tokens.iter().map(|token| format!("/{}", token.replace('~', "~0").replace('/', "~1")));
    Field::parse(&escaped.collect::<String>()).expect("what was escaped is a pointer")
}

impl Inner {
    pub(super) fn path(&self, at: &SecretRef) -> PathBuf {
        // An absolute path replaces the folder.
        self.folder.join(at.path())
    }

    /// Takes one value out of the file of `at`, which was parsed whole, so that a defect anywhere in it is told.
    pub(super) fn value(
        &self,
        at: &SecretRef,
        place: &Place,
        document: &Option<Document>,
    ) -> Result<Secret, SourceError> {
        let Some(document) = document else {
            let shown = self.path(at);
            let shown = shown.to_string_lossy();
            let error = about(ErrorKind::NotFound, NAME, at);
            return Err(error.with_detail(format!("there is no file {}", Visible(&shown))));
        };
        let Some(value) = document.get(&place.key) else { return Err(absent(at, &place.key, document)) };
        let value = value.with_metadata(Metadata::of_source(NAME));
        match &place.inner {
            Some(field) => error::field(NAME, at, field, &value),
            None => Ok(value),
        }
    }

    /// Reads and parses the file of `at`; `None` when it is not there.
    pub(super) fn document(&self, at: &SecretRef) -> Result<Option<Document>, SourceError> {
        let path = self.path(at);
        let parsed = self.parse(at, &path, reticent_files::read(&path, LARGEST))?;
        Ok(parsed.map(|(document, _)| document))
    }

    /// Parses what was read of `path`; `None` when it is not there.
    pub(super) fn parse(
        &self,
        at: &SecretRef,
        path: &Path,
        read: Result<Content, FileError>,
    ) -> Result<Option<(Document, FileState)>, SourceError> {
        let content = match read {
            Ok(content) => content,
            Err(error) if error.is_absent() || error == FileError::DanglingLink => return Ok(None),
            Err(error) => return Err(of_file(NAME, at, path, error)),
        };
        self.warnings.judge(path, &content);
        let state = *content.state();
        let document = Document::from_buffer(content.into_buffer(), &self.options);
        Ok(Some((document.map_err(|errors| malformed(at, errors))?, state)))
    }

    pub(super) fn revision(&self, at: &SecretRef, value: &Secret) -> Result<Revision, SourceError> {
        Ok(Revision::of(self.key.fingerprint(NAME, at, value)?.to_string()))
    }

    pub(super) fn list(&self, prefix: &str) -> Result<Vec<SecretInfo>, SourceError> {
        let path = if USUAL_FILE.starts_with(prefix) { USUAL_FILE } else { prefix };
        let Ok(file) = SecretRef::new(NAME, path) else { return Ok(Vec::new()) };
        let Some(document) = self.document(&file)? else { return Ok(Vec::new()) };
        let mut references: Vec<_> = document
            .entries()
            .filter_map(|entry| Field::parse(entry.key()).ok())
            .map(|key| file.clone().at_field(Some(key)))
            .collect();
        references.sort_unstable();
        references.dedup();
        Ok(references.into_iter().map(SecretInfo::new).collect())
    }
}

fn absent(at: &SecretRef, key: &str, document: &Document) -> SourceError {
    let error = about(ErrorKind::NotFound, NAME, at);
    match closest(key, document.entries().map(|entry| entry.key())) {
        Some(meant) => error.with_hint(format!("did you mean {}?", Visible(meant))),
        None => error,
    }
}

pub(super) fn malformed(at: &SecretRef, errors: ParseErrors) -> SourceError {
    about(ErrorKind::Malformed, NAME, at)
        .with_detail(format!("{}:{errors}", Visible(at.path())))
        .with_hint(errors.first().remedy())
        .with_cause(errors)
}
