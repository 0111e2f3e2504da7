//! One fetch for many callers.
//!
//! The decision: callers share the running future itself and no lock, so the fetch survives when the first caller is
//! cancelled, and a failure answers everybody who waited instead of being retried one by one. It is polled by
//! whoever waits, so it needs no runtime; when the last waiter goes, the fetch is dropped.

use std::collections::HashMap;
use std::fmt;
use std::future::Future;
use std::hash::Hash;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Shared, WeakShared};

type Running<V> = Shared<BoxFuture<'static, V>>;
type Ongoing<K, V> = Arc<Mutex<HashMap<K, (u64, WeakShared<BoxFuture<'static, V>>)>>>;

/// The fetches under way, by key.
///
/// ```
/// use reticent_core::Flight;
///
/// # futures_util::FutureExt::now_or_never(async {
/// let flight = Flight::<&str, u32>::new();
/// let first = flight.join(&"key", || async { 7 });
/// let second = flight.join(&"key", || async { unreachable!("the first is still under way") });
/// assert!(first.is_leader() && !second.is_leader());
/// assert_eq!((second.await, first.await), (7, 7));
/// # }).unwrap();
/// ```
pub struct Flight<K, V> {
    ongoing: Ongoing<K, V>,
    next_number: AtomicU64,
}

impl<K, V> Flight<K, V>
where
    K: Eq + Hash + Clone + Send + 'static,
    V: Clone + Send + Sync + 'static,
{
    /// Makes a flight with nothing under way.
    #[must_use]
    pub fn new() -> Self {
        Self { ongoing: Arc::default(), next_number: AtomicU64::new(0) }
    }

    /// Joins the fetch under way for `key`, or begins the one that `start` makes.
    ///
    /// `start` runs while the flight is locked: it builds the future and does nothing else.
    pub fn join<F>(&self, key: &K, start: impl FnOnce() -> F) -> Joined<V>
    where
        F: Future<Output = V> + Send + 'static,
    {
        let mut ongoing = self.ongoing.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(running) = ongoing.get(key).and_then(|(_, weak)| weak.upgrade()) {
            return Joined { running, leader: false };
        }
        let number = self.next_number.fetch_add(1, Ordering::Relaxed);
        let landing = Landing { ongoing: Arc::clone(&self.ongoing), key: key.clone(), number };
        let fetch = start();
        let running = async move {
            let _landing = landing;
            fetch.await
        }
        .boxed()
        .shared();
        if let Some(weak) = running.downgrade() {
            ongoing.insert(key.clone(), (number, weak));
        }
        Joined { running, leader: true }
    }

    /// Returns how many fetches are under way.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ongoing.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Tells whether no fetch is under way.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<K, V> Default for Flight<K, V>
where
    K: Eq + Hash + Clone + Send + 'static,
    V: Clone + Send + Sync + 'static,
{
    fn default() -> Self {
        Self::new()
    }
}

impl<K, V> fmt::Debug for Flight<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Flight(..)")
    }
}

/// One caller's share of a fetch; awaiting it gives the common answer.
///
/// ```
/// use reticent_core::{Flight, Joined};
///
/// let flight = Flight::<u8, u8>::new();
/// let joined: Joined<u8> = flight.join(&1, || async { 2 });
/// drop(joined); // the last waiter went: the fetch is gone
/// assert!(flight.is_empty());
/// ```
pub struct Joined<V> {
    running: Running<V>,
    leader: bool,
}

impl<V> Joined<V> {
    /// Tells whether this call began the fetch.
    #[must_use]
    pub fn is_leader(&self) -> bool {
        self.leader
    }
}

impl<V: Clone> Future for Joined<V> {
    type Output = V;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<V> {
        self.running.poll_unpin(context)
    }
}

impl<V> fmt::Debug for Joined<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Joined(..)")
    }
}

/// Takes the entry out when the fetch ends or is dropped, unless a newer one has its place.
struct Landing<K: Eq + Hash, V> {
    ongoing: Ongoing<K, V>,
    key: K,
    number: u64,
}

impl<K: Eq + Hash, V> Drop for Landing<K, V> {
    fn drop(&mut self) {
        let mut ongoing = self.ongoing.lock().unwrap_or_else(PoisonError::into_inner);
        if ongoing.get(&self.key).is_some_and(|(number, _)| *number == self.number) {
            ongoing.remove(&self.key);
        }
    }
}
