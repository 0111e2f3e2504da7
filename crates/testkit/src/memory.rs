//! A source in memory, which does what a test tells it.
//!
//! The decision: one type is both the correct reference that the laws are proved against and the fake that tests of
//! resolvers, caches and programs hold, so that the fake cannot drift from the laws. It is for tests: what it is
//! asked for wrongly, it panics about.

mod lending;
mod script;
mod sink;
mod store;

use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use reticent_core::{
    ErrorKind, LeaseKeeper, Metadata, Revision, Secret, SecretRef, SecretSource, SourceError,
};

pub use lending::LeaseTerms;
use lending::Lending;
use script::{Counts, Operation, Script};
use store::Store;

/// Holds secrets in memory, counts its calls, and fails or dawdles on demand; clones share everything.
///
/// Places are references of any scheme, without version and field. It keeps every version of a value, takes fields
/// out of JSON, and can be written, listed and staged; a place may also be [lent](Self::lend) under leases.
///
/// ```
/// use reticent_core::{ErrorKind, SecretSource};
/// use reticent_testkit::MemorySource;
///
/// # tokio::runtime::Builder::new_current_thread().enable_time().build()?.block_on(async {
/// let source = MemorySource::new("mem").with("mem://db", r#"{"password": "correct horse"}"#);
/// source.fail_next(ErrorKind::Unavailable, 1);
///
/// let password = "mem://db#password".parse()?;
/// assert!(source.get(&password).await.unwrap_err().is_transient());
/// assert_eq!(source.get(&password).await?.len(), 13);
/// assert_eq!(source.calls(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct MemorySource {
    name: Arc<str>,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    store: Store,
    script: Script,
    counts: Counts,
    lending: Lending,
}

impl MemorySource {
    /// Makes an empty source with this label.
    #[must_use]
    pub fn new(name: impl Into<Arc<str>>) -> Self {
        Self { name: name.into(), state: Arc::default() }
    }

    /// Holds `value` at `at`, a reference or its text.
    ///
    /// # Panics
    /// When `at` is no reference, or names a version or a field.
    #[must_use]
    pub fn with(self, at: impl fmt::Display, value: impl AsRef<[u8]>) -> Self {
        self.set(at, value);
        self
    }

    /// Makes `value` the current version at `at`; the one before becomes the previous one.
    ///
    /// # Panics
    /// As [`with`](Self::with).
    pub fn set(&self, at: impl fmt::Display, value: impl AsRef<[u8]>) {
        self.set_described(at, value, Metadata::default());
    }

    /// Does as [`set`](Self::set), and serves the value with `metadata`: an expiry, a lease.
    ///
    /// Its source and version are replaced by this source's own.
    ///
    /// # Panics
    /// As [`with`](Self::with).
    pub fn set_described(&self, at: impl fmt::Display, value: impl AsRef<[u8]>, metadata: Metadata) {
        let value = Secret::copy_of(value.as_ref()).with_metadata(metadata);
        self.state().store.set(&place(at), value);
    }

    /// Forgets what is at `at`, in every version; a place that holds nothing is no error.
    ///
    /// # Panics
    /// As [`with`](Self::with).
    pub fn remove(&self, at: impl fmt::Display) {
        self.state().store.remove(&place(at));
    }

    /// Lets the next `count` calls fail with `kind`; each reference of a `get_many` is one call.
    pub fn fail_next(&self, kind: ErrorKind, count: usize) {
        self.state().script.fail_next(kind, count);
    }

    /// Lets every call fail with `kind` until [`recover`](Self::recover).
    pub fn fail_always(&self, kind: ErrorKind) {
        self.state().script.always = Some(kind);
    }

    /// Lets every call for `at` fail with `kind` until [`recover`](Self::recover); its neighbours are served.
    ///
    /// # Panics
    /// As [`with`](Self::with).
    pub fn fail_at(&self, at: impl fmt::Display, kind: ErrorKind) {
        self.state().script.places.insert(place(at), kind);
    }

