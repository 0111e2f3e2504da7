//! How often the cache served, and how often it did not.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counts since the resolver was built; a snapshot.
///
/// ```
/// use reticent_resolve::Resolver;
///
/// let resolver = Resolver::builder().build()?;
/// assert_eq!(resolver.cache_stats().fetches, 0);
/// # Ok::<(), reticent_resolve::BuildError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CacheStats {
    /// Secrets handed out without a fetch of their own: kept ones, and those that another caller was fetching.
    pub hits: u64,
    /// Accesses for which a fetch was begun.
    pub misses: u64,
    /// Hits with a value beyond its TTL, because the source failed.
    pub stale: u64,
    /// Absences told without a fetch.
    pub negative: u64,
    /// Entries that made room for newer ones.
    pub evictions: u64,
    /// Fetches made: for misses, refreshes and rotations.
    pub fetches: u64,
}

#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) hits: Counter,
    pub(crate) misses: Counter,
    pub(crate) stale: Counter,
    pub(crate) negative: Counter,
    pub(crate) evictions: Counter,
    pub(crate) fetches: Counter,
}

impl Counters {
    pub(crate) fn snapshot(&self) -> CacheStats {
        CacheStats {
            hits: self.hits.value(),
            misses: self.misses.value(),
            stale: self.stale.value(),
            negative: self.negative.value(),
            evictions: self.evictions.value(),
            fetches: self.fetches.value(),
        }
    }
}

#[derive(Debug, Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    pub(crate) fn count(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn value(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}
