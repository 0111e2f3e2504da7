//! The laws' own reference: a harness over [`MemorySource`], for it and for whatever wraps it.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use reticent_core::{
    ErrorKind, Metadata, Secret, SecretList, SecretRef, SecretSink, SecretSource, SecretStages,
};

use crate::harness::{Harness, Part, SideDoorError, Stranger, Trouble};
use crate::memory::MemorySource;

/// After how long the reference gives up on a backend that hangs.
const LIMIT: Duration = Duration::from_millis(20);

/// A harness over memory. It has every part that memory can play, for a source that wraps a [`MemorySource`] as well.
///
/// ```
/// use reticent_testkit::{Harness, MemoryHarness};
///
/// let harness = MemoryHarness::new("mem");
/// assert!(harness.sink().is_some() && harness.list().is_some() && harness.stages().is_some());
/// ```
pub struct MemoryHarness {
    label: &'static str,
    memory: MemorySource,
    source: Arc<dyn SecretSource>,
    sink: Option<Arc<dyn SecretSink>>,
    list: Option<Arc<dyn SecretList>>,
    stages: Option<Arc<dyn SecretStages>>,
    credential: Option<Secret>,
    stranger: Option<Arc<dyn Stranger>>,
    lacking: Vec<(Part, &'static str)>,
}

impl MemoryHarness {
    /// Makes a harness of a correct source with every ability.
    #[must_use]
    pub fn new(label: &'static str) -> Self {
        Self::wrapping(label, Clone::clone).with_everything(Clone::clone)
    }

    /// Makes a harness of a source that reads from the memory it is given, and can do no more than read.
    pub fn wrapping<S: SecretSource + 'static>(
        label: &'static str,
        wrap: impl FnOnce(&MemorySource) -> S,
    ) -> Self {
        let memory = MemorySource::new(label);
        memory.time_limit(LIMIT);
        let source = Arc::new(wrap(&memory));
        let lacking = vec![
            (Part::Credential, "memory asks for no credential"),
            (Part::Stranger, "memory is on no host"),
        ];
        Self {
            label,
            memory,
            source,
            sink: None,
            list: None,
            stages: None,
            credential: None,
            stranger: None,
            lacking,
        }
    }

    /// Adds every further ability of a source over the same memory; it is the source under test from now on.
    #[must_use]
    pub fn with_everything<S: SecretStages + SecretList + 'static>(
        mut self,
        wrap: impl FnOnce(&MemorySource) -> S,
    ) -> Self {
        let source = Arc::new(wrap(&self.memory));
        self.source = source.clone();
        self.sink = Some(source.clone());
        self.list = Some(source.clone());
        self.stages = Some(source);
        self
    }

    /// Says what the source under test authenticates with.
    #[must_use]
    pub fn with_credential(mut self, credential: Secret) -> Self {
        self.lacking.retain(|(part, _)| *part != Part::Credential);
        self.credential = Some(credential);
        self
    }

    /// Says to which other host the source under test may be sent.
    #[must_use]
    pub fn with_stranger(mut self, stranger: Arc<dyn Stranger>) -> Self {
        self.lacking.retain(|(part, _)| *part != Part::Stranger);
        self.stranger = Some(stranger);
        self
    }

    /// Declares a part lacking.
    #[must_use]
    pub fn lacking(mut self, part: Part, reason: &'static str) -> Self {
        self.lacking.push((part, reason));
        self
    }
}

impl fmt::Debug for MemoryHarness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("MemoryHarness");
        shown.field("label", &self.label).field("lacking", &self.lacking).finish_non_exhaustive()
    }
}

#[async_trait]
impl Harness for MemoryHarness {
    fn label(&self) -> &str {
        self.label
    }

    fn source(&self) -> Arc<dyn SecretSource> {
        self.source.clone()
    }

    fn sink(&self) -> Option<Arc<dyn SecretSink>> {
        self.sink.clone()
    }

    fn list(&self) -> Option<Arc<dyn SecretList>> {
        self.list.clone()
    }

    fn stages(&self) -> Option<Arc<dyn SecretStages>> {
        self.stages.clone()
    }

    fn credential(&self) -> Option<Secret> {
        self.credential.clone()
    }

    fn stranger(&self) -> Option<Arc<dyn Stranger>> {
        self.stranger.clone()
    }

    fn place_for(&self, name: &str) -> Option<SecretRef> {
        SecretRef::new("mem", name).ok()
    }

    async fn seed(&self, at: &SecretRef, value: &[u8]) -> Result<(), SideDoorError> {
        self.memory.set(at, value);
        Ok(())
    }

    async fn seed_expiring(
        &self,
        at: &SecretRef,
        value: &[u8],
        expires: SystemTime,
    ) -> Result<(), SideDoorError> {
        self.memory.set_described(at, value, Metadata::default().with_expires(expires));
        Ok(())
    }

    async fn wipe(&self, at: &SecretRef) -> Result<(), SideDoorError> {
        self.memory.remove(at);
        Ok(())
    }

    fn lacks(&self) -> Vec<(Part, &'static str)> {
        self.lacking.clone()
    }

    fn time_limit(&self) -> Option<Duration> {
        Some(LIMIT)
    }

    async fn inflict(&self, trouble: Trouble, at: &SecretRef) {
        match trouble {
            Trouble::Denied => self.memory.fail_at(at, ErrorKind::AccessDenied),
            Trouble::BadCredentials => self.memory.fail_always(ErrorKind::Unauthenticated),
            Trouble::Unreachable => self.memory.fail_always(ErrorKind::Unavailable),
            Trouble::Throttled => {
                self.memory.retry_after(Duration::from_secs(1));
                self.memory.fail_always(ErrorKind::Throttled);
            }
            Trouble::MalformedReply => self.memory.fail_always(ErrorKind::Malformed),
            Trouble::TruncatedReply => self.memory.fail_at(at, ErrorKind::Malformed),

            Trouble::Hanging => self.memory.delay(LIMIT * 1000),
            Trouble::FailingWrites => self.memory.fail_writes(ErrorKind::Unavailable),
        }
    }

    async fn relieve(&self) {
        self.memory.recover();
    }
}
