//! One registered source, asked with a timeout and repeated after transient failures.
//!
//! This is also where a circuit breaker will stand: between [`Backend::read`] and the source.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reticent_core::{ErrorKind, Lease, LeaseKeeper, Revision, Secret, SecretRef, SecretSource, SourceError};
use tokio::time::{Instant, sleep, timeout};

use crate::jitter::Jitter;
use crate::login::Login;
use crate::policy::{CachePolicy, RetryPolicy};

pub(crate) type Answer = Result<Secret, SourceError>;

/// A source and what the program decided about it.
pub(crate) struct Backend {
    pub(crate) label: Arc<str>,
    pub(crate) source: Box<dyn SecretSource>,
    pub(crate) cache: Option<CachePolicy>,
    pub(crate) timeout: Duration,
    pub(crate) retry: RetryPolicy,
    pub(crate) follows: bool,
    pub(crate) login: Arc<Login>,
}

impl Backend {
    /// Reads `places`, each of which gets its own answer; those that fail transiently are tried again.
    pub(crate) async fn read(&self, places: &[SecretRef], jitter: &Jitter) -> Vec<Answer> {
        let mut answers: Vec<Answer> = places.iter().map(|at| Err(self.unanswered(at))).collect();
        let mut open: Vec<usize> = (0..places.len()).collect();
        let mut pace = Pace::new(&self.retry);
        loop {
            let asked: Vec<SecretRef> = open.iter().map(|index| places[*index].clone()).collect();
            for (index, answer) in open.iter().zip(self.read_once(&asked).await) {
                answers[*index] = answer.map_err(|error| named(error, &places[*index]));
            }
            let transient = |answer: &Answer| matches!(answer, Err(error) if error.is_transient());
            open.retain(|index| transient(&answers[*index]));
            let asked_to_wait =
                open.iter().filter_map(|index| answers[*index].as_ref().err()?.retry_after()).max();
            if open.is_empty() {
                return answers;
            }
            let Some(wait) = pace.next_wait(asked_to_wait, jitter) else { break };
            sleep(wait).await;
        }
        for index in open {
            let answer = std::mem::replace(&mut answers[index], Err(self.unanswered(&places[index])));
            answers[index] = answer.map_err(|error| pace.given_up(error));
        }
        answers
    }

    pub(crate) async fn read_one(&self, at: &SecretRef, jitter: &Jitter) -> Answer {
        self.read(std::slice::from_ref(at), jitter).await.pop().expect("one place has one answer")
    }

    /// Asks whether the secret at `at` has moved, once.
    pub(crate) async fn revision(&self, at: &SecretRef) -> Result<Revision, SourceError> {
        let answer = timeout(self.timeout, self.source.revision(at)).await;
        answer.unwrap_or_else(|_| Err(self.too_slow(self.timeout))).map_err(|error| named(error, at))
    }

    /// Tells whether a place lends; what fails transiently is tried again.
    pub(crate) async fn lends(&self, at: &SecretRef, jitter: &Jitter) -> Result<bool, SourceError> {
        let Some(keeper) = self.source.leases() else { return Ok(false) };
        let mut pace = Pace::new(&self.retry);
        loop {
            let answer = timeout(self.timeout, keeper.lends(at)).await;
            let answer = answer.unwrap_or_else(|_| Err(self.too_slow(self.timeout)));
            let Err(error) = answer else { return answer };
            let wait = if error.is_transient() { pace.next_wait(error.retry_after(), jitter) } else { None };
            let Some(wait) = wait else { return Err(named(pace.given_up(error), at)) };
            sleep(wait).await;
        }
    }

    /// Lets the source do what is due to stay logged in.
    pub(crate) async fn keep_alive(&self) -> Result<Option<Duration>, SourceError> {
        let answer = timeout(self.timeout, self.source.keep_alive()).await;
        answer.unwrap_or_else(|_| Err(self.too_slow(self.timeout)))
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
        let limit = limit.min(self.timeout);
        let answer = timeout(limit, keeper.renew(lease, wanted)).await;
        answer.unwrap_or_else(|_| Err(self.too_slow(limit))).map_err(|error| named(error, at))
    }

    /// Asks once to revoke a lease.
    pub(crate) async fn revoke(&self, at: &SecretRef, lease: &Lease) -> Result<(), SourceError> {
        let answer = timeout(self.timeout, self.keeper(at)?.revoke(lease)).await;
        answer.unwrap_or_else(|_| Err(self.too_slow(self.timeout))).map_err(|error| named(error, at))
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
    pub(crate) async fn check(&self) -> Result<(), SourceError> {
        timeout(self.timeout, self.source.check()).await.unwrap_or_else(|_| Err(self.too_slow(self.timeout)))
    }

    async fn read_once(&self, places: &[SecretRef]) -> Vec<Answer> {
        let reading = async {
            match places {
                [at] => vec![self.source.get(at).await],
                several => self.source.get_many(several).await,
            }
        };
        match timeout(self.timeout, reading).await {
            Ok(answers) => answers,
            Err(_) => places.iter().map(|_| Err(self.too_slow(self.timeout))).collect(),
        }
    }

    fn too_slow(&self, waited: Duration) -> SourceError {
        SourceError::new(ErrorKind::Timeout, Arc::clone(&self.label))
            .with_detail(format!("waited {waited:?}"))
    }

    /// For a source that gives fewer answers than it got questions.
    fn unanswered(&self, at: &SecretRef) -> SourceError {
        SourceError::new(ErrorKind::Malformed, Arc::clone(&self.label))
            .for_key(at.to_string())
            .with_detail("the source gave no answer for it")
    }
}

impl fmt::Debug for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.label)
    }
}

fn named(error: SourceError, at: &SecretRef) -> SourceError {
    if error.key().is_some() { error } else { error.for_key(at.to_string()) }
}

/// How often was tried, and how long to wait before the next time.
struct Pace<'a> {
    policy: &'a RetryPolicy,
    made: u32,
    wait: Duration,
    started: Instant,
}

impl<'a> Pace<'a> {
    fn new(policy: &'a RetryPolicy) -> Self {
        Self { policy, made: 0, wait: policy.base(), started: Instant::now() }
    }

    /// Draws the wait after an attempt that failed; `None` when it was the last.
    ///
    /// The wait grows with the one before and not with the count, so that clients which failed together drift apart.
    fn next_wait(&mut self, asked: Option<Duration>, jitter: &Jitter) -> Option<Duration> {
        self.made += 1;
        if self.made >= self.policy.attempts() {
            return None;
        }
        let drawn = jitter.between(self.policy.base(), self.wait.saturating_mul(3));
        self.wait = drawn.min(self.policy.longest_wait());
        let wait = self.wait.max(asked.unwrap_or_default());
        (self.started.elapsed().saturating_add(wait) <= self.policy.total()).then_some(wait)
    }

    fn given_up(&self, error: SourceError) -> SourceError {
        if self.made < 2 {
            return error;
        }
        let tried = format!("gave up after {} attempts", self.made);
        let detail = error.detail().map_or_else(|| tried.clone(), |detail| format!("{detail}, {tried}"));
        error.with_detail(detail)
    }
}
