//! The type that people hold, and what all its views share.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reticent_core::hooks::{Access, Actor, Decision, Gate, Hooks};
use reticent_core::{Clock, ErrorKind, Flight, Schemes, SecretName, SecretRef, SourceError, closest};

use tokio::sync::Notify;
use tokio::time::Instant;

use crate::backend::Backend;
use crate::builder::{Parts, ResolverBuilder};
use crate::cache::{Cache, CacheStats};
use crate::fetch::Landed;
use crate::fresh::Rereads;
use crate::jitter::Jitter;
use crate::lease::Leases;
use crate::policy::Fallthrough;
use crate::request::{Asked, RESOLVER, Request, no_source_for};
use crate::route::{Places, Routes};
use crate::watch::Watches;

/// Finds secrets by reference or by logical name, keeps them for a while, and runs the hooks around every access.
///
/// Clones share everything; [`acting_as`](Self::acting_as) gives a view for another actor. It spawns nothing and
/// reads no environment.
///
/// ```
/// use reticent_resolve::Resolver;
/// # use reticent_testkit::MemorySource;
/// # let source = MemorySource::new("vault(prod)").with("vault://secret/db", r#"{"password": "correct horse"}"#);
///
/// # tokio::runtime::Builder::new_current_thread().enable_time().build()?.block_on(async {
/// let resolver = Resolver::builder()
///     .source("vault", source)
///     .route("DB_PASSWORD".parse()?, ["vault://secret/db#password".parse()?])
///     .build()?;
/// let password = resolver.get("DB_PASSWORD").await?;
/// let the_same = resolver.get("vault://secret/db#password").await?;
/// assert!(password.ct_eq(&the_same));
///
/// let error = resolver.get("DB_PASWORD").await.unwrap_err();
/// assert_eq!(error.to_string(), "DB_PASWORD: not found in the resolver: it has no route, and there is no template");
/// assert_eq!(error.hint(), Some("did you mean DB_PASSWORD?"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Resolver {
    pub(crate) inner: Arc<Inner>,
    pub(crate) actor: Actor,
}

/// What all views of a resolver share.
pub(crate) struct Inner {
    backends: BTreeMap<Box<str>, Backend>,
    pub(crate) schemes: Schemes,
    routes: Routes,
    pub(crate) cache: Cache,
    pub(crate) flight: Flight<Arc<str>, Landed>,
    pub(crate) watches: Watches,
    pub(crate) leases: Leases,
    pub(crate) rereads: Rereads,
    /// Wakes `keep_fresh` when there is something to do sooner than planned, and when the resolver goes.
    pub(crate) signal: Arc<Notify>,
    /// When `keep_fresh` will look again.
    planned: Mutex<Option<Instant>>,
    pub(crate) fallthrough: Fallthrough,
    pub(crate) hooks: Hooks,
    /// For what hands out nothing: leases are renewed and ended for whoever was admitted to the read.
    pub(crate) ungated: Hooks,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) jitter: Jitter,
    pub(crate) poll_every: Duration,
    pub(crate) report_every: Duration,
    pub(crate) grace: Duration,
    pub(crate) patience: Duration,
    pub(crate) lease_grace: Duration,
}

impl Resolver {
    /// Starts from nothing.
    pub fn builder() -> ResolverBuilder {
        ResolverBuilder::new()
    }

    pub(crate) fn new(inner: Inner, actor: Actor) -> Self {
        Self { inner: Arc::new(inner), actor }
    }

    /// Returns a view for `actor`: gate and records see them, and the cache is the same.
    #[must_use]
    pub fn acting_as(&self, actor: Actor) -> Self {
        Self { inner: Arc::clone(&self.inner), actor }
    }

    /// Returns who acts in this view.
    #[must_use]
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// Returns the schemes that make a text a reference here.
    #[must_use]
    pub fn schemes(&self) -> &Schemes {
        &self.inner.schemes
    }

    /// Returns the places of `name`, in the order in which they are tried. Nothing is read.
    #[must_use]
    pub fn places(&self, name: &SecretName) -> Vec<SecretRef> {
        self.inner.places(&Asked::Name(name.clone())).to_vec()
    }

