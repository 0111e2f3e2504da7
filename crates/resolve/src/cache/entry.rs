//! One kept answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use reticent_core::hooks::Actor;
use reticent_core::{Secret, SecretRef};
use tokio::time::Instant;

use crate::backend::Answer;
use crate::hits::Hits;
use crate::jitter::Jitter;
use crate::lease;
use crate::policy::CachePolicy;
use crate::request::Request;

/// How far the TTL of an entry may differ from the policy's.
const SPREAD: f64 = 0.1;

/// When in its TTL an entry is refreshed ahead.
pub(crate) const AHEAD: f64 = 0.8;

/// A kept answer and how long it serves.
pub(crate) struct Entry {
    pub(crate) content: Arc<Content>,
    pub(crate) lifetime: Lifetime,
    used: AtomicU64,
    uses: AtomicU64,
}

/// What does not change while an entry lives; shared, so that a hit takes it out of the lock by one count.
pub(crate) struct Content {
    pub(crate) request: Request,
    /// Who fetched it.
    pub(crate) actor: Actor,
    pub(crate) answer: Answer,
    /// The hits on a secret; an absence has none.
    pub(crate) hits: Option<Arc<Hits>>,
    pub(crate) ticket: u64,
}

/// What the hooks and callers need of an entry, taken out of the lock.
pub(crate) struct Kept {
    pub(crate) content: Arc<Content>,
    pub(crate) stale: bool,
    pub(crate) refresh_at: Instant,
}

impl Entry {
    pub(crate) fn new(content: Content, lifetime: Lifetime) -> Self {
        let (used, uses) = (AtomicU64::new(0), AtomicU64::new(0));
        Self { content: Arc::new(content), lifetime, used, uses }
    }

    pub(crate) fn key(&self) -> &Arc<str> {
        self.content.request.key()
    }

    pub(crate) fn kept(&self, stale: bool) -> Kept {
        Kept { content: Arc::clone(&self.content), stale, refresh_at: self.lifetime.refresh_at }
    }

    pub(super) fn touch(&self, tick: u64) {
        self.used.store(tick, Ordering::Relaxed);
        self.uses.store(1 + self.uses.load(Ordering::Relaxed), Ordering::Relaxed);
    }

    pub(super) fn last_used(&self) -> u64 {
        self.used.load(Ordering::Relaxed)
    }

    /// Tells whether its answer came from the place `whole`, in any field.
    pub(crate) fn is_of(&self, whole: &SecretRef) -> bool {
        let Some(hits) = &self.content.hits else { return false };
        lease::whole(hits.place()) == *whole
    }

    /// The same answer under the metadata of `renewed`, as used as before.
    pub(super) fn renewed(&self, renewed: &Secret) -> Self {
        let Content { request, actor, answer, hits, ticket } = &*self.content;
        let answer = answer.clone().map(|secret| secret.with_metadata(renewed.metadata().clone()));
        let (request, actor) = (request.clone(), actor.clone());
        let content = Content { request, actor, answer, hits: hits.clone(), ticket: *ticket };
        let entry = Self::new(content, self.lifetime);
        entry.used.store(self.used.load(Ordering::Relaxed), Ordering::Relaxed);
        entry.uses.store(self.uses.load(Ordering::Relaxed), Ordering::Relaxed);
        entry
    }

    /// Tells whether anybody asked for it since it was fetched; only what is used is worth refreshing ahead.
    pub(crate) fn is_used(&self) -> bool {
        // Keeping it counts as the first.
        self.uses.load(Ordering::Relaxed) > 1
    }
}

/// The moments in the life of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lifetime {
    pub(crate) refresh_at: Instant,
    pub(crate) fresh_until: Instant,
    /// Beyond this it is served on no account.
    pub(crate) stale_until: Instant,
    /// Until then a stale value is served without asking again.
    pub(crate) recheck_at: Instant,
}

