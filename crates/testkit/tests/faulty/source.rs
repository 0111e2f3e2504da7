//! A source over memory with one planted defect.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use reticent_core::{
    DeleteOptions, ErrorKind, PutOptions, Revision, Secret, SecretInfo, SecretList, SecretRef, SecretSink,
    SecretSource, SecretStages, SourceError, Version, VersionId,
};
use reticent_testkit::MemorySource;

use crate::CREDENTIAL;
use crate::defect::Defect;
use crate::host::Host;

pub(crate) struct Faulty {
    pub(crate) memory: MemorySource,
    pub(crate) defect: Defect,
    pub(crate) host: Arc<Host>,
    state: Mutex<State>,
}

/// What the defects remember between calls.
#[derive(Default)]
pub(crate) struct State {
    pub(crate) cache: BTreeMap<SecretRef, Secret>,
    pub(crate) revisions: BTreeMap<SecretRef, Revision>,
    pub(crate) calls: u32,
    pub(crate) slot: Option<SecretRef>,
    pub(crate) shown: String,
    pub(crate) is_down: bool,
    pub(crate) is_moving: bool,
}

impl Faulty {
    pub(crate) fn new(memory: &MemorySource, defect: Defect, host: &Arc<Host>) -> Self {
        Self { memory: memory.clone(), defect, host: host.clone(), state: Mutex::default() }
    }

    pub(crate) fn has(&self, defect: Defect) -> bool {
        self.defect == defect
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn error(&self, kind: ErrorKind, at: &SecretRef) -> SourceError {
        SourceError::new(kind, self.memory.name().into_owned()).for_key(at.to_string())
    }
}

impl fmt::Debug for Faulty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Faulty");
        match self.defect {
            Defect::ShowsValuesInDebug => shown.field("last", &self.state().shown.as_bytes()).finish(),
            Defect::ShowsCredentialInDebug => shown.field("token", &CREDENTIAL).finish(),
            _ => shown.finish_non_exhaustive(),
        }
    }
}

#[async_trait]
impl SecretSource for Faulty {
    fn name(&self) -> Cow<'_, str> {
        self.memory.name()
    }

    async fn get(&self, at: &SecretRef) -> Result<Secret, SourceError> {
        self.faulty_get(at).await
    }

    async fn get_many(&self, at: &[SecretRef]) -> Vec<Result<Secret, SourceError>> {
        let mut at = at.to_vec();
        if self.has(Defect::DropsDuplicates) {
            at.dedup();
        }
        let mut answers = Vec::new();
        for at in &at {
            answers.push(self.get(at).await);
        }
        if self.has(Defect::AnswersInReverse) {
            answers.reverse();
        }
        let failed = answers.iter().find_map(|answer| answer.as_ref().err().cloned());
        match failed.filter(|_| self.has(Defect::FailsBatchesWhole)) {
            Some(error) => at.iter().map(|_| Err(error.clone())).collect(),
            None => answers,
        }
    }

    async fn check(&self) -> Result<(), SourceError> {
        match self.defect {
            Defect::FailsChecks => Err(SourceError::new(ErrorKind::Unavailable, self.name().into_owned())),
            Defect::PassesChecks => Ok(()),
            _ => self.memory.check().await,
        }
    }

    async fn revision(&self, at: &SecretRef) -> Result<Revision, SourceError> {
        let truly = self.memory.revision(at).await;
        let mut state = self.state();
        state.calls += 1;
        let unheard_of = Revision::of(format!("call {}", state.calls));
        let before = truly.as_ref().ok().and_then(|now| state.revisions.insert(at.clone(), now.clone()));
        match (self.defect, before) {
            (Defect::RevisesTheAbsent, _) => truly.or(Ok(unheard_of)),
            (Defect::MovesRevisionByItself, Some(_)) => Ok(unheard_of),
            (Defect::NeverMovesRevision, Some(before)) => {
                state.revisions.insert(at.clone(), before.clone());
                Ok(before)
            }
            _ => truly,
        }
    }
}

#[async_trait]
impl SecretSink for Faulty {
    async fn put(
        &self,
        at: &SecretRef,
        value: &Secret,
        options: &PutOptions,
    ) -> Result<Option<VersionId>, SourceError> {
        self.state().cache.clear();
        self.faulty_put(at, value, options).await
    }

    async fn delete(&self, at: &SecretRef, options: &DeleteOptions) -> Result<(), SourceError> {
        self.state().cache.clear();
        self.faulty_delete(at, options).await
    }
}

#[async_trait]
impl SecretStages for Faulty {
    async fn put_pending(
        &self,
        at: &SecretRef,
        value: &Secret,
        options: &PutOptions,
    ) -> Result<VersionId, SourceError> {
        self.memory.put_pending(at, value, options).await
    }

    async fn promote(&self, at: &SecretRef, version: &Version, from: &VersionId) -> Result<(), SourceError> {
        self.state().cache.clear();
        self.faulty_promote(at, version, from).await
    }
}

#[async_trait]
impl SecretList for Faulty {
    async fn list(&self, prefix: &str) -> Result<Vec<SecretInfo>, SourceError> {
        let prefix = if self.has(Defect::IgnoresListPrefix) { "" } else { prefix };
        let mut listed = self.memory.list(prefix).await?;
        match self.defect {
            Defect::ListsOnePage => listed.truncate(1),
            Defect::ListsInReverse => listed.reverse(),
            _ => {}
        }
        Ok(listed)
    }
}
