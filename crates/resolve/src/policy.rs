//! How long answers are kept, how often a read is tried, and what a chain falls through on.
//!
//! The decision: caching, timeout and retry belong to the source that a scheme names, since an environment variable
//! costs nothing and a cloud API costs money; the builder's own policies are what a source has unless it says more.

use std::time::Duration;

use crate::jitter::Jitter;

/// How long the answers of a source are kept.
///
/// ```
/// use std::time::Duration;
/// use reticent_resolve::CachePolicy;
///
/// // Serve the last good value for ten more minutes while the backend is down.
/// let policy = CachePolicy::default().with_max_stale(Duration::from_secs(600));
/// assert_eq!(policy.ttl(), Duration::from_secs(300));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CachePolicy {
    ttl: Duration,
    max_stale: Duration,
    negative: Duration,
    expiry_margin: Duration,
}

impl Default for CachePolicy {
    /// Keeps values 300 s ±10 % and absence 5 s, ends 10 s before a lease or value does, and serves nothing stale.
    fn default() -> Self {
        Self {
            ttl: Duration::from_secs(300),
            max_stale: Duration::ZERO,
            negative: Duration::from_secs(5),
            expiry_margin: Duration::from_secs(10),
        }
    }
}

impl CachePolicy {
    /// Keeps values for `ttl`, give or take a tenth.
    #[must_use]
    pub fn with_ttl(mut self, ttl: Duration) -> Self {
        self.ttl = ttl;
        self
    }

    /// Serves the last good value for at most `max_stale` beyond its TTL while the source fails transiently.
    ///
    /// A value is never served beyond its own end or its lease's.
    #[must_use]
    pub fn with_max_stale(mut self, max_stale: Duration) -> Self {
        self.max_stale = max_stale;
        self
    }

    /// Keeps the answer that there is no such secret for `negative`; zero asks each time.
    #[must_use]
    pub fn with_negative(mut self, negative: Duration) -> Self {
        self.negative = negative;
        self
    }

    /// Lets go of a value `margin` before it or its lease ends.
    #[must_use]
    pub fn with_expiry_margin(mut self, margin: Duration) -> Self {
        self.expiry_margin = margin;
        self
    }

    /// Returns how long values are kept.
    #[must_use]
    pub fn ttl(&self) -> Duration {
        self.ttl
    }

    /// Returns how long beyond the TTL a value is served while the source fails.
    #[must_use]
    pub fn max_stale(&self) -> Duration {
        self.max_stale
    }

    /// Returns how long absence is kept.
    #[must_use]
    pub fn negative(&self) -> Duration {
        self.negative
    }

    /// Returns how long before its end a value is let go of.
    #[must_use]
    pub fn expiry_margin(&self) -> Duration {
        self.expiry_margin
    }
}

/// How often and how patiently a read is repeated after a transient failure.
///
/// Waits are drawn at random between `base` and three times the wait before; a longer one that the backend asks for
/// is honoured.
///
/// ```
/// use reticent_resolve::RetryPolicy;
///
/// assert_eq!(RetryPolicy::default().attempts(), 3);
/// assert_eq!(RetryPolicy::never().attempts(), 1);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    attempts: u32,
    base: Duration,
    longest_wait: Duration,
    total: Duration,
}

impl Default for RetryPolicy {
    /// Tries three times within 30 s, with waits of 100 ms to 5 s.
    fn default() -> Self {
        Self {
            attempts: 3,
            base: Duration::from_millis(100),
            longest_wait: Duration::from_secs(5),
            total: Duration::from_secs(30),
        }
    }
}

impl RetryPolicy {
    /// Tries once.
    #[must_use]
    pub fn never() -> Self {
        Self::default().with_attempts(1)
    }

    /// Tries at most `attempts` times, the first included; zero counts as one.
    #[must_use]
    pub fn with_attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts.max(1);
        self
    }

    /// Draws waits from `base` to `longest`.
    #[must_use]
    pub fn with_waits(mut self, base: Duration, longest: Duration) -> Self {
        self.base = base;
        self.longest_wait = longest;
        self
    }

    /// Begins no attempt later than `total` after the first.
    #[must_use]
    pub fn with_total(mut self, total: Duration) -> Self {
        self.total = total;
        self
    }

    /// Returns how often a read is tried, the first included.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// Returns the shortest wait.
    #[must_use]
    pub fn base(&self) -> Duration {
        self.base
    }

    /// Returns the longest wait, unless the backend asks for a longer one.
    #[must_use]
    pub fn longest_wait(&self) -> Duration {
        self.longest_wait
    }

    /// Returns how long after the first attempt the last one may begin.
    #[must_use]
    pub fn total(&self) -> Duration {
        self.total
    }
}

