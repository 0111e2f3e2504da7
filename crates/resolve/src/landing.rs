//! The inside of a shared fetch: search, record, mask, keep, tell those who watch.
//!
//! All of it happens once, whoever waits; what each caller must do for itself is in `fetch`.

use std::future::ready;
use std::sync::Arc;
use std::time::Duration;

use reticent_core::hooks::Actor;
use reticent_core::{ErrorKind, Secret, SecretRef, SourceError};
use tokio::time::Instant;

use crate::cache::{AHEAD, Content, Entry, Kept, Lifetime};
use crate::chain::{self, Outcome, Won};
use crate::fetch::{Fetched, Held, Landed, Reading};
use crate::hits::Hits;
use crate::request::{RESOLVER, Request};
use crate::resolver::Inner;
use crate::watch::Offer;

pub(crate) async fn fly(
    inner: Arc<Inner>,
    actor: Actor,
    request: Request,
    floor: u64,
    reading: Reading,
) -> Landed {
    // A fetch may have landed between this caller's look into the cache and its joining.
    if let Some(kept) = inner.cache.find(request.key(), floor) {
        return served(kept);
    }
    let epoch = inner.cache.epoch();
    let ticket = inner.cache.take_ticket();
    inner.cache.counters.fetches.count();
    let outcome = match reading {
        Reading::Alone => search_alone(&inner, &request).await,
        Reading::Batch(batch) => match batch.outcome(&request).await {
            Some(outcome) => outcome,
            None => search_alone(&inner, &request).await,
        },
    };
    let landing = Landing { inner: &inner, actor, request, floor, epoch, ticket };
    landing.land(outcome).await
}

pub(crate) async fn search_alone(inner: &Arc<Inner>, request: &Request) -> Outcome {
    let mut outcomes = chain::search(inner, std::slice::from_ref(request)).await;
    outcomes.pop().expect("one request has one outcome")
}

fn served(kept: Kept) -> Landed {
    let Kept { content, stale, refresh_at } = kept;
    let Held { secret, ticket, hits } = content.held()?;
    Ok(Arc::new(Fetched { secret, ticket, hits, refresh_at: Some(refresh_at), cached: true, stale }))
}

/// The last steps of one fetch.
struct Landing<'a> {
    inner: &'a Arc<Inner>,
    actor: Actor,
    request: Request,
    floor: u64,
    epoch: u64,
    ticket: u64,
}

impl Landing<'_> {
    async fn land(self, outcome: Outcome) -> Landed {
        let Outcome { result, makeshift, .. } = outcome;
        let place = result.as_ref().ok().map(|won| won.place.clone());
        let label = self.inner.label(&result);
        let access = self.request.access(&self.actor);
        let access = place.as_ref().map_or(access, |place| access.at(place));
        let fetch = ready(result.map(|won| won.secret));
        match (self.inner.hooks.fetch(&access, &label, fetch).await, place) {
            (Ok(secret), Some(place)) => Ok(self.keep(secret, place, label, makeshift)),
            (Ok(_), None) => unreachable!("a secret comes from a place"),
            (Err(error), _) => self.fail(error),
        }
    }

    fn keep(self, secret: Secret, place: SecretRef, label: Arc<str>, makeshift: bool) -> Arc<Fetched> {
        let Self { inner, actor, request, ticket, epoch, .. } = self;
        let lifetime = inner.lifetime(&secret, &place, makeshift);
        let hits = match lifetime {
            Some(_) => Arc::new(Hits::new(request.clone(), place, label)),
            None => Arc::new(Hits::uncollected(request.clone(), place, label)),
        };
        match lifetime {
            Some(lifetime) => {
                let (answer, hits) = (Ok(secret.clone()), Some(Arc::clone(&hits)));
                inner.keep(Entry::new(Content { request, actor, answer, hits, ticket }, lifetime), epoch);
            }
            None => inner.let_go(inner.cache.forget(request.key())),
        }
        let refresh_at = lifetime.map(|life| life.refresh_at).or_else(|| inner.before_its_end(&secret));
        // A lease is renewed and replaced in its own time, and whoever watches is told then.
        let refresh_at = refresh_at.filter(|_| inner.leases.uses_of(hits.place(), &secret).is_none());
        inner.watches.offer(hits.key(), &inner.offer(&secret, &hits, refresh_at), &inner.hooks);
        Arc::new(Fetched { secret, ticket, hits, refresh_at, cached: false, stale: false })
    }

    fn fail(self, error: SourceError) -> Landed {
        let Self { inner, actor, request, floor, epoch, ticket } = self;
        for watch in inner.watches.of_key(request.key()) {
            watch.note_failure(&error);
        }
        if error.kind() == ErrorKind::NotFound {
            match inner.negative_lifetime(&request) {
                Some(lifetime) => {
                    let answer = Err(error.clone());
                    let content = Content { request, actor, answer, hits: None, ticket };
                    inner.keep(Entry::new(content, lifetime), epoch);
                }
                None => inner.let_go(inner.cache.forget(request.key())),
            }
        } else if error.is_transient()
            && floor == 0
            && let Some(kept) = inner.cache.fall_back(request.key(), error.retry_after())
        {
            return served(kept);
        }
        Err(error)
    }
}

