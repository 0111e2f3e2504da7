//! One fetch for many callers, and what happens when it lands.
//!
//! The decision: record and masking happen inside the shared fetch, so that a value is recorded before anybody has
//! it, and the callers who merely joined count as hits. The gate is asked outside, for each caller by itself: who is
//! denied never joins.

use std::sync::Arc;

use reticent_core::hooks::Lost;
use reticent_core::{ErrorKind, Joined, Secret, SourceError};
use tokio::time::Instant;

use crate::batch::Batch;
use crate::cache::{Content, Kept};
use crate::hits::Hits;
use crate::landing::fly;
use crate::request::{RESOLVER, Request};
use crate::resolver::Resolver;

/// What a fetch gave, for everybody who waited.
pub(crate) type Landed = Result<Arc<Fetched>, SourceError>;

pub(crate) struct Fetched {
    pub(crate) secret: Secret,
    pub(crate) ticket: u64,
    pub(crate) hits: Arc<Hits>,
    /// When it is due to be read again.
    pub(crate) refresh_at: Option<Instant>,
    /// Whether no backend was read for it after all, and whether it is beyond its TTL.
    pub(crate) cached: bool,
    pub(crate) stale: bool,
}

/// A secret in the hands of one caller.
pub(crate) struct Held {
    pub(crate) secret: Secret,
    pub(crate) ticket: u64,
    pub(crate) hits: Arc<Hits>,
}

impl Content {
    pub(crate) fn held(&self) -> Result<Held, SourceError> {
        let secret = self.answer.clone()?;
        let hits = Arc::clone(self.hits.as_ref().expect("a kept secret counts its hits"));
        Ok(Held { secret, ticket: self.ticket, hits })
    }
}

/// How the backend is read.
pub(crate) enum Reading {
    Alone,
    Batch(Batch),
}

impl Resolver {
    /// Asks the gate for this view's actor.
    pub(crate) fn admit(&self, request: &Request) -> Result<(), SourceError> {
        self.inner.hooks.admit(&request.access(&self.actor))
    }

    /// Fetches for a caller whom the gate has admitted; the answer began after ticket `floor`.
    pub(crate) async fn fetch(&self, request: &Request, floor: u64) -> Landed {
        loop {
            let joined = self.join(request, floor, Reading::Alone);
            let leads = joined.is_leader();
            let landed = joined.await;
            // A fetch that was under way already may be too old for this caller.
            if landed.as_ref().map_or(true, |fetched| fetched.ticket > floor) {
                return self.arrive(landed, leads).await;
            }
        }
    }

    /// Reads as `get` does, and tells which fetch the value is of.
    pub(crate) async fn read_held(&self, request: &Request) -> Result<Held, SourceError> {
        self.admit(request)?;
        if let Some(Kept { content, stale, .. }) = self.inner.cache.find(request.key(), 0) {
            self.inner.cache.count(&content.answer, stale);
            let held = content.held()?;
            self.record_hit(&held.hits).await?;
            return Ok(held);
        }
        let fetched = self.fetch(request, 0).await?;
        let Fetched { secret, ticket, hits, .. } = &*fetched;
        Ok(Held { secret: secret.clone(), ticket: *ticket, hits: Arc::clone(hits) })
    }

    /// Fetches for nobody in particular: what is renewed is recorded as read, and nobody is counted as served.
    pub(crate) async fn renew(&self, request: &Request) -> Result<(), SourceError> {
        let floor = self.inner.cache.newest_ticket();
        while self.join(request, floor, Reading::Alone).await?.ticket <= floor {}
        Ok(())
    }

    /// Joins the fetch under way, or begins one.
    pub(crate) fn join(&self, request: &Request, floor: u64, reading: Reading) -> Joined<Landed> {
        self.inner.flight.join(request.key(), || {
            if let Reading::Batch(batch) = &reading {
                batch.want(request);
            }
            fly(Arc::clone(&self.inner), self.actor.clone(), request.clone(), floor, reading)
        })
    }

    /// Takes over what a fetch gave, and counts a hit unless this caller made it.
    pub(crate) async fn arrive(&self, landed: Landed, leads: bool) -> Landed {
        let counters = &self.inner.cache.counters;
        match &landed {
            Ok(fetched) if !leads || fetched.cached => {
                counters.hits.count();
                if fetched.stale {
                    counters.stale.count();
                }
                self.record_hit(&fetched.hits).await?;
            }
            _ if leads => counters.misses.count(),
            _ => {}
        }
        landed
    }

    /// Counts a hit for this view's actor; it is reported now if nobody will collect it.
    pub(crate) async fn record_hit(&self, hits: &Hits) -> Result<(), SourceError> {
        let hooks = &self.inner.hooks;
        if hooks.is_silent() || hits.add(&self.actor).is_some() {
            return Ok(());
        }
        hits.report_one(hooks, &self.actor).await.map_err(|Lost| not_recorded(hits.shown()))
    }
}

/// The error when the record of hits was lost.
pub(crate) fn not_recorded(key: &str) -> SourceError {
    SourceError::new(ErrorKind::NotRecorded, RESOLVER)
        .for_key(key)
        .with_hint("see why the record of accesses cannot be written; nothing is handed out without one")
}