/// When a source counts as down, and how often it is asked then.
///
/// While it is down, one call a step goes to it, and all others fail at once with what is known: the kind of the last
/// failure, when it is asked again, and when it last answered.
///
/// ```
/// use std::time::Duration;
/// use reticent_resolve::BreakerPolicy;
///
/// let policy = BreakerPolicy::default().with_failures(5);
/// assert_eq!((policy.failures(), policy.longest_step()), (5, Duration::from_millis(1500)));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BreakerPolicy {
    failures: u32,
    shortest_step: Duration,
    longest_step: Duration,
}

impl Default for BreakerPolicy {
    /// Down after three failures in a row, or one call that waited in vain for a second or more; steps of 250 ms, twice as long each
    /// time, up to 1.5 s.
    fn default() -> Self {
        Self {
            failures: 3,
            shortest_step: Duration::from_millis(250),
            longest_step: Duration::from_millis(1500),
        }
    }
}

impl BreakerPolicy {
    /// Asks a source each time, however often it has failed.
    #[must_use]
    pub fn never() -> Self {
        Self::default().with_failures(0)
    }

    /// Takes a source for down after `failures` in a row, and not before one read has made all its attempts; zero is
    /// never.
    #[must_use]
    pub fn with_failures(mut self, failures: u32) -> Self {
        self.failures = failures;
        self
    }

    /// Asks again after `shortest`, and after twice as long each time, up to `longest`.
    #[must_use]
    pub fn with_steps(mut self, shortest: Duration, longest: Duration) -> Self {
        self.shortest_step = shortest;
        self.longest_step = longest;
        self
    }

    /// Returns after how many failures in a row a source counts as down.
    #[must_use]
    pub fn failures(&self) -> u32 {
        self.failures
    }

    /// Returns the longest time between two calls to a source that is down.
    #[must_use]
    pub fn longest_step(&self) -> Duration {
        self.longest_step
    }

    /// Leaves one read all its attempts.
    pub(crate) fn after(self, retry: &RetryPolicy) -> Self {
        let failures = if self.failures == 0 { 0 } else { self.failures.max(retry.attempts()) };
        Self { failures, ..self }
    }

    /// Draws the length of the step of this number.
    pub(crate) fn step(&self, number: u32, jitter: &Jitter) -> Duration {
        let step = self.shortest_step.saturating_mul(1 << number.min(16)).min(self.longest_step);
        jitter.between(step.mul_f64(0.8), step)
    }
}

/// What is special about one source; the builder's own policies hold for the rest.
///
/// ```
/// use reticent_resolve::SourcePolicy;
///
/// let local = SourcePolicy::default().uncached(); // reading the environment costs nothing
/// # let _ = local;
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourcePolicy {
    pub(crate) cache: Caching,
    pub(crate) timeout: Option<Duration>,
    pub(crate) retry: Option<RetryPolicy>,
    pub(crate) breaker: Option<BreakerPolicy>,
    pub(crate) follows: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Caching {
    #[default]
    Inherited,
    Never,
    Kept(CachePolicy),
}

impl SourcePolicy {
    /// Reads the source each time: for places as near as the cache.
    #[must_use]
    pub fn uncached(mut self) -> Self {
        self.cache = Caching::Never;
        self
    }

    /// Keeps the answers of this source by `policy`.
    #[must_use]
    pub fn with_cache(mut self, policy: CachePolicy) -> Self {
        self.cache = Caching::Kept(policy);
        self
    }

    /// Follows a reference that stands in this source in the place of a value, when a secret is asked for by name.
    ///
    /// What a reference leads to must be there: the name's further places are not tried. One that is asked for by
    /// reference is returned as it stands.
    #[must_use]
    pub fn following(mut self) -> Self {
        self.follows = true;
        self
    }

    /// Waits at most `timeout` for each attempt.
    #[must_use]
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Takes this source for down by `policy`.
    #[must_use]
    pub fn with_breaker(mut self, policy: BreakerPolicy) -> Self {
        self.breaker = Some(policy);
        self
    }

    /// Repeats reads of this source by `policy`.
    #[must_use]
    pub fn with_retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = Some(policy);
        self
    }
}

/// When a name's next place is tried.
///
/// ```
/// use reticent_resolve::Fallthrough;
///
/// assert_eq!(Fallthrough::default(), Fallthrough::NotFound);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "complete: falling through on anything else would hide a denial")]
pub enum Fallthrough {
    /// Only when a place answers that it has no such secret.
    #[default]
    NotFound,
    /// Also when a place fails transiently. The answer is then kept as briefly as an absence is.
    NotFoundOrTransient,
}
