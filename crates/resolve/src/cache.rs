//! What was fetched and how long it is good for.
//!
//! The decision: the key is what was asked for, a name or a reference, and the entry is the answer of its whole
//! chain, so that a hit is one look-up. The cost: a place earlier in a chain that gains the secret is noticed when
//! the entry is next fetched, or by `keep_fresh` where the name is watched.

mod entry;
mod stats;

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use reticent_core::{Secret, SecretRef};
use tokio::time::Instant;

pub(crate) use entry::{AHEAD, Content, Entry, Kept, Lifetime};
pub use stats::CacheStats;
pub(crate) use stats::Counters;

use crate::backend::Answer;

/// For how long after a failure a stale value is served without asking the backend again, at most.
const RECHECK: Duration = Duration::from_millis(1500);

type Entries = HashMap<Arc<str>, Entry>;

pub(crate) struct Cache {
    entries: RwLock<Entries>,
    capacity: usize,
    started: Instant,
    /// Grows with each fetch that begins, so that an answer tells whether it is younger than a question.
    tickets: AtomicU64,
    /// Grows with each invalidation, so that a fetch that began before one is not kept.
    epoch: AtomicU64,
    pub(crate) counters: Counters,
}

impl Cache {
    pub(crate) fn new(capacity: usize) -> Self {
        Self {
            entries: RwLock::default(),
            capacity,
            started: Instant::now(),
            tickets: AtomicU64::new(0),
            epoch: AtomicU64::new(0),
            counters: Counters::default(),
        }
    }

    /// Serves the answer for `key` and counts it: the whole of a hit when there are no hooks.
    pub(crate) fn serve(&self, key: &str) -> Option<Answer> {
        let now = Instant::now();
        let entries = self.read();
        let entry = entries.get(key)?;
        let stale = entry.lifetime.serves(now)?;
        entry.touch(self.tick(now));
        self.count(&entry.content.answer, stale);
        Some(entry.content.answer.clone())
    }

    /// Finds the answer for `key` with what the hooks need, and counts nothing yet.
    pub(crate) fn find(&self, key: &str, floor: u64) -> Option<Kept> {
        let now = Instant::now();
        let entries = self.read();
        let entry = entries.get(key).filter(|entry| entry.content.ticket > floor)?;
        let stale = entry.lifetime.serves(now)?;
        entry.touch(self.tick(now));
        Some(entry.kept(stale))
    }

    pub(crate) fn count(&self, answer: &Answer, stale: bool) {
        match answer {
            Ok(_) => self.counters.hits.count(),
            Err(_) => self.counters.negative.count(),
        }
        if stale {
            self.counters.stale.count();
        }
    }

    /// Returns the last good value, if its source may fail and it may still be served; the next callers get it
    /// without asking for a while.
    pub(crate) fn fall_back(&self, key: &str, asked_again: Option<Duration>) -> Option<Kept> {
        let now = Instant::now();
        let mut entries = self.write();
        let entry = entries.get_mut(key)?;
        if entry.content.answer.is_err() || !entry.lifetime.outlasts(now) {
            return None;
        }
        entry.lifetime.recheck_at = now + asked_again.map_or(RECHECK, |wait| wait.min(RECHECK));
        Some(entry.kept(!entry.lifetime.is_fresh(now)))
    }

    /// Keeps `entry`, and returns what it displaced; nothing is kept that began before an invalidation.
    #[must_use]
    pub(crate) fn keep(&self, entry: Entry, epoch: u64) -> Vec<Entry> {
        let mut entries = self.write();
        let mut displaced = Vec::new();
        if self.epoch() != epoch || self.capacity == 0 {
            displaced.push(entry);
            return displaced;
        }
        entry.touch(self.tick(Instant::now()));
        if !entries.contains_key(entry.key()) && entries.len() >= self.capacity {
            displaced.extend(evict(&mut entries));
            self.counters.evictions.count();
        }
        displaced.extend(entries.insert(Arc::clone(entry.key()), entry));
        displaced
    }

    /// Takes out what `is_meant`; fetches under way answer their callers and are not kept.
    #[must_use]
    pub(crate) fn invalidate(&self, is_meant: impl Fn(&Entry) -> bool) -> Vec<Entry> {
        let mut entries = self.write();
        self.epoch.fetch_add(1, Ordering::SeqCst);
        entries.extract_if(|_, entry| is_meant(entry)).map(|(_, entry)| entry).collect()
    }

    /// Takes out an answer that turned out to be no longer true; fetches under way are kept as ever.
    #[must_use]
    pub(crate) fn forget(&self, key: &str) -> Option<Entry> {
        self.write().remove(key)
    }

    /// Takes out what is `unwanted`; fetches under way are kept as ever.
    #[must_use]
    pub(crate) fn remove_if(&self, unwanted: impl Fn(&Entry) -> bool) -> Vec<Entry> {
        let mut entries = self.write();
        entries.extract_if(|_, entry| unwanted(entry)).map(|(_, entry)| entry).collect()
    }

    /// Takes the ticket of a fetch that begins now.
    pub(crate) fn take_ticket(&self) -> u64 {
        self.tickets.fetch_add(1, Ordering::SeqCst) + 1
    }

    /// Returns the newest ticket: what carries a higher one began after this call.
    pub(crate) fn newest_ticket(&self) -> u64 {
        self.tickets.load(Ordering::SeqCst)
    }

    pub(crate) fn epoch(&self) -> u64 {
        self.epoch.load(Ordering::SeqCst)
    }

    pub(crate) fn len(&self) -> usize {
        self.read().len()
    }

    /// Lets `look` see every entry; it must be short.
    pub(crate) fn for_each(&self, look: impl FnMut(&Entry)) {
        self.read().values().for_each(look);
    }

    /// Lets `change` move the times of an entry.
    pub(crate) fn change(&self, key: &str, change: impl FnOnce(&mut Lifetime)) {
        if let Some(entry) = self.write().get_mut(key) {
            change(&mut entry.lifetime);
        }
    }

    /// Hands the metadata of `renewed` to every answer under the same lease of the place `whole`.
    pub(crate) fn renew(&self, whole: &SecretRef, renewed: &Secret, change: impl Fn(&mut Lifetime)) {
        let lease_of = |secret: &Secret| secret.metadata().lease().map(|lease| lease.id().to_owned());
        let is_meant = |entry: &Entry| {
            let is_same = |secret: &Secret| lease_of(secret) == lease_of(renewed);
            entry.is_of(whole) && entry.content.answer.as_ref().is_ok_and(is_same)
        };
        for entry in self.write().values_mut().filter(|entry| is_meant(entry)) {
            *entry = entry.renewed(renewed);
            change(&mut entry.lifetime);
        }
    }

    fn tick(&self, now: Instant) -> u64 {
        u64::try_from(now.saturating_duration_since(self.started).as_micros()).unwrap_or(u64::MAX)
    }

    fn read(&self) -> RwLockReadGuard<'_, Entries> {
        self.entries.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Entries> {
        self.entries.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes out the entry that was used longest ago. It looks at all of them, which is cheap beside the fetch before it.
fn evict(entries: &mut Entries) -> Option<Entry> {
    let oldest = entries.values().min_by_key(|entry| entry.last_used())?;
    let key = Arc::clone(oldest.key());
    entries.remove(&key)
}

impl fmt::Debug for Cache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cache({} entries)", self.len())
    }
}
