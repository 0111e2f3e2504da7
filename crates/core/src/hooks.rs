//! Who may, who did, and what must never be shown: three hooks that run around every access.
//!
//! The decision: the type that people hold (a resolver, a sealer, a store) runs all three through [`Hooks`], and a
//! bare source never does, so one access gives one decision and one record. Without hooks they cost a branch.

mod access;
mod log;
mod receipt;

use std::fmt;
use std::future::Future;
use std::sync::Arc;

pub use access::{Access, Action, Actor, Decision, Event, Outcome};
pub use log::{GateLog, MaskerLog, RecorderLog};
pub use receipt::{Acknowledgement, Lost, Receipt};

use crate::clock::{Clock, SystemClock};
use crate::error::{ErrorKind, SourceError};
use crate::secret::{Metadata, Secret};

/// Decides who may do what.
pub trait Gate: Send + Sync + fmt::Debug {
    /// Decides on one access; it must not block, and a gate that cannot decide denies.
    fn decide(&self, access: &Access<'_>) -> Decision;
}

/// Keeps the record of accesses.
pub trait Recorder: Send + Sync + fmt::Debug {
    /// Takes over `event` without blocking; the receipt tells when it is kept.
    fn record(&self, event: Event) -> Receipt;
}

/// Learns the values that must not be shown.
pub trait Masker: Send + Sync + fmt::Debug {
    /// Learns `secret` under `name`; called before the secret is handed out. It must not block.
    fn learn(&self, name: &str, secret: &Secret);
}

/// The hook that does nothing: it allows, forgets and masks nothing.
///
/// ```
/// use std::sync::Arc;
/// use reticent_core::hooks::{Hooks, Nobody};
///
/// let hooks = Hooks::none().with_gate(Arc::new(Nobody)).with_recorder(Arc::new(Nobody));
/// assert!(!hooks.is_silent());
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "complete: it has no parts")]
pub struct Nobody;

impl Gate for Nobody {
    fn decide(&self, _: &Access<'_>) -> Decision {
        Decision::Allow
    }
}

impl Recorder for Nobody {
    fn record(&self, _: Event) -> Receipt {
        Receipt::kept()
    }
}

impl Masker for Nobody {
    fn learn(&self, _: &str, _: &Secret) {}
}

/// The three hooks of a program, and the helper that runs them.
///
/// ```
/// use std::sync::Arc;
/// use reticent_core::hooks::{Access, Action, Actor, Hooks, RecorderLog};
/// use reticent_core::Secret;
///
/// let log = Arc::new(RecorderLog::default());
/// let hooks = Hooks::none().with_recorder(log.clone());
/// let actor = Actor::new("service/api");
/// let access = Access::new(&actor, Action::Read, "DB_PASSWORD");
/// let secret = hooks.read_blocking(&access, "env", || Ok(Secret::copy_of(b"value")))?;
/// assert_eq!(log.events()[0].to_string(), "service/api read DB_PASSWORD from env: done");
/// # Ok::<(), reticent_core::SourceError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Hooks {
    gate: Option<Arc<dyn Gate>>,
    recorder: Option<Arc<dyn Recorder>>,
    masker: Option<Arc<dyn Masker>>,
    clock: Arc<dyn Clock>,
}

impl Hooks {
    /// Makes hooks that do nothing.
    #[must_use]
    pub fn none() -> Self {
        Self { gate: None, recorder: None, masker: None, clock: Arc::new(SystemClock) }
    }

    /// Lets `gate` decide every access.
    #[must_use]
    pub fn with_gate(mut self, gate: Arc<dyn Gate>) -> Self {
        self.gate = Some(gate);
        self
    }

    /// Lets `recorder` keep every access.
    #[must_use]
    pub fn with_recorder(mut self, recorder: Arc<dyn Recorder>) -> Self {
        self.recorder = Some(recorder);
        self
    }

    /// Lets `masker` learn every secret that is handed out.
    #[must_use]
    pub fn with_masker(mut self, masker: Arc<dyn Masker>) -> Self {
        self.masker = Some(masker);
        self
    }

    /// Takes the times of events from `clock`.
    #[must_use]
    pub fn with_clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Tells whether no hook is set.
    #[must_use]
    pub fn is_silent(&self) -> bool {
        self.gate.is_none() && self.recorder.is_none() && self.masker.is_none()
    }

