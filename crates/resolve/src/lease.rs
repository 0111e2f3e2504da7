//! Leases: one for each place that lends, shared by all who read it, renewed, replaced with overlap, and revoked.
//!
//! The decision: what is lent is kept by place, without its field, below the cache. So two fields are of one read, a
//! name and a reference share one lease, and whatever makes the cache read again (a TTL, a new handle) costs no
//! lease. `keep_fresh` tends the leases; without it, whoever reads in the last sixth of a lease makes the next one.
//! The cost: a program that is killed, or that does not call `shutdown`, leaves its leases to end by themselves.

mod lend;
mod place;
mod shutdown;
mod tend;
mod terms;
mod uses;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use reticent_core::{Flight, Secret, SecretRef};
use tokio::sync::Notify;
use tokio::time::Instant;

use place::Place;
pub(crate) use tend::{Work, due_work};
pub use uses::LeaseUse;
pub(crate) use uses::Uses;

use crate::backend::Answer;

/// Every place that lends, and what is lent from it.
pub(crate) struct Leases {
    places: Mutex<BTreeMap<SecretRef, Arc<Place>>>,
    flight: Flight<SecretRef, Answer>,
    closed: AtomicBool,
    /// How many leases are being made, and word that one of them has been.
    making: AtomicUsize,
    made: Notify,
    /// Wakes `keep_fresh`.
    signal: Arc<Notify>,
}

impl Leases {
    pub(crate) fn new(signal: Arc<Notify>) -> Self {
        Self {
            places: Mutex::default(),
            flight: Flight::new(),
            closed: AtomicBool::new(false),
            making: AtomicUsize::new(0),
            made: Notify::new(),
            signal,
        }
    }

    /// Returns the place at `whole`, which is without a field; what has ended elsewhere is let go of.
    fn place(&self, whole: &SecretRef) -> Arc<Place> {
        let mut places = self.lock();
        if let Some(place) = places.get(whole) {
            return Arc::clone(place);
        }
        let now = Instant::now();
        places.retain(|_, place| Arc::strong_count(place) > 1 || !place.is_idle(now));
        let place = Arc::new(Place::new(whole.clone()));
        places.insert(whole.clone(), Arc::clone(&place));
        place
    }

    /// Returns the place that `at` is in, if anything is lent from it.
    pub(crate) fn find(&self, at: &SecretRef) -> Option<Arc<Place>> {
        let places = self.lock();
        if places.is_empty() {
            return None;
        }
        places.get(&whole(at)).cloned()
    }

    /// Returns the uses of the lease that `secret`, of the place of `at`, is under.
    pub(crate) fn uses_of(&self, at: &SecretRef, secret: &Secret) -> Option<Arc<Uses>> {
        let lease = secret.metadata().lease()?;
        self.find(at)?.uses_of(lease.id())
    }

    /// Takes note that somebody was refused with `secret`: its lease serves nobody any more.
    pub(crate) fn refuse(&self, at: &SecretRef, secret: &Secret) {
        if let Some(lease) = secret.metadata().lease()
            && let Some(place) = self.find(at)
        {
            place.refuse(lease.id());
        }
    }

    /// Lets `keep_fresh` hand the newest value of the place of `at` to those who watch it.
    pub(crate) fn spread(&self, at: &SecretRef) {
        if let Some(place) = self.find(at) {
            place.want_spread();
            self.signal.notify_waiters();
        }
    }

    fn all(&self) -> Vec<Arc<Place>> {
        self.lock().values().cloned().collect()
    }

    /// Lends nothing from now on.
    fn close(&self) {
        self.closed.store(true, Ordering::SeqCst);
        self.signal.notify_waiters();
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::SeqCst)
    }

    /// Counts a lease as being made until what this returns is dropped.
    fn begin_making(&self) -> Making<'_> {
        self.making.fetch_add(1, Ordering::SeqCst);
        Making(self)
    }

    /// Waits until no lease is being made.
    async fn none_is_made(&self) {
        loop {
            let made = self.made.notified();
            if self.making.load(Ordering::SeqCst) == 0 {
                return;
            }
            made.await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<SecretRef, Arc<Place>>> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Making<'a>(&'a Leases);

impl Drop for Making<'_> {
    fn drop(&mut self) {
        self.0.making.fetch_sub(1, Ordering::SeqCst);
        self.0.made.notify_waiters();
    }
}

/// The place of a reference: what is lent together.
pub(crate) fn whole(at: &SecretRef) -> SecretRef {
    at.clone().at_field(None)
}
