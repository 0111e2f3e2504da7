//! Using a secret in a way that survives its rotation.
//!
//! The decision: only the use site can tell that a credential is refused, so it says so, and everything else is done
//! here: forget, read anew, wait while the rotation is under way, fall back on the previous value. Of all callers who
//! were refused the same value, one reads.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reticent_core::{Secret, SecretRef, SourceError, Version};
use tokio::time::{Instant, sleep};

use crate::fetch::Held;
use crate::request::Request;
use crate::resolver::Resolver;

/// The waits between two reads while a rejected value is still the current one.
const SHORTEST_WAIT: Duration = Duration::from_millis(250);
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// Why a use of a secret did not succeed, as the use itself sees it.
///
/// Any error becomes `Failed` by `?`; say `Rejected` where the backend refused the credential.
///
/// ```
/// use reticent_resolve::Refusal;
///
/// fn login(reply: u16) -> Result<(), Refusal<String>> {
///     match reply {
///         200 => Ok(()),
///         401 => Err(Refusal::Rejected("wrong password".to_owned())),
///         other => Err(format!("unexpected status {other}"))?,
///     }
/// }
/// assert!(matches!(login(500), Err(Refusal::Failed(_))));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "complete: another credential may help, or it cannot")]
pub enum Refusal<E> {
    /// The backend refused this credential; another one may do.
    Rejected(E),
    /// It failed for another reason; another credential would not help.
    Failed(E),
}

impl<E> From<E> for Refusal<E> {
    fn from(error: E) -> Self {
        Self::Failed(error)
    }
}

/// Why [`Resolver::with_fresh`] did not succeed.
///
/// ```
/// use reticent_resolve::UseError;
///
/// let error: UseError<std::fmt::Error> = UseError::Failed(std::fmt::Error);
/// assert_eq!(error.to_string(), "the use of the secret failed");
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum UseError<E> {
    /// The secret could not be read.
    Source(SourceError),
    /// Every value that there was is refused.
    Rejected {
        /// What the use said last.
        error: E,
        /// Why there was no newer value, where reading it failed.
        refetch: Option<SourceError>,
    },
    /// The use failed for another reason.
    Failed(E),
}

impl<E> fmt::Display for UseError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Source(error) => error.fmt(f),
            Self::Rejected { refetch: None, .. } => f.write_str("every value of the secret is refused"),
            Self::Rejected { refetch: Some(error), .. } => {
                write!(f, "the secret is refused, and no newer one could be read: {error}")
            }
            Self::Failed(_) => f.write_str("the use of the secret failed"),
        }
    }
}

impl<E: std::error::Error + 'static> std::error::Error for UseError<E> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Source(error) => error.source(),
            Self::Rejected { error, .. } | Self::Failed(error) => Some(error),
        }
    }
}

impl Resolver {
    /// Uses the secret that `text` names, and when it is refused, uses a newer one.
    ///
    /// After [`Refusal::Rejected`] the secret is read anew: once for all callers who were refused the same value.
    /// While it is unchanged, it is read again at growing intervals, for as long as the builder's
    /// [`rejection_patience`](crate::ResolverBuilder::rejection_patience). At last the previous value is tried, if a
    /// handle or the backend has one: a rotation may have stored the new value before the other side accepts it.
    ///
    /// ```
    /// # use reticent_resolve::{Refusal, Resolver};
    /// # use reticent_testkit::MemorySource;
    /// # tokio::runtime::Builder::new_current_thread().enable_time().build()?.block_on(async {
    /// let source = MemorySource::new("vault(prod)").with("vault://secret/db", "old");
    /// let resolver = Resolver::builder().source("vault", source.clone()).build()?;
    /// resolver.get("vault://secret/db").await?; // cached
    /// source.set("vault://secret/db", "rotated");
    ///
    /// let connection = resolver.with_fresh("vault://secret/db", |password| async move {
    ///     // A database that knows the new password alone, by its length.
    ///     if password.len() == 7 { Ok("connected") } else { Err(Refusal::Rejected("login denied")) }
    /// });
    /// assert_eq!(connection.await.expect("the new one is accepted"), "connected");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`UseError::Source`] when the secret cannot be read; [`UseError::Failed`] as soon as the use fails otherwise;
    /// [`UseError::Rejected`] when every value is refused.
    pub async fn with_fresh<T, E, F, U>(&self, text: &str, mut use_it: F) -> Result<T, UseError<E>>
    where
        F: FnMut(Secret) -> U,
        U: Future<Output = Result<T, Refusal<E>>>,
    {
        let request = self.inner.recognise(text).map_err(UseError::Source)?;
        let first = self.read_held(&request).await.map_err(UseError::Source)?;
        let mut hunt = Hunt::new(self, &request, &first);
        let mut secret = first.secret;
        loop {
            let error = match use_it(secret.clone()).await {
                Ok(done) => return Ok(done),
                Err(Refusal::Failed(error)) => return Err(UseError::Failed(error)),
                Err(Refusal::Rejected(error)) => error,
            };
            secret = match hunt.next(secret).await {
                Some(untried) => untried,
                None => return Err(UseError::Rejected { error, refetch: hunt.failure }),
            };
        }
    }
}