impl Lifetime {
    /// Reckons the life of a value that ends by itself after `remaining`; `None` when it is not worth keeping.
    pub(crate) fn of_value(
        now: Instant,
        policy: &CachePolicy,
        remaining: Option<Duration>,
        jitter: &Jitter,
    ) -> Option<Self> {
        let own = jitter.around(policy.ttl(), SPREAD);
        let ttl = match remaining {
            Some(remaining) => own.min(remaining.saturating_sub(policy.expiry_margin())),
            None => own,
        };
        if ttl.is_zero() {
            return None;
        }
        let longest = ttl.saturating_add(policy.max_stale());
        let stale = longest.min(remaining.unwrap_or(Duration::MAX));
        Some(Self {
            refresh_at: after(now, ttl.mul_f64(AHEAD)),
            fresh_until: after(now, ttl),
            stale_until: after(now, stale),
            recheck_at: now,
        })
    }

    /// Reckons the life of a lent value that may be served for `serves`; whoever tends the lease refreshes it.
    pub(crate) fn of_lent(
        now: Instant,
        policy: &CachePolicy,
        serves: Duration,
        jitter: &Jitter,
    ) -> Option<Self> {
        Self::brief(now, jitter.around(policy.ttl(), SPREAD).min(serves))
    }

    /// Takes over what a renewal of the lease allows.
    pub(crate) fn extend(&mut self, now: Instant, policy: &CachePolicy, serves: Duration, jitter: &Jitter) {
        if let Some(longer) = Self::of_lent(now, policy, serves, jitter) {
            *self = longer;
        }
    }

    /// Reckons the life of an answer that is kept for `ttl`, is not refreshed and is never served stale.
    pub(crate) fn brief(now: Instant, ttl: Duration) -> Option<Self> {
        let end = after(now, ttl);
        let life = Self { refresh_at: end, fresh_until: end, stale_until: end, recheck_at: now };
        (!ttl.is_zero()).then_some(life)
    }

    /// Tells whether it serves now without asking the backend, and if so whether it is stale.
    pub(crate) fn serves(&self, now: Instant) -> Option<bool> {
        if self.is_fresh(now) {
            return Some(false);
        }
        (now < self.recheck_at && self.outlasts(now)).then_some(true)
    }

    pub(crate) fn is_fresh(&self, now: Instant) -> bool {
        now < self.fresh_until
    }

    /// Tells whether it may be served at all, if only as the last resort.
    pub(crate) fn outlasts(&self, now: Instant) -> bool {
        now < self.stale_until
    }
}

/// A moment far enough to be never.
fn after(now: Instant, wait: Duration) -> Instant {
    const LONGEST: Duration = Duration::from_secs(60 * 60 * 24 * 365 * 30);
    now + wait.min(LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn life(policy: &CachePolicy, remaining: Option<u64>) -> Option<(u64, u64, u64)> {
        let now = Instant::now();
        let remaining = remaining.map(Duration::from_secs);
        let life = Lifetime::of_value(now, policy, remaining, &Jitter::fixed(0.5))?;
        let seconds = |moment: Instant| (moment - now).as_secs();
        Some((seconds(life.refresh_at), seconds(life.fresh_until), seconds(life.stale_until)))
    }

    #[test]
    fn a_life_ends_with_the_ttl_or_before_the_lease() {
        let plain = CachePolicy::default();
        let stale = plain.clone().with_max_stale(Duration::from_secs(600));
        for (policy, remaining, want) in [
            (&plain, None, Some((240, 300, 300))),
            (&plain, Some(3600), Some((240, 300, 300))),
            (&plain, Some(60), Some((40, 50, 50))),
            (&plain, Some(10), None),
            (&plain, Some(0), None),
            (&stale, None, Some((240, 300, 900))),
            (&stale, Some(60), Some((40, 50, 60))),
        ] {
            assert_eq!(life(policy, remaining), want, "{remaining:?}");
        }
    }

    #[test]
    fn a_ttl_without_end_is_no_overflow() {
        assert!(life(&CachePolicy::default().with_ttl(Duration::MAX), None).is_some());
    }
}
