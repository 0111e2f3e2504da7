//! Reading what is lent: by the lease at hand, or by one that is made now, once for all who wait.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{join, join_all};
use reticent_core::{ErrorKind, FieldError, Joined, Lease, Secret, SecretRef, SourceError};
use tokio::time::Instant;

use super::place::{Lent, Place, Room};
use super::terms::Terms;
use super::uses::Uses;
use super::whole;
use crate::backend::{Answer, Backend};
use crate::request::RESOLVER;
use crate::resolver::Inner;

impl Inner {
    /// Reads `places` of one source, each of which gets its own answer: what is lent by its lease, the rest as asked.
    pub(crate) async fn read_places(
        self: &Arc<Self>,
        backend: &Backend,
        places: &[SecretRef],
    ) -> Vec<Answer> {
        if backend.source.leases().is_none() {
            return backend.read(places, &self.jitter).await;
        }
        let lends = join_all(places.iter().map(|at| self.lends(backend, at)).collect::<Vec<_>>()).await;
        let plain: Vec<SecretRef> = places
            .iter()
            .zip(&lends)
            .filter(|(_, lends)| matches!(lends, Ok(false)))
            .map(|(at, _)| at.clone())
            .collect();
        let lent: Vec<_> =
            places.iter().zip(lends).map(|(at, lends)| self.answer_lent(backend, at, lends)).collect();
        let read_plain =
            async { if plain.is_empty() { Vec::new() } else { backend.read(&plain, &self.jitter).await } };
        let (plain, lent) = join(read_plain, join_all(lent)).await;
        let mut plain = plain.into_iter();
        let take = |lent: Option<Answer>| lent.or_else(|| plain.next()).expect("each place has one answer");
        lent.into_iter().map(take).collect()
    }

    /// Tells whether a place lends, without asking where something is lent already: the source may be away.
    async fn lends(&self, backend: &Backend, at: &SecretRef) -> Result<bool, SourceError> {
        match self.leases.find(at) {
            Some(_) => Ok(true),
            None => backend.lends(at, &self.jitter).await,
        }
    }

    /// Answers for a place that lends, and leaves the others.
    async fn answer_lent(
        self: &Arc<Self>,
        backend: &Backend,
        at: &SecretRef,
        lends: Result<bool, SourceError>,
    ) -> Option<Answer> {
        match lends {
            Ok(false) => None,
            Ok(true) => Some(self.lend(backend, at).await),
            Err(error) => Some(Err(error)),
        }
    }

    async fn lend(self: &Arc<Self>, backend: &Backend, at: &SecretRef) -> Answer {
        let place = self.leases.place(&whole(at));
        let secret = match place.serve(Instant::now(), backend.expiry_margin()) {
            Some(secret) => secret,
            None => self.another_lease(&place).await.or_else(|error| {
                let kept = place.fall_back(Instant::now()).filter(|_| error.is_transient());
                kept.ok_or(error)
            })?,
        };
        narrow(&backend.label, at, &secret)
    }

    /// Joins the making of another lease for `place`, or begins it.
    pub(super) fn another_lease(self: &Arc<Self>, place: &Arc<Place>) -> Joined<Answer> {
        let make = || make(Arc::clone(self), Arc::clone(place));
        self.leases.flight.join(&place.at, make)
    }

    /// Returns how long `lease` is good for, by the wall clock that it was granted by.
    pub(super) fn left_of(&self, lease: &Lease) -> Duration {
        let left = lease.expires().duration_since(self.clock.now()).unwrap_or_default();
        left.min(lease.duration())
    }
}

/// Makes a lease and serves it from now on. Readers who came while it was made are answered as well.
async fn make(inner: Arc<Inner>, place: Arc<Place>) -> Answer {
    if let Some(secret) = place.settled(Instant::now()) {
        return Ok(secret);
    }
    let _making = inner.leases.begin_making();
    if inner.leases.is_closed() {
        return Err(shut_down(&place.at));
    }
    let made = make_in_room(&inner, &place).await;
    if let Err(error) = &made {
        inner.note_lease_failure(&place, error);
    }
    made
}

async fn make_in_room(inner: &Arc<Inner>, place: &Arc<Place>) -> Answer {
    match place.room(Instant::now()) {
        Room::Free => {}
        Room::After(old) => match inner.end_lease(place, &old).await {
            Err(error) if old.is_alive(Instant::now()) => return Err(error),
            _ => {}
        },
        Room::Full(current) => return Ok(current),
    }
    let backend = inner.backend(place.at.scheme()).ok_or_else(|| inner.no_source_for(&place.at))?;
    let secret = backend.read_one(&place.at, &inner.jitter).await?;
    let Some(lease) = secret.metadata().lease() else { return Ok(secret) };
    let now = Instant::now();
    let terms =
        Terms::first(now, lease.duration(), inner.left_of(lease), lease.is_renewable(), &inner.jitter);
    let lent = Lent::new(secret.clone(), terms, Uses::new(Arc::clone(&inner.signal)));
    if inner.leases.is_closed() {
        // Nobody will tend it. Should this fail, it ends by itself.
        let _ended = inner.end_lease(place, &lent).await;
        return Err(shut_down(&place.at));
    }
    if place.install(lent, now, inner.lease_grace) {
        inner.let_go(inner.cache.invalidate(|entry| entry.is_of(&place.at)));
    }
    inner.signal.notify_waiters();
    Ok(secret)
}

/// Takes the field that the reference names out of the whole value.
fn narrow(label: &Arc<str>, at: &SecretRef, secret: &Secret) -> Answer {
    let Some(field) = at.field() else { return Ok(secret.clone()) };
    secret.field(field).map_err(|cause| {
        let is_json = !matches!(cause, FieldError::NotJson { .. });
        let kind = if is_json { ErrorKind::NotFound } else { ErrorKind::Malformed };
        let error = SourceError::new(kind, Arc::clone(label)).for_key(at.to_string());
        let error = match cause.suggestion() {
            Some(meant) => error.with_hint(format!("did you mean {meant}?")),
            None => error,
        };
        error.with_cause(cause)
    })
}

fn shut_down(at: &SecretRef) -> SourceError {
    SourceError::new(ErrorKind::Unavailable, RESOLVER)
        .for_key(at.to_string())
        .with_detail("it was shut down, and lends nothing any more")
}
