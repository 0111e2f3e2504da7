//! From what the SDK gives to a secret and what is known about it.

use std::sync::Arc;
use std::time::SystemTime;

use aws_sdk_secretsmanager::primitives::{Blob, DateTime};
use reticent_core::{ErrorKind, Metadata, Secret, VersionId};

use crate::error::Failure;

/// The parts of an answer, taken out of the SDK's types without a copy of the value.
pub(super) struct Parts {
    /// Whether the answer names a secret at all; one that does not is somebody else's.
    pub(super) is_named: bool,
    pub(super) text: Option<String>,
    pub(super) bytes: Option<Blob>,
    pub(super) version: Option<String>,
    pub(super) created: Option<DateTime>,
}

impl Parts {
    /// Makes a secret of them; a secret without a value is absent.
    pub(super) fn into_secret(self, source: &Arc<str>) -> Result<Secret, Failure> {
        let value = match (self.text, self.bytes) {
            (Some(text), _) => Secret::from_string(text),
            (None, Some(bytes)) => Secret::from_vec(bytes.into_inner()),
            (None, None) if !self.is_named => {
                return Err(Failure::new(ErrorKind::Malformed).because("the answer is no secret"));
            }
            (None, None) => {
                return Err(Failure::new(ErrorKind::NotFound)
                    .because("the secret has no value")
                    .hinting("store a value; it was made without one"));
            }
        };
        let mut metadata = Metadata::of_source(Arc::clone(source));
        if let Some(version) = self.version.and_then(|version| VersionId::parse(&version).ok()) {
            metadata = metadata.with_version(version);
        }
        if let Some(created) = self.created.and_then(|created| SystemTime::try_from(created).ok()) {
            metadata = metadata.with_created(created);
        }
        Ok(value.with_metadata(metadata))
    }
}