    /// Lets every write fail with `kind` until [`recover`](Self::recover); reads are served.
    pub fn fail_writes(&self, kind: ErrorKind) {
        self.state().script.writes = Some(kind);
    }

    /// Says in each scripted `Throttled` error that the caller should wait this long.
    pub fn retry_after(&self, wait: Duration) {
        self.state().script.retry_after = Some(wait);
    }

    /// Lets every call take this long, on tokio's clock, which tests may pause.
    pub fn delay(&self, delay: Duration) {
        self.state().script.delay = delay;
    }

    /// Gives up with `Timeout` after this long, as a client with a time limit does.
    pub fn time_limit(&self, limit: Duration) {
        self.state().script.limit = Some(limit);
    }

    /// Ends every scripted failure and delay; values, counts and the time limit stay.
    pub fn recover(&self) {
        self.state().script.recover();
    }

    /// Returns how many reads began: one for each `get`, and one for each reference of a `get_many`.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.state().counts.reads
    }

    /// Returns how many times `get_many` was called.
    #[must_use]
    pub fn batches(&self) -> u64 {
        self.state().counts.batches
    }

    /// Returns how many times `revision` was called.
    #[must_use]
    pub fn polls(&self) -> u64 {
        self.state().counts.polls
    }

    /// Returns how many times `check` was called.
    #[must_use]
    pub fn checks(&self) -> u64 {
        self.state().counts.checks
    }

    /// Returns how many writes began: puts, deletions and promotions.
    #[must_use]
    pub fn writes(&self) -> u64 {
        self.state().counts.writes
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn error(&self, kind: ErrorKind, at: &SecretRef) -> SourceError {
        SourceError::new(kind, &*self.name).for_key(at.to_string())
    }

    /// Counts the call, waits as scripted, and fails as scripted.
    async fn begin(&self, operation: Operation, at: Option<&SecretRef>) -> Result<(), SourceError> {
        let (wait, verdict) = {
            let mut state = self.state();
            state.counts.count(operation);
            (state.script.wait(), state.script.verdict(operation, at))
        };
        if !wait.length.is_zero() {
            tokio::time::sleep(wait.length).await;
        }
        let Some(kind) = wait.in_vain.then_some(ErrorKind::Timeout).or(verdict) else { return Ok(()) };
        let error = at.map_or_else(|| SourceError::new(kind, &*self.name), |at| self.error(kind, at));
        Err(match self.state().script.retry_after.filter(|_| kind == ErrorKind::Throttled) {
            Some(wait) => error.with_retry_after(wait),
            None => error,
        })
    }

    fn read(&self, at: &SecretRef) -> Result<Secret, SourceError> {
        let lent = self.state().lending.lend(at);
        if let Some(lent) = lent {
            let lease = lent.metadata().lease().expect("what is lent has a lease").clone();
            let metadata = Metadata::of_source(&*self.name).with_lease(lease);
            return self.narrow(&lent.with_metadata(metadata), at);
        }
        let found = self.state().store.find(at).ok_or_else(|| self.error(ErrorKind::NotFound, at))?;
        let mut metadata = Metadata::of_source(&*self.name).with_version(found.id);
        let told = found.value.metadata();
        if let Some(expires) = told.expires() {
            metadata = metadata.with_expires(expires);
        }
        if let Some(created) = told.created() {
            metadata = metadata.with_created(created);
        }
        if let Some(lease) = told.lease() {
            metadata = metadata.with_lease(lease.clone());
        }
        self.narrow(&found.value.with_metadata(metadata), at)
    }

    fn narrow(&self, whole: &Secret, at: &SecretRef) -> Result<Secret, SourceError> {
        let Some(field) = at.field() else { return Ok(whole.clone()) };
        whole.field(field).map_err(|error| {
            let malformed = matches!(error, reticent_core::FieldError::NotJson { .. });
            let kind = if malformed { ErrorKind::Malformed } else { ErrorKind::NotFound };
            self.error(kind, at).with_cause(error)
        })
    }
}