    /// Asks the gate alone, for an access that is served without its backend (a cache hit). A denial is recorded.
    ///
    /// # Errors
    /// `AccessDenied`, with the gate's reason.
    pub fn admit(&self, access: &Access<'_>) -> Result<(), SourceError> {
        let Some(gate) = &self.gate else { return Ok(()) };
        let Decision::Deny { reason } = gate.decide(access) else { return Ok(()) };
        // The denial stands whether or not it could be recorded.
        drop(self.record(self.event(access, "gate", Outcome::Failed(ErrorKind::AccessDenied))));
        Err(SourceError::new(ErrorKind::AccessDenied, "the access rules")
            .for_key(access.shown_name())
            .with_detail(reason))
    }

    /// Reads a secret through all three hooks: decision, fetch, record, mask. The record is awaited.
    ///
    /// # Errors
    /// `AccessDenied` by the gate; what `fetch` gives; `NotRecorded` when the record was lost: then the secret is
    /// not handed out.
    pub async fn read<F>(&self, access: &Access<'_>, source: &str, fetch: F) -> Result<Secret, SourceError>
    where
        F: Future<Output = Result<Secret, SourceError>>,
    {
        self.admit(access)?;
        self.fetch(access, source, fetch).await
    }

    /// Reads a secret as [`read`](Self::read) does, for a caller that the gate has already admitted.
    ///
    /// # Errors
    /// As [`read`](Self::read), but for the gate's.
    pub async fn fetch<F>(&self, access: &Access<'_>, source: &str, fetch: F) -> Result<Secret, SourceError>
    where
        F: Future<Output = Result<Secret, SourceError>>,
    {
        let result = fetch.await;
        let kept = self.settle(access, source, &result).await;
        self.hand_out(access, source, result, kept)
    }

    /// Reads a secret as [`read`](Self::read) does, on a thread that may wait.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn read_blocking(
        &self,
        access: &Access<'_>,
        source: &str,
        fetch: impl FnOnce() -> Result<Secret, SourceError>,
    ) -> Result<Secret, SourceError> {
        self.admit(access)?;
        let result = fetch();
        let kept = self.settle(access, source, &result).wait();
        self.hand_out(access, source, result, kept)
    }

    /// Does something that hands out no secret (a write, a deletion, a listing) through gate and record.
    ///
    /// # Errors
    /// `AccessDenied` by the gate; what `operation` gives; `NotRecorded` when it was done and its record was lost.
    pub async fn act<T, F>(&self, access: &Access<'_>, source: &str, operation: F) -> Result<T, SourceError>
    where
        F: Future<Output = Result<T, SourceError>>,
    {
        self.admit(access)?;
        let result = operation.await;
        let outcome = Outcome::of(&result);
        let kept = self.record(self.event(access, source, outcome)).await;
        result.and_then(|value| kept.map(|()| value).map_err(|Lost| not_recorded(access, source)))
    }

    /// Reports `count` accesses that were served without the backend.
    pub fn report_hits(&self, access: &Access<'_>, source: &str, count: u64) -> Receipt {
        let mut event = self.event(access, source, Outcome::Done);
        event.count = count;
        event.cached = true;
        self.record(event)
    }

    /// Lets the masker learn a value that did not come through [`read`](Self::read).
    pub fn learn(&self, name: &str, secret: &Secret) {
        if let Some(masker) = &self.masker {
            masker.learn(name, secret);
        }
    }

    fn settle(&self, access: &Access<'_>, source: &str, result: &Result<Secret, SourceError>) -> Receipt {
        if self.recorder.is_none() {
            return Receipt::kept();
        }
        let metadata = result.as_ref().ok().map(Secret::metadata);
        let mut event = self.event(access, source, Outcome::of(result));
        event.version = metadata.and_then(Metadata::version).cloned();
        self.record(event)
    }

    fn hand_out(
        &self,
        access: &Access<'_>,
        source: &str,
        result: Result<Secret, SourceError>,
        kept: Result<(), Lost>,
    ) -> Result<Secret, SourceError> {
        let secret = result?;
        kept.map_err(|Lost| not_recorded(access, source))?;
        self.learn(access.name(), &secret);
        Ok(secret)
    }

    fn event(&self, access: &Access<'_>, source: &str, outcome: Outcome) -> Event {
        Event::new(self.clock.now(), access, source, outcome)
    }

    fn record(&self, event: Event) -> Receipt {
        self.recorder.as_ref().map_or_else(Receipt::kept, |recorder| recorder.record(event))
    }
}

impl Default for Hooks {
    fn default() -> Self {
        Self::none()
    }
}

fn not_recorded(access: &Access<'_>, source: &str) -> SourceError {
    SourceError::new(ErrorKind::NotRecorded, source)
        .for_key(access.shown_name())
        .with_hint("see why the record of accesses cannot be written; nothing is handed out without one")
}
