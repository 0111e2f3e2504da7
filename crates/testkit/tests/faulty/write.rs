//! Writing wrongly.

use reticent_core::{
    DeleteOptions, ErrorKind, Expected, PutOptions, Secret, SecretRef, SecretSink, SecretSource,
    SecretStages, SourceError, Version, VersionId,
};

use crate::defect::Defect;
use crate::read::shown;
use crate::source::Faulty;

impl Faulty {
    pub(crate) async fn faulty_put(
        &self,
        at: &SecretRef,
        value: &Secret,
        options: &PutOptions,
    ) -> Result<Option<VersionId>, SourceError> {
        let at = match self.defect {
            Defect::IgnoresVersionOnPut => at.clone().at_version(Version::Current),
            _ => at.clone(),
        };
        let options = match (self.defect, options.expected()) {
            (Defect::ForgetsTokens, Some(expected)) => PutOptions::default().expecting(expected.clone()),
            (Defect::RefusesMatchingRevision, Some(Expected::Revision(_))) => {
                return Err(self.error(ErrorKind::Conflict, &at));
            }
            _ => options.clone(),
        };
        let value = self.changed(&at, value).await;
        match self.memory.put(&at, &value, &options).await {
            Err(error) => self.fail_put(&at, &value, error).await,
            written => written,
        }
    }

    async fn changed(&self, at: &SecretRef, value: &Secret) -> Secret {
        let bytes = shown(value);
        let changed = match self.defect {
            Defect::DropsDollarsOnPut => bytes.iter().copied().filter(|byte| *byte != b'$').collect(),
            Defect::StripsNewlineOnPut => bytes.strip_suffix(b"\n").unwrap_or(bytes).to_vec(),
            Defect::KeepsOldTail => {
                let old = self.memory.get(at).await.map(|old| shown(&old).to_vec()).unwrap_or_default();
                let tail = old.get(bytes.len()..).unwrap_or_default();
                [bytes, tail].concat()
            }
            _ => return value.clone(),
        };
        Secret::from_vec(changed)
    }

    async fn fail_put(
        &self,
        at: &SecretRef,
        value: &Secret,
        error: SourceError,
    ) -> Result<Option<VersionId>, SourceError> {
        match (self.defect, error.kind()) {
            (Defect::LosesValueWhenPutFails, ErrorKind::Unavailable) => self.memory.remove(at),
            (Defect::MisreportsConflicts, ErrorKind::Conflict) => {
                return Err(self.error(ErrorKind::Unavailable, at));
            }
            (Defect::WritesDespiteConflict, ErrorKind::Conflict) => self.memory.set(at, shown(value)),
            _ => {}
        }
        Err(error)
    }

    pub(crate) async fn faulty_delete(
        &self,
        at: &SecretRef,
        options: &DeleteOptions,
    ) -> Result<(), SourceError> {
        if self.has(Defect::KeepsWhatIsDeleted) && options.expected().is_none() {
            return self.memory.get(at).await.map(drop);
        }
        let deleted = self.memory.delete(at, options).await;
        match (self.defect, deleted.as_ref().map_err(SourceError::kind)) {
            (Defect::DeletesTheAbsent, Err(ErrorKind::NotFound)) => return Ok(()),
            (Defect::DeletesDespiteConflict, Err(ErrorKind::Conflict)) => self.memory.remove(at),
            _ => {}
        }
        deleted
    }

    pub(crate) async fn faulty_promote(
        &self,
        at: &SecretRef,
        version: &Version,
        from: &VersionId,
    ) -> Result<(), SourceError> {
        let current = self.memory.get(at).await?;
        let from = match (self.defect, current.metadata().version()) {
            (Defect::PromotesFromAnything, Some(current)) => current.clone(),
            _ => from.clone(),
        };
        if self.has(Defect::PromotesInTwoSteps) {
            self.state().is_moving = true;
            tokio::task::yield_now().await;
        }
        let promoted = self.memory.promote(at, version, &from).await;
        self.state().is_moving = false;
        promoted
    }
}
