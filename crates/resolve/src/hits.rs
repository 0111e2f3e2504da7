//! Who was served from the cache and how often, until it is reported.
//!
//! The decision: an access that the cache serves costs one addition, and a batch of them is one event. The cost is
//! that a process which is killed loses the counts since the last report; the backend's own reads are never lost.

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use reticent_core::SecretRef;
use reticent_core::hooks::{Actor, Hooks, Lost, Receipt};

use crate::request::Request;

/// The unreported hits on one fetched value.
pub(crate) struct Hits {
    request: Request,
    place: SecretRef,
    source: Arc<str>,
    /// `None` once the value has left the cache: then nobody will collect.
    counts: RwLock<Option<HashMap<Actor, AtomicU64>>>,
}

impl Hits {
    pub(crate) fn new(request: Request, place: SecretRef, source: Arc<str>) -> Self {
        Self { request, place, source, counts: RwLock::new(Some(HashMap::new())) }
    }

    /// For a value that no cache keeps: nobody collects, so each hit is reported at once.
    pub(crate) fn uncollected(request: Request, place: SecretRef, source: Arc<str>) -> Self {
        Self { request, place, source, counts: RwLock::new(None) }
    }

    /// The same, with nothing counted yet.
    pub(crate) fn successor(&self) -> Self {
        Self::new(self.request.clone(), self.place.clone(), Arc::clone(&self.source))
    }

    pub(crate) fn place(&self) -> &SecretRef {
        &self.place
    }

    pub(crate) fn key(&self) -> &str {
        self.request.key()
    }

    pub(crate) fn shown(&self) -> &str {
        self.request.shown()
    }

    /// Counts one; `None` when nobody will collect it, and the caller must report it.
    #[must_use]
    pub(crate) fn add(&self, actor: &Actor) -> Option<()> {
        if let Some(count) = self.counts.read().unwrap_or_else(PoisonError::into_inner).as_ref()?.get(actor) {
            count.fetch_add(1, Ordering::Relaxed);
            return Some(());
        }
        self.put_back(actor, 1)
    }

    /// Reports one hit by itself.
    pub(crate) fn report_one(&self, hooks: &Hooks, actor: &Actor) -> Receipt {
        self.report(hooks, actor, 1)
    }

    /// Reports what was counted so far; a count whose record was lost is kept for the next time.
    pub(crate) async fn flush(&self, hooks: &Hooks) -> Result<(), Lost> {
        let counted = match self.counts.write().unwrap_or_else(PoisonError::into_inner).as_mut() {
            Some(counts) => std::mem::take(counts),
            None => return Ok(()),
        };
        let mut outcome = Ok(());
        for (actor, count) in counted {
            let count = count.into_inner();
            if self.report(hooks, &actor, count).await.is_err() {
                // A closed count was reported as it closed; this one is lost, and the caller is told.
                let _closed = self.put_back(&actor, count);
                outcome = Err(Lost);
            }
        }
        outcome
    }

    /// Reports what was counted, waits for nothing, and takes no more.
    pub(crate) fn close(&self, hooks: &Hooks) {
        let counted = self.counts.write().unwrap_or_else(PoisonError::into_inner).take();
        for (actor, count) in counted.into_iter().flatten() {
            // No caller is left who could be refused.
            drop(self.report(hooks, &actor, count.into_inner()));
        }
    }

    fn put_back(&self, actor: &Actor, count: u64) -> Option<()> {
        let mut counts = self.counts.write().unwrap_or_else(PoisonError::into_inner);
        counts.as_mut()?.entry(actor.clone()).or_default().fetch_add(count, Ordering::Relaxed);
        Some(())
    }

    fn report(&self, hooks: &Hooks, actor: &Actor, count: u64) -> Receipt {
        let access = self.request.access(actor).at(&self.place);
        hooks.report_hits(&access, &self.source, count)
    }
}

impl fmt::Debug for Hits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hits({})", self.request.shown())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_counted_too_late_is_left_to_the_caller_to_report() {
        let at: SecretRef = "mem://a".parse().expect("a reference");
        let hits = Hits::new(Request::of_reference(&at), at, "mem".into());
        let actor = Actor::default();
        assert_eq!(hits.add(&actor), Some(()));
        hits.close(&Hooks::none());
        assert_eq!(hits.add(&actor), None);
    }
}