    /// Counts what the cache did so far.
    #[must_use]
    pub fn cache_stats(&self) -> CacheStats {
        self.inner.cache.counters.snapshot()
    }
}

/// A gate that stands open.
#[derive(Debug)]
struct Anybody;

impl Gate for Anybody {
    fn decide(&self, _: &Access<'_>) -> Decision {
        Decision::Allow
    }
}

impl fmt::Debug for Resolver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { backends, routes, cache, .. } = &*self.inner;
        f.debug_struct("Resolver")
            .field("actor", &self.actor.as_str())
            .field("sources", backends)
            .field("routes", &routes.names().collect::<Vec<_>>())
            .field("templates", &routes.templates())
            .field("cache", cache)
            .finish_non_exhaustive()
    }
}

impl Inner {
    pub(crate) fn new(
        backends: BTreeMap<Box<str>, Backend>,
        schemes: Schemes,
        routes: Routes,
        parts: Parts,
        signal: Arc<Notify>,
    ) -> Self {
        Self {
            backends,
            schemes,
            routes,
            cache: Cache::new(parts.capacity),
            flight: Flight::new(),
            watches: Watches::default(),
            leases: Leases::new(Arc::clone(&signal)),
            rereads: Rereads::default(),
            signal,
            planned: Mutex::default(),
            fallthrough: parts.fallthrough,
            ungated: parts.hooks.clone().with_gate(Arc::new(Anybody)),
            hooks: parts.hooks,
            clock: parts.clock,
            jitter: parts.jitter,
            poll_every: parts.poll_every,
            report_every: parts.report_every,
            grace: parts.grace,
            patience: parts.patience,
            lease_grace: parts.lease_grace,
        }
    }

    pub(crate) fn plan_round(&self, at: Instant) {
        *self.planned.lock().unwrap_or_else(PoisonError::into_inner) = Some(at);
    }

    /// Wakes `keep_fresh`, if it runs and would sleep beyond `at`.
    pub(crate) fn wake_before(&self, at: Instant) {
        let planned = *self.planned.lock().unwrap_or_else(PoisonError::into_inner);
        if planned.is_some_and(|planned| at < planned) {
            self.signal.notify_waiters();
        }
    }

    pub(crate) fn backend(&self, scheme: &str) -> Option<&Backend> {
        self.backends.get(scheme)
    }

    pub(crate) fn backends(&self) -> impl Iterator<Item = &Backend> {
        self.backends.values()
    }

    pub(crate) fn backends_by_scheme(&self) -> impl Iterator<Item = (&str, &Backend)> {
        self.backends.iter().map(|(scheme, backend)| (&**scheme, backend))
    }

    pub(crate) fn places(&self, asked: &Asked) -> Places {
        match asked {
            Asked::Name(name) => self.routes.places(name),
            Asked::Reference(at) => [at.clone()].into(),
        }
    }

    /// Reads a text that may be a value.
    pub(crate) fn recognise(&self, text: &str) -> Result<Request, SourceError> {
        Request::recognise(text, &self.schemes)
    }

    /// Checks that a source is registered for the reference.
    pub(crate) fn request_at(&self, at: &SecretRef) -> Result<Request, SourceError> {
        if self.backends.contains_key(at.scheme()) {
            Ok(Request::of_reference(at))
        } else {
            Err(self.no_source_for(at))
        }
    }

    pub(crate) fn no_source_for(&self, at: &SecretRef) -> SourceError {
        no_source_for(at, &self.schemes)
    }

    /// The error for a name that has no place at all.
    pub(crate) fn unrouted(&self, name: &SecretName) -> SourceError {
        let known = self.routes.names().map(SecretName::as_str);
        let hint = match closest(name.as_str(), known) {
            Some(meant) => format!("did you mean {meant}?"),
            None => format!("add a route for {name}"),
        };
        SourceError::new(ErrorKind::NotFound, RESOLVER)
            .for_key(name.as_str())
            .with_detail("it has no route, and there is no template")
            .with_hint(hint)
    }
}
