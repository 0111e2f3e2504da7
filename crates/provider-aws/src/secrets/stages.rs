//! A new value beside the one in use, and the step from one to the other.

use async_trait::async_trait;
use reticent_core::{
    ErrorKind, Expected, PutOptions, Secret, SecretRef, SecretStages, SourceError, Version, VersionId,
};

use super::source::SecretsManagerSource;
use super::token;
use super::write::{check_size, moved};
use crate::error::Failure;
use crate::place::{CURRENT, PENDING, SecretId, Wanted, wanted};

#[async_trait]
impl SecretStages for SecretsManagerSource {
    /// Stores `value` under `AWSPENDING`. There has to be a current version, since AWS makes the first one current.
    async fn put_pending(
        &self,
        at: &SecretRef,
        value: &Secret,
        options: &PutOptions,
    ) -> Result<VersionId, SourceError> {
        let id = self.writable(at)?;
        let stored = self.store_pending(id, value, options).await.and_then(|version| {
            VersionId::parse(&version)
                .map_err(|_| Failure::new(ErrorKind::Malformed).because("the version has no identifier"))
        });
        stored.map_err(|failure| failure.at(&self.label, at))
    }

    /// Moves `AWSCURRENT` in one call that names both versions; AWS makes the old one `AWSPREVIOUS` by itself.
    async fn promote(&self, at: &SecretRef, version: &Version, from: &VersionId) -> Result<(), SourceError> {
        let id = self.writable(at)?;
        let promoted = self.move_current(id, wanted(version), from.as_str()).await;
        promoted.map_err(|failure| failure.at(&self.label, at))
    }
}

impl SecretsManagerSource {
    async fn store_pending(
        &self,
        id: SecretId<'_>,
        value: &Secret,
        options: &PutOptions,
    ) -> Result<String, Failure> {
        check_size(value)?;
        let (_, revision) = self.current(id).await?;
        match options.expected() {
            None => {}
            Some(Expected::Revision(seen)) if *seen == revision => {}
            Some(_) => return Err(moved()),
        }
        self.store(id, value, &token::token(options)?, PENDING).await
    }

    async fn move_current(&self, id: SecretId<'_>, version: Wanted<'_>, from: &str) -> Result<(), Failure> {
        let described = self.describe(id).await.map_err(|answer| answer.failure)?;
        let version = described
            .version(version)
            .ok_or_else(|| Failure::new(ErrorKind::NotFound).because("no such version has a stage"))?;
        let current = described.version(Wanted::Stage(CURRENT));
        if current != Some(from) {
            return Err(moved());
        }
        if version == from {
            return Ok(());
        }
        self.make_current(id, version, from).await?;
        if described.version(Wanted::Stage(PENDING)) == Some(version) {
            // Of no consequence if it fails: the stage then stands at the current version until the next one.
            drop(self.move_stage(id, PENDING, None, Some(version)).await);
        }
        Ok(())
    }
}
