//! A secret that stays current while the program runs.
//!
//! The decision: a handle serves the last good value whatever becomes of its source, since a program that is
//! running is better off with a value that may be old than with none. How good it is, [`SecretHandle::health`] says.
//! The gate is asked when the handle is made and for each new value, not for each look at the value held.

use std::fmt;
use std::sync::{Arc, Weak};
use std::time::SystemTime;

use reticent_core::hooks::Actor;
use reticent_core::{Secret, SourceError};
use tokio::sync::watch::Receiver;
use tokio::time::Instant;

use crate::lease::LeaseUse;
use crate::resolver::{Inner, Resolver};
use crate::watch::View;

/// The last good value of one secret, and word of its changes.
///
/// It is kept current by [`Resolver::keep_fresh`], which the program spawns. Uses are counted and reported in batches,
/// as those of the cache are.
///
/// ```
/// use reticent_resolve::Resolver;
/// # use reticent_testkit::MemorySource;
///
/// # tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build()?.block_on(async {
/// let source = MemorySource::new("vault(prod)").with("vault://secret/db", "old");
/// let resolver = Resolver::builder().source("vault", source.clone()).build()?;
/// tokio::spawn(resolver.keep_fresh());
///
/// let mut password = resolver.watch("vault://secret/db").await?;
/// source.set("vault://secret/db", "new"); // somebody rotates it
/// let new = password.changed().await?;
/// assert!(new.ct_eq(&password.current()));
/// assert!(!new.ct_eq(&password.previous().expect("for a while")));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct SecretHandle {
    view: Receiver<View>,
    resolver: Weak<Inner>,
    actor: Actor,
    name: Arc<str>,
}

impl SecretHandle {
    pub(crate) fn new(view: Receiver<View>, resolver: &Resolver, name: Arc<str>) -> Self {
        let actor = resolver.actor.clone();
        Self { view, resolver: Arc::downgrade(&resolver.inner), actor, name }
    }

    /// Returns the last good value.
    #[must_use]
    pub fn current(&self) -> Secret {
        let view = self.view.borrow();
        count_use(&view, &self.resolver, &self.actor);
        view.secret.clone()
    }

    /// Returns the last good value, and holds its lease, if it has one, until what this returns is dropped.
    ///
    /// A connection pool takes one for each connection, before it opens it.
    #[must_use]
    pub fn hold(&self) -> LeaseUse {
        count_use(&self.view.borrow(), &self.resolver, &self.actor);
        LeaseUse::begin(self.view.clone())
    }

    /// Holds `secret`, a value of this handle's secret that was read elsewhere, as in
    /// [`with_fresh`](Resolver::with_fresh).
    ///
    /// `None` when its lease has ended or is being revoked: then it is as good as refused, and a newer one is there.
    #[must_use]
    pub fn hold_of(&self, secret: &Secret) -> Option<LeaseUse> {
        let place = self.view.borrow().hits.place().clone();
        let uses = self.resolver.upgrade().and_then(|inner| inner.leases.uses_of(&place, secret));
        LeaseUse::of(secret.clone(), self.view.clone(), uses.as_ref())
    }

    /// Waits until the value differs from the one that this handle last told of, and returns the new one.
    ///
    /// Values that came and went in between are passed over. A cancelled call misses nothing.
    ///
    /// # Errors
    /// [`ResolverGone`] when the resolver was dropped, so that no change will come.
    pub async fn changed(&mut self) -> Result<Secret, ResolverGone> {
        self.view.changed().await.map_err(|_| ResolverGone)?;
        let view = self.view.borrow_and_update();
        count_use(&view, &self.resolver, &self.actor);
        Ok(view.secret.clone())
    }

    /// Returns the value before the last change, for a grace time after it: for what was encrypted, signed or
    /// logged in with it.
    #[must_use]
    pub fn previous(&self) -> Option<Secret> {
        let view = self.view.borrow();
        let previous = view.previous.as_ref().filter(|previous| Instant::now() < previous.until)?;
        count_use(&view, &self.resolver, &self.actor);
        Some(previous.secret.clone())
    }

    /// Tells when the value was last known to be right, and what failed since.
    #[must_use]
    pub fn health(&self) -> Health {
        self.view.borrow().health.clone()
    }
}

fn count_use(view: &View, resolver: &Weak<Inner>, actor: &Actor) {
    let Some(inner) = resolver.upgrade() else { return };
    if !inner.hooks.is_silent() && view.hits.add(actor).is_none() {
        // The count closed in this moment; what is at hand is not withheld for that.
        drop(view.hits.report_one(&inner.hooks, actor));
    }
}

impl fmt::Debug for SecretHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecretHandle")
            .field("name", &self.name)
            .field("actor", &self.actor.as_str())
            .field("health", &self.health())
            .finish_non_exhaustive()
    }
}

/// How good the value of a handle is.
///
/// ```
/// # use reticent_resolve::Resolver;
/// # use reticent_testkit::MemorySource;
/// # tokio::runtime::Builder::new_current_thread().enable_time().build()?.block_on(async {
/// # let source = MemorySource::new("mem").with("mem://a", "value");
/// # let resolver = Resolver::builder().source("mem", source).build()?;
/// let handle = resolver.watch("mem://a").await?;
/// assert!(handle.health().last_error.is_none());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Health {
    /// When the source last said that this is the value.
    pub last_success: SystemTime,
    /// What has failed since then.
    pub last_error: Option<SourceError>,
}

impl Health {
    pub(crate) fn good(at: SystemTime) -> Self {
        Self { last_success: at, last_error: None }
    }
}

/// The resolver was dropped, so a handle will see no more changes.
///
/// ```
/// assert_eq!(reticent_resolve::ResolverGone.to_string(), "the resolver was dropped");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "complete: there is nothing more to tell")]
pub struct ResolverGone;

impl fmt::Display for ResolverGone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the resolver was dropped")
    }
}

impl std::error::Error for ResolverGone {}