impl Inner {
    /// Describes a fetched value to those who watch it.
    pub(crate) fn offer<'a>(
        &self,
        secret: &'a Secret,
        hits: &'a Hits,
        read_again_at: Option<Instant>,
    ) -> Offer<'a> {
        let previous_until = Instant::now() + self.grace;
        let uses = self.leases.uses_of(hits.place(), secret);
        Offer { secret, hits, read_again_at, previous_until, at: self.clock.now(), uses }
    }

    /// Returns the label of the source that had the last word.
    pub(crate) fn label(&self, result: &Result<Won, SourceError>) -> Arc<str> {
        match result {
            Ok(won) => {
                let backend = self.backend(won.place.scheme());
                backend.map_or_else(|| RESOLVER.into(), |backend| Arc::clone(&backend.label))
            }
            Err(error) => error.source_name().into(),
        }
    }

    fn keep(&self, entry: Entry, epoch: u64) {
        self.wake_before(entry.lifetime.refresh_at);
        self.let_go(self.cache.keep(entry, epoch));
    }

    /// Reports the hits of entries that left the cache.
    pub(crate) fn let_go(&self, entries: impl IntoIterator<Item = Entry>) {
        for entry in entries {
            if let Some(hits) = &entry.content.hits {
                hits.close(&self.hooks);
            }
        }
    }

    /// How long a value is worth keeping: by the policy of the place that gave it.
    fn lifetime(&self, secret: &Secret, place: &SecretRef, makeshift: bool) -> Option<Lifetime> {
        let policy = self.backend(place.scheme())?.cache.as_ref()?;
        let now = Instant::now();
        if let Some(lease) = secret.metadata().lease()
            && let Some(lent) = self.leases.find(place)
        {
            let serves = lent.serves_for(lease.id(), now, policy.expiry_margin())?;
            return Lifetime::of_lent(now, policy, serves, &self.jitter);
        }
        let remaining = self.remaining(secret);
        if makeshift {
            let left = remaining.map(|left| left.saturating_sub(policy.expiry_margin()));
            return Lifetime::brief(now, policy.negative().min(left.unwrap_or(Duration::MAX)));
        }
        Lifetime::of_value(now, policy, remaining, &self.jitter)
    }

    /// How long the value is good for by itself; an end in the past leaves nothing.
    fn remaining(&self, secret: &Secret) -> Option<Duration> {
        let end = secret.metadata().expires()?;
        Some(end.duration_since(self.clock.now()).unwrap_or_default())
    }

    /// When a value that is not kept is read again by those who watch it.
    fn before_its_end(&self, secret: &Secret) -> Option<Instant> {
        let remaining = self.remaining(secret).filter(|remaining| !remaining.is_zero())?;
        Some(Instant::now() + remaining.mul_f64(AHEAD))
    }

    /// How long absence is told without asking: as briefly as the most impatient of the places that are cached.
    fn negative_lifetime(&self, request: &Request) -> Option<Lifetime> {
        let places = self.places(request.asked());
        let policies = places.iter().filter_map(|place| self.backend(place.scheme())?.cache.as_ref());
        let shortest = policies.map(crate::CachePolicy::negative).min()?;
        Lifetime::brief(Instant::now(), shortest)
    }
}
