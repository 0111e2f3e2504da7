//! What a program does to the cache by hand: watch, invalidate, refresh, report.

use std::sync::Arc;

use futures_util::future::join_all;
use reticent_core::hooks::Lost;
use reticent_core::{Revision, Secret, SecretRef, SourceError};
use tokio::time::Instant;

use crate::backend::Backend;
use crate::fetch::not_recorded;
use crate::handle::SecretHandle;
use crate::hits::Hits;
use crate::request::Asked;
use crate::resolver::{Inner, Resolver};
use crate::watch::{Sighting, Watch};

impl Resolver {
    /// Reads the secret that `text` names, and returns a handle that follows it while
    /// [`keep_fresh`](Self::keep_fresh) runs.
    ///
    /// It reads the backend and not the cache, so that no change is missed.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub async fn watch(&self, text: &str) -> Result<SecretHandle, SourceError> {
        let request = self.inner.recognise(text)?;
        self.admit(&request)?;
        // Before the read: what moves between the two is seen as moved, and read once more.
        let places = self.inner.places(request.asked());
        let seen = self.inner.look_at(&places).await;
        let fetched = self.fetch(&request, self.inner.cache.newest_ticket()).await?;
        self.inner.watches.prune(&self.inner.hooks);
        let offer = self.inner.offer(&fetched.secret, &fetched.hits, fetched.refresh_at);
        let another = Watch::new(request.clone(), self.actor.clone(), &offer, self.inner.next_poll(0));
        another.note_seen(seen, &places);
        let (watch, view) = self.inner.watches.join(another);
        self.inner.wake_before(watch.due_at());
        if offer.uses.as_ref().is_some_and(|uses| uses.is_replaced()) {
            // Another lease took its place since the read, when nobody watched yet.
            self.inner.leases.spread(fetched.hits.place());
        }
        Ok(SecretHandle::new(view, self, Arc::clone(request.shown())))
    }

    /// Forgets the kept answer for `text`; for a reference also those of the names that it served.
    ///
    /// A fetch under way answers its callers and is not kept. Handles keep their value.
    pub fn invalidate(&self, text: &str) {
        let Ok(request) = self.inner.recognise(text) else { return };
        let place = match request.asked() {
            Asked::Reference(at) => Some(at),
            Asked::Name(_) => None,
        };
        let is_meant = |entry: &crate::cache::Entry| {
            let served_by = entry.content.hits.as_ref().map(|hits| hits.place());
            entry.key() == request.key() || (place.is_some() && served_by == place)
        };
        self.inner.let_go(self.inner.cache.invalidate(is_meant));
    }

    /// Forgets every kept answer.
    pub fn invalidate_all(&self) {
        self.inner.let_go(self.inner.cache.invalidate(|_| true));
    }

    /// Reads the backend now, keeps the answer and returns it. While the read fails, what was kept stays.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub async fn refresh_now(&self, text: &str) -> Result<Secret, SourceError> {
        let request = self.inner.recognise(text)?;
        self.admit(&request)?;
        Ok(self.fetch(&request, self.inner.cache.newest_ticket()).await?.secret.clone())
    }

    /// Reports the hits counted so far, one event for each actor and secret, and waits until they are kept.
    ///
    /// [`keep_fresh`](Self::keep_fresh) does it at intervals; a program that ends calls it last. A resolver that is
    /// dropped reports too, and waits for nothing.
    ///
    /// # Errors
    /// `NotRecorded`: a report was lost; its counts are kept for the next call.
    pub async fn flush_hits(&self) -> Result<(), SourceError> {
        self.inner.flush_hits().await
    }
}

impl Inner {
    pub(crate) async fn flush_hits(&self) -> Result<(), SourceError> {
        let mut counted: Vec<Arc<Hits>> = Vec::new();
        self.cache.for_each(|entry| counted.extend(entry.content.hits.clone()));
        counted.extend(self.watches.all().iter().map(|watch| Arc::clone(&watch.view.borrow().hits)));
        let mut outcome = Ok(());
        for hits in counted {
            if let Err(Lost) = hits.flush(&self.hooks).await {
                outcome = outcome.and(Err(not_recorded(hits.shown())));
            }
        }
        outcome
    }

    /// Asks each of `places` whether its secret has moved.
    pub(crate) async fn look_at(&self, places: &[SecretRef]) -> Vec<Sighting> {
        let looks: Vec<_> = places
            .iter()
            .filter_map(|place| Some((self.backend(place.scheme())?, place)))
            .map(|(backend, place)| self.look_at_one(backend, place))
            .collect();
        join_all(looks).await
    }

    /// What is lent moves when its lease is replaced, which is known here; its backend is not asked.
    async fn look_at_one(&self, backend: &Backend, at: &SecretRef) -> Sighting {
        if let Some(error) = backend.breaker.left_to_probes(at) {
            return Sighting::Failed(error.for_key(at.to_string()));
        }
        let place = self.leases.find(at);
        let lends = if place.is_some() { Ok(true) } else { backend.lends(at, &self.jitter).await };
        match lends {
            Ok(false) => Sighting::of(backend.revision(at, &self.jitter).await),
            Ok(true) => match place.map(|place| place.sighting()) {
                Some((_, Some(error))) => Sighting::Failed(error),
                Some((Some(id), None)) => Sighting::At(Revision::of(id)),
                Some((None, None)) | None => Sighting::Blind,
            },
            Err(error) => Sighting::of(Err(error)),
        }
    }

    /// Draws the moment of the next look after `failures` in a row; never later than the interval while none failed.
    pub(crate) fn next_poll(&self, failures: u32) -> Instant {
        let interval = self.poll_every.saturating_mul(1 << failures.min(3));
        Instant::now() + self.jitter.between(interval.mul_f64(0.8), interval)
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.let_go(self.cache.invalidate(|_| true));
        for watch in self.watches.all() {
            watch.view.borrow().hits.close(&self.hooks);
        }
        self.signal.notify_waiters();
    }
}