/// The search for a value that has not been refused yet.
struct Hunt<'a> {
    resolver: &'a Resolver,
    request: &'a Request,
    rejected: Vec<Secret>,
    ticket: u64,
    place: SecretRef,
    wait: Duration,
    deadline: Instant,
    has_read: bool,
    tried_previous: bool,
    failure: Option<SourceError>,
}

impl<'a> Hunt<'a> {
    fn new(resolver: &'a Resolver, request: &'a Request, first: &Held) -> Self {
        Self {
            resolver,
            request,
            rejected: Vec::new(),
            ticket: first.ticket,
            place: first.hits.place().clone(),
            wait: SHORTEST_WAIT,
            deadline: Instant::now() + resolver.inner.patience,
            has_read: false,
            tried_previous: false,
            failure: None,
        }
    }

    async fn next(&mut self, refused: Secret) -> Option<Secret> {
        self.resolver.inner.leases.refuse(&self.place, &refused);
        self.rejected.push(refused);
        if self.tried_previous {
            return None;
        }
        if let Some(newer) = self.newer().await {
            return Some(newer);
        }
        self.tried_previous = true;
        self.resolver.previous(self.request, &self.place).await.filter(|secret| self.is_untried(secret))
    }

    /// Reads until the value is one that was not refused, and gives up at the deadline or on a lasting failure.
    ///
    /// Only the first read is at once: of what is lent each read is another value, and all of them may be refused.
    async fn newer(&mut self) -> Option<Secret> {
        loop {
            if self.has_read && !self.pause().await {
                return None;
            }
            self.has_read = true;
            match self.read().await {
                Ok(secret) if self.is_untried(&secret) => return Some(secret),
                Ok(_) => self.failure = None,
                Err(error) => {
                    let lasting = !error.is_transient();
                    self.failure = Some(error);
                    if lasting {
                        return None;
                    }
                }
            }
        }
    }

    /// Waits, each time for longer, and tells whether there was time for it.
    async fn pause(&mut self) -> bool {
        let drawn = self.resolver.inner.jitter.between(SHORTEST_WAIT, self.wait.saturating_mul(3));
        self.wait = drawn.min(LONGEST_WAIT);
        let in_time = Instant::now() + self.wait <= self.deadline;
        if in_time {
            sleep(self.wait).await;
        }
        in_time
    }

    /// Reads what is newer than the value that was refused; what others have read since serves too.
    ///
    /// What anybody has read a moment ago, and is the value that was refused, is not read again so soon.
    async fn read(&mut self) -> Result<Secret, SourceError> {
        self.resolver.admit(self.request)?;
        let inner = &self.resolver.inner;
        if inner.rereads.is_recent(self.request.key(), self.ticket)
            && let Some(refused) = self.rejected.last()
        {
            return Ok(refused.clone());
        }
        let fetched = self.resolver.fetch(self.request, self.ticket).await?;
        self.ticket = fetched.ticket;
        inner.rereads.note(self.request.key(), fetched.ticket);
        self.place = fetched.hits.place().clone();
        Ok(fetched.secret.clone())
    }

    fn is_untried(&self, secret: &Secret) -> bool {
        !self.rejected.iter().any(|rejected| rejected.ct_eq(secret))
    }
}

/// When refused values were last read anew.
#[derive(Default)]
pub(crate) struct Rereads(Mutex<HashMap<Arc<str>, (Instant, u64)>>);

impl Rereads {
    /// Tells whether the fetch of `ticket`, or one before it, is the latest of a refused value and only just over.
    fn is_recent(&self, key: &Arc<str>, ticket: u64) -> bool {
        let reads = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        reads.get(key).is_some_and(|(at, read)| at.elapsed() < SHORTEST_WAIT && *read <= ticket)
    }

    fn note(&self, key: &Arc<str>, ticket: u64) {
        let mut reads = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        reads.retain(|_, (at, _)| at.elapsed() < SHORTEST_WAIT);
        reads.insert(Arc::clone(key), (Instant::now(), ticket));
    }
}

impl Resolver {
    /// Returns the value before the current one: a handle's, else the backend's. Best effort: it is the last resort.
    async fn previous(&self, request: &Request, place: &SecretRef) -> Option<Secret> {
        self.admit(request).ok()?;
        if let Some((secret, hits)) = self.inner.watches.previous(request.key()) {
            self.record_hit(&hits).await.ok()?;
            return Some(secret);
        }
        // What is lent is made anew for each read, and has no version before it.
        let has_versions = *place.version() == Version::Current && self.inner.leases.find(place).is_none();
        let backend = self.inner.backend(place.scheme()).filter(|_| has_versions)?;
        let before = place.clone().at_version(Version::Previous);
        let access = request.access(&self.actor).at(&before);
        let read = backend.read_one(&before, &self.inner.jitter);
        self.inner.hooks.fetch(&access, &backend.label, read).await.ok()
    }
}