impl fmt::Debug for MemorySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemorySource").field("name", &self.name).finish_non_exhaustive()
    }
}

#[async_trait]
impl SecretSource for MemorySource {
    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.name)
    }

    async fn get(&self, at: &SecretRef) -> Result<Secret, SourceError> {
        self.begin(Operation::Read, Some(at)).await?;
        self.read(at)
    }

    async fn get_many(&self, at: &[SecretRef]) -> Vec<Result<Secret, SourceError>> {
        self.state().counts.batches += 1;
        // All at once, so that one scripted delay passes for the whole batch.
        let reads: Vec<_> = at.iter().map(|at| self.get(at)).collect();
        futures_util::future::join_all(reads).await
    }

    async fn check(&self) -> Result<(), SourceError> {
        self.begin(Operation::Check, None).await
    }

    async fn revision(&self, at: &SecretRef) -> Result<Revision, SourceError> {
        self.begin(Operation::Poll, Some(at)).await?;
        self.state().store.revision(at).ok_or_else(|| self.error(ErrorKind::NotFound, at))
    }

    fn leases(&self) -> Option<&dyn LeaseKeeper> {
        Some(self)
    }
}

/// Reads a place as a test wrote it.
fn place(at: impl fmt::Display) -> SecretRef {
    let at: SecretRef = at.to_string().parse().expect("a test names its places correctly");
    assert!(at == store::whole(&at), "a place is a reference without version and field");
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> SecretRef {
        text.parse().expect("a reference")
    }

    #[tokio::test(start_paused = true)]
    async fn scripted_failures_end_and_count() {
        let source = MemorySource::new("mem").with("mem://a", "x");
        source.fail_next(ErrorKind::Throttled, 2);
        source.retry_after(Duration::from_secs(3));
        for _ in 0..2 {
            let error = source.get(&at("mem://a")).await.expect_err("scripted");
            assert_eq!(
                (error.kind(), error.retry_after()),
                (ErrorKind::Throttled, Some(Duration::from_secs(3)))
            );
        }
        assert!(source.get(&at("mem://a")).await.is_ok());
        assert_eq!(source.calls(), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn one_place_fails_and_its_neighbour_is_served() {
        let source = MemorySource::new("mem").with("mem://a", "x").with("mem://b", "y");
        source.fail_at("mem://a", ErrorKind::AccessDenied);
        let answers = source.get_many(&[at("mem://a"), at("mem://b")]).await;
        assert_eq!(answers[0].as_ref().expect_err("scripted").kind(), ErrorKind::AccessDenied);
        assert!(answers[1].is_ok());
        source.recover();
        assert!(source.get(&at("mem://a")).await.is_ok());
        assert_eq!((source.calls(), source.batches()), (3, 1));
    }

    #[tokio::test(start_paused = true)]
    async fn a_delay_passes_once_for_a_batch_and_a_limit_ends_it() {
        let source = MemorySource::new("mem").with("mem://a", "x");
        source.delay(Duration::from_secs(5));
        let start = tokio::time::Instant::now();
        assert!(source.get_many(&[at("mem://a"), at("mem://a")]).await.iter().all(Result::is_ok));
        assert_eq!(start.elapsed(), Duration::from_secs(5));
        source.time_limit(Duration::from_secs(1));
        assert_eq!(source.get(&at("mem://a")).await.expect_err("too slow").kind(), ErrorKind::Timeout);
        assert_eq!(start.elapsed(), Duration::from_secs(6));
    }

    #[tokio::test]
    async fn versions_are_kept() {
        let source = MemorySource::new("mem").with("mem://a", "old");
        let first = source.get(&at("mem://a")).await.expect("held");
        source.set("mem://a", "new");
        let previous = source.get(&at("mem://a?version=previous")).await.expect("held");
        assert!(previous.ct_eq(&first));
        assert_eq!(previous.metadata(), first.metadata());
        source.remove("mem://a");
        assert_eq!(source.get(&at("mem://a")).await.expect_err("gone").kind(), ErrorKind::NotFound);
    }
}
