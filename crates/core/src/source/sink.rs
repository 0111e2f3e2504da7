//! Writing secrets, for the sources that can.

use std::sync::Arc;

use async_trait::async_trait;

use super::{Revision, SecretSource};
use crate::error::SourceError;
use crate::reference::{SecretRef, Version, VersionId};
use crate::secret::Secret;

/// A source that secrets can be written to.
///
/// A write takes effect whole or not at all; after a failed one the old value is still served.
#[async_trait]
pub trait SecretSink: SecretSource {
    /// Writes `value` as the current version, and returns the version where the backend has them.
    ///
    /// With an idempotency token a repeated put of the same value is one write.
    ///
    /// # Errors
    /// `Conflict`: what was expected is not there. `InvalidReference`: the place cannot be written (a version or a
    /// field that the backend does not address). `Unsupported`: a value that the backend cannot hold.
    async fn put(
        &self,
        at: &SecretRef,
        value: &Secret,
        options: &PutOptions,
    ) -> Result<Option<VersionId>, SourceError>;

    /// Deletes the secret.
    ///
    /// # Errors
    /// `NotFound`: there is none. `Conflict`: what was expected is not there.
    async fn delete(&self, at: &SecretRef, options: &DeleteOptions) -> Result<(), SourceError>;
}

/// A sink whose secrets have stages, so that a new value can be written before it is used.
///
/// It is a trait of its own because files and environments have no stages (ADR 0001).
#[async_trait]
pub trait SecretStages: SecretSink {
    /// Writes `value` as the pending version; the current one is served as before.
    ///
    /// # Errors
    /// As [`SecretSink::put`].
    async fn put_pending(
        &self,
        at: &SecretRef,
        value: &Secret,
        options: &PutOptions,
    ) -> Result<VersionId, SourceError>;

    /// Makes `version` the current one, and the current one the previous one, in one step.
    ///
    /// # Errors
    /// `NotFound`: no such version. `Conflict`: the current version is not `from`.
    async fn promote(&self, at: &SecretRef, version: &Version, from: &VersionId) -> Result<(), SourceError>;
}

/// How a value is written.
///
/// ```
/// use reticent_core::{Expected, PutOptions};
///
/// let create_only = PutOptions::default().expecting(Expected::Absent);
/// assert_eq!(create_only.expected(), Some(&Expected::Absent));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PutOptions {
    expected: Option<Expected>,
    idempotency_token: Option<Arc<str>>,
}

impl PutOptions {
    /// Writes only if the place is as expected.
    #[must_use]
    pub fn expecting(mut self, expected: Expected) -> Self {
        self.expected = Some(expected);
        self
    }

    /// Names this write, so that a retry of it is recognised.
    #[must_use]
    pub fn with_idempotency_token(mut self, token: impl Into<Arc<str>>) -> Self {
        self.idempotency_token = Some(token.into());
        self
    }

    /// Returns what the place must be like.
    #[must_use]
    pub fn expected(&self) -> Option<&Expected> {
        self.expected.as_ref()
    }

    /// Returns the name of this write.
    #[must_use]
    pub fn idempotency_token(&self) -> Option<&str> {
        self.idempotency_token.as_deref()
    }
}

/// How a secret is deleted.
///
/// ```
/// use reticent_core::DeleteOptions;
///
/// assert_eq!(DeleteOptions::default().expected(), None);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeleteOptions {
    expected: Option<Expected>,
}

impl DeleteOptions {
    /// Deletes only if the place is as expected.
    #[must_use]
    pub fn expecting(mut self, expected: Expected) -> Self {
        self.expected = Some(expected);
        self
    }

    /// Returns what the place must be like.
    #[must_use]
    pub fn expected(&self) -> Option<&Expected> {
        self.expected.as_ref()
    }
}

/// What must be true of a place before it is written.
///
/// ```
/// use reticent_core::{Expected, Revision};
///
/// assert_ne!(Expected::Absent, Expected::Revision(Revision::of("7")));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Expected {
    /// Nothing is there yet.
    Absent,
    /// It has not moved since this revision was seen.
    Revision(Revision),
}
