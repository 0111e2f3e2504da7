//! What `keep_fresh` does for leases: tells handles, revokes, renews, replaces.
//!
//! The decision: each place is tended by itself, so that one backend that hangs delays no other's renewal, and each
//! step looks at what is so now. So it does not matter whether `keep_fresh`, a reader or a refused caller made the
//! newest lease.

use std::sync::Arc;

use futures_util::future::{BoxFuture, join_all};
use reticent_core::hooks::{Access, Action, Actor};
use reticent_core::{ErrorKind, Lease, SourceError};
use tokio::time::Instant;

use super::place::{Lent, Place, Tended};
use super::terms::Terms;
use crate::refresh::read_watched;
use crate::resolver::Inner;

/// Something that `keep_fresh` does beside its rounds.
pub(crate) type Work = BoxFuture<'static, ()>;

/// Begins what is due of the leases, and returns when more will be.
pub(crate) fn due_work(inner: &Arc<Inner>, actor: &Actor, begin: &mut dyn FnMut(Work)) -> Option<Instant> {
    let now = Instant::now();
    let mut next: Option<Instant> = None;
    for place in inner.leases.all() {
        match place.due_at(now) {
            Some(due_at) if due_at <= now => {
                if let Some(tended) = place.take_in_hand() {
                    begin(Box::pin(tend(Arc::clone(inner), tended, actor.clone())));
                }
            }
            due_at => next = next.into_iter().chain(due_at).min(),
        }
    }
    next
}

async fn tend(inner: Arc<Inner>, place: Tended, actor: Actor) {
    if place.take_spread() {
        inner.spread(&place).await;
    }
    let due = place.due_retired(Instant::now());
    join_all(due.iter().map(|lent| inner.revoke_retired(&place, lent, &actor)).collect::<Vec<_>>()).await;
    if let Some(lent) = place.due_current(Instant::now()) {
        inner.tend_current(&place, lent, &actor).await;
    }
}

impl Inner {
    /// Hands the newest value to those who watch the place.
    async fn spread(self: &Arc<Self>, place: &Place) {
        let tell = async |watch: Arc<crate::watch::Watch>| {
            if let Err(error) = read_watched(self, &watch).await {
                watch.note_failure(&error);
            }
        };
        join_all(self.watches.of_place(&place.at).into_iter().map(tell).collect::<Vec<_>>()).await;
    }

    async fn revoke_retired(&self, place: &Place, lent: &Lent, actor: &Actor) {
        if self.end_lease_as(place, lent, actor).await.is_err() {
            place.fail_to_revoke(lent.lease().id(), Instant::now(), &self.jitter);
        }
    }

    async fn tend_current(self: &Arc<Self>, place: &Arc<Place>, lent: Lent, actor: &Actor) {
        let now = Instant::now();
        if lent.is_alive(now) && lent.terms.renewable && self.renew(place, &lent, actor).await {
            return;
        }
        if !place.is_read() && !self.is_wanted(place) {
            // Who read it once may still use it; who reads it next gets another one.
            return if lent.is_alive(now) {
                place.put_off(now, &self.jitter);
            } else {
                place.forget(lent.lease().id());
            };
        }
        match self.another_lease(place).await {
            Ok(_) if place.settled(Instant::now()).is_some() => {}
            Ok(_) => place.put_off(Instant::now(), &self.jitter),
            // Noted where it happened.
            Err(_) => {}
        }
    }

    /// Renews, and tells whether that is all there is to do now.
    async fn renew(&self, place: &Place, lent: &Lent, actor: &Actor) -> bool {
        let now = Instant::now();
        let granted = self.renewed(place, lent, actor).await;
        let error = match granted {
            Ok(granted) => {
                self.take_renewal(place, lent, granted);
                return place.settled(Instant::now()).is_some();
            }
            Err(error) => error,
        };
        let id = lent.lease().id();
        match error.kind() {
            ErrorKind::Expired => place.give_up(id, Some(now)),
            ErrorKind::NotRecorded => {}
            kind if kind.is_transient() => {}
            _ => place.give_up(id, None),
        }
        self.note_lease_failure(place, &error);
        let is_lost = error.kind() != ErrorKind::NotRecorded && !error.is_transient();
        // In the last sixth another lease is tried as well: perhaps it is the renewal alone that fails.
        !is_lost && Instant::now() < lent.terms.serves_until(lent.terms.first)
    }

    async fn renewed(&self, place: &Place, lent: &Lent, actor: &Actor) -> Result<Lease, SourceError> {
        let backend = self.backend(place.at.scheme()).ok_or_else(|| self.no_source_for(&place.at))?;
        let limit = lent.terms.limit(Instant::now());
        let shown = place.at.to_string();
        let access = Access::new(actor, Action::Lease, &shown).at(&place.at);
        let call = backend.renew(&place.at, lent.lease(), lent.terms.first, limit);
        let since = Instant::now();
        let granted = self.ungated.act(&access, &backend.label, call).await;
        let outcome = granted.as_ref().map(drop);
        backend.breaker.note(std::slice::from_ref(&place.at), since, outcome, &self.jitter);
        granted
    }

    fn take_renewal(&self, place: &Place, lent: &Lent, granted: Lease) {
        let (now, left) = (Instant::now(), self.left_of(&granted));
        let terms: Terms = lent.terms.renewed(now, granted.duration(), left, &self.jitter);
        let Some(secret) = place.renew(granted, terms) else { return };
        for watch in self.watches.of_place(&place.at) {
            watch.note_renewal(&secret, self.clock.now());
        }
        if let Some(policy) = self.backend(place.at.scheme()).and_then(|backend| backend.cache.as_ref()) {
            let serves = terms.serves_until(policy.expiry_margin()).saturating_duration_since(now);
            self.cache.renew(&place.at, &secret, |life| life.extend(now, policy, serves, &self.jitter));
        }
    }

    /// Notes on the place and for those who watch it that a lease could not be made or renewed.
    pub(super) fn note_lease_failure(&self, place: &Place, error: &SourceError) {
        place.fail(error, Instant::now(), &self.jitter);
        for watch in self.watches.of_place(&place.at) {
            watch.note_failure(error);
        }
    }

    /// Tells whether another lease of the place would be used.
    fn is_wanted(&self, place: &Place) -> bool {
        let mut is_used = false;
        self.cache.for_each(|entry| is_used |= entry.is_of(&place.at) && entry.is_used());
        is_used || !self.watches.of_place(&place.at).is_empty()
    }

    /// Revokes a lease, in the resolver's own name.
    pub(super) async fn end_lease(&self, place: &Place, lent: &Lent) -> Result<(), SourceError> {
        self.end_lease_as(place, lent, &Actor::default()).await
    }

    pub(super) async fn end_lease_as(
        &self,
        place: &Place,
        lent: &Lent,
        actor: &Actor,
    ) -> Result<(), SourceError> {
        let backend = self.backend(place.at.scheme()).ok_or_else(|| self.no_source_for(&place.at))?;
        let shown = place.at.to_string();
        let access = Access::new(actor, Action::Lease, &shown).at(&place.at);
        self.ungated.act(&access, &backend.label, backend.revoke(&place.at, lent.lease())).await?;
        let id = lent.lease().id();
        place.forget(id);
        for watch in self.watches.of_place(&place.at) {
            watch.forget_previous_under(id);
        }
        Ok(())
    }
}
