//! One registered source, asked with a timeout, repeated after transient failures, and spared while it is down.

mod read;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reticent_core::{ErrorKind, Lease, LeaseKeeper, Revision, Secret, SecretRef, SecretSource, SourceError};
use tokio::time::{Instant, sleep, timeout};

use self::read::Pace;
use crate::breaker::Breaker;
use crate::jitter::Jitter;
use crate::login::Login;
use crate::policy::{CachePolicy, RetryPolicy};
use crate::spans::Call;

pub(crate) type Answer = Result<Secret, SourceError>;

/// A source and what the program decided about it.
pub(crate) struct Backend {
    pub(crate) label: Arc<str>,
    pub(crate) source: Box<dyn SecretSource>,
    pub(crate) cache: Option<CachePolicy>,
    pub(crate) timeout: Duration,
    pub(crate) retry: RetryPolicy,
    pub(crate) breaker: Breaker,
    pub(crate) follows: bool,
    pub(crate) login: Arc<Login>,
}

impl Backend {
    /// Asks whether the secret at `at` has moved, once.
    pub(crate) async fn revision(&self, at: &SecretRef, jitter: &Jitter) -> Result<Revision, SourceError> {
        let places = std::slice::from_ref(at);
        self.breaker.admit(places, jitter).map_err(|refusal| named(refusal, at))?;
        let since = Instant::now();
        let answer = self.in_time("revision", places, self.timeout, self.source.revision(at)).await;
        self.breaker.note(places, since, outcome(&answer), jitter);
        answer.map_err(|error| named(error, at))
    }

    /// Tells whether a place lends; what fails transiently is tried again.
    ///
    /// A source mostly knows without asking its backend, so that success says nothing about that.
    pub(crate) async fn lends(&self, at: &SecretRef, jitter: &Jitter) -> Result<bool, SourceError> {
        let Some(keeper) = self.source.leases() else { return Ok(false) };
        let places = std::slice::from_ref(at);
        let mut pace = Pace::new(&self.retry);
        loop {
            if let Some(refusal) = self.breaker.refusal(places) {
                return Err(named(refusal, at));
            }
            let since = Instant::now();
            let answer = self.in_time("lends", places, self.timeout, keeper.lends(at)).await;
            let Err(error) = answer else { return answer };
            self.breaker.note(places, since, Err(&error), jitter);
            let is_spared = self.breaker.refusal(places).is_some() || !error.is_transient();
            let wait = if is_spared { None } else { pace.next_wait(error.retry_after(), jitter) };
            let Some(wait) = wait else { return Err(named(pace.given_up(error), at)) };
            sleep(wait).await;
        }
    }

    /// Lets the source do what is due to stay logged in.
    pub(crate) async fn keep_alive(&self) -> Result<Option<Duration>, SourceError> {
        self.in_time("keep_alive", &[], self.timeout, self.source.keep_alive()).await
    }

    /// Asks once to renew a lease, within `limit` and the source's own.
    pub(crate) async fn renew(
        &self,
        at: &SecretRef,
        lease: &Lease,
        wanted: Duration,
        limit: Duration,
    ) -> Result<Lease, SourceError> {
        let keeper = self.keeper(at)?;
        let places = std::slice::from_ref(at);
        let call = keeper.renew(lease, wanted);
        let answer = self.in_time("renew", places, limit.min(self.timeout), call).await;
        answer.map_err(|error| named(error, at))
    }

    /// Asks once to revoke a lease.
    pub(crate) async fn revoke(&self, at: &SecretRef, lease: &Lease) -> Result<(), SourceError> {
        let keeper = self.keeper(at)?;
        let places = std::slice::from_ref(at);
        let answer = self.in_time("revoke", places, self.timeout, keeper.revoke(lease)).await;
        answer.map_err(|error| named(error, at))
    }

    fn keeper(&self, at: &SecretRef) -> Result<&dyn LeaseKeeper, SourceError> {
        let unsupported =
            || SourceError::new(ErrorKind::Unsupported, Arc::clone(&self.label)).for_key(at.to_string());
        self.source.leases().ok_or_else(unsupported)
    }

    /// How long before its end a value is let go of.
    pub(crate) fn expiry_margin(&self) -> Duration {
        self.cache.as_ref().map_or(Duration::MAX, CachePolicy::expiry_margin)
    }

    /// Proves that the source is reached, once.
    pub(crate) async fn check(&self, jitter: &Jitter) -> Result<(), SourceError> {
        let since = Instant::now();
        let answer = self.in_time("check", &[], self.timeout, self.source.check()).await;
        self.breaker.note(&[], since, outcome(&answer), jitter);
        answer
    }

    async fn in_time<T>(
        &self,
        operation: &'static str,
        places: &[SecretRef],
        limit: Duration,
        call: impl Future<Output = Result<T, SourceError>>,
    ) -> Result<T, SourceError> {
        let span = Call::begin(&self.label, operation, places);
        let answer = timeout(limit, span.within(call)).await;
        let answer = answer.unwrap_or_else(|_| Err(self.too_slow(limit)));
        span.end(answer.as_ref());
        answer
    }

    fn too_slow(&self, waited: Duration) -> SourceError {
        SourceError::new(ErrorKind::Timeout, Arc::clone(&self.label))
            .with_detail(format!("waited {waited:?}"))
    }
}

fn outcome<T>(answer: &Result<T, SourceError>) -> Result<(), &SourceError> {
    answer.as_ref().map(drop)
}

impl fmt::Debug for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.label)
    }
}

fn named(error: SourceError, at: &SecretRef) -> SourceError {
    if error.key().is_some() { error } else { error.for_key(at.to_string()) }
}
