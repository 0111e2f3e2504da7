//! The abilities besides reading: writing, staging and listing.

use async_trait::async_trait;
use reticent_core::{
    DeleteOptions, ErrorKind, Expected, PutOptions, Secret, SecretInfo, SecretList, SecretRef, SecretSink,
    SecretStages, SourceError, Version, VersionId,
};

use super::script::Operation;
use super::store::whole;
use super::{MemorySource, State};

impl MemorySource {
    fn refuse_parts(&self, at: &SecretRef) -> Result<(), SourceError> {
        if *at == whole(at) {
            return Ok(());
        }
        Err(self
            .error(ErrorKind::InvalidReference, at)
            .with_detail("a write is to a whole value, not to a version or a field"))
    }

    fn refuse_unexpected(
        &self,
        state: &State,
        at: &SecretRef,
        expected: Option<&Expected>,
    ) -> Result<(), SourceError> {
        match expected {
            Some(expected) if !state.store.is_as(at, expected) => Err(self.error(ErrorKind::Conflict, at)),
            _ => Ok(()),
        }
    }

    async fn write(
        &self,
        at: &SecretRef,
        value: &Secret,
        options: &PutOptions,
        stage: &Version,
    ) -> Result<VersionId, SourceError> {
        self.refuse_parts(at)?;
        self.begin(Operation::Write, Some(at)).await?;
        let mut state = self.state();
        let token = options.idempotency_token();
        if let Some(id) = token.and_then(|token| state.store.written_with(at, token, value)) {
            return Ok(id);
        }
        self.refuse_unexpected(&state, at, options.expected())?;
        let id = match stage {
            Version::Pending => state.store.set_pending(at, value.clone()),
            _ => state.store.set(at, value.clone()),
        };
        if let Some(token) = token {
            state.store.remember_token(at, token, id.clone());
        }
        Ok(id)
    }
}

#[async_trait]
impl SecretSink for MemorySource {
    async fn put(
        &self,
        at: &SecretRef,
        value: &Secret,
        options: &PutOptions,
    ) -> Result<Option<VersionId>, SourceError> {
        self.write(at, value, options, &Version::Current).await.map(Some)
    }

    async fn delete(&self, at: &SecretRef, options: &DeleteOptions) -> Result<(), SourceError> {
        self.refuse_parts(at)?;
        self.begin(Operation::Write, Some(at)).await?;
        let mut state = self.state();
        self.refuse_unexpected(&state, at, options.expected())?;
        state.store.current_id(at).ok_or_else(|| self.error(ErrorKind::NotFound, at))?;
        state.store.remove(at);
        Ok(())
    }
}

#[async_trait]
impl SecretStages for MemorySource {
    async fn put_pending(
        &self,
        at: &SecretRef,
        value: &Secret,
        options: &PutOptions,
    ) -> Result<VersionId, SourceError> {
        self.write(at, value, options, &Version::Pending).await
    }

    async fn promote(&self, at: &SecretRef, version: &Version, from: &VersionId) -> Result<(), SourceError> {
        self.refuse_parts(at)?;
        self.begin(Operation::Write, Some(at)).await?;
        let mut state = self.state();
        let wanted = at.clone().at_version(version.clone());
        let found = state.store.find(&wanted).ok_or_else(|| self.error(ErrorKind::NotFound, &wanted))?;
        if state.store.current_id(at).as_ref() != Some(from) {
            return Err(self.error(ErrorKind::Conflict, at));
        }
        state.store.promote(at, found.id);
        Ok(())
    }
}

#[async_trait]
impl SecretList for MemorySource {
    async fn list(&self, prefix: &str) -> Result<Vec<SecretInfo>, SourceError> {
        self.begin(Operation::List, None).await?;
        let state = self.state();
        let below = state.store.present().filter(|(at, _)| at.path().starts_with(prefix));
        Ok(below.map(|(at, id)| SecretInfo::new(at.clone()).with_version(id.clone())).collect())
    }
}
