//! Who uses a lease: so that it is ended when the last one lets go, and not before.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use reticent_core::Secret;
use tokio::sync::Notify;
use tokio::sync::watch::Receiver;

use crate::handle::ResolverGone;
use crate::watch::View;

/// The uses of one lease.
pub(crate) struct Uses {
    state: Mutex<State>,
    signal: Arc<Notify>,
}

#[derive(Default)]
struct State {
    now: usize,
    ever: bool,
    replaced: bool,
    ending: bool,
}

impl Uses {
    pub(crate) fn new(signal: Arc<Notify>) -> Arc<Self> {
        Arc::new(Self { state: Mutex::default(), signal })
    }

    /// Begins a use, which ends when what this returns is dropped; `None` when it is being revoked already.
    fn begin(self: &Arc<Self>) -> Option<Token> {
        let mut state = self.lock();
        if state.ending {
            return None;
        }
        state.now += 1;
        state.ever = true;
        drop(state);
        Some(Token(Arc::clone(self)))
    }

    pub(crate) fn is_in_use(&self) -> bool {
        self.lock().now > 0
    }

    /// Tells whether its users say when they let go; of a value that was merely read nobody knows.
    pub(crate) fn are_told(&self) -> bool {
        self.lock().ever
    }

    /// Lets nobody begin a use any more, unless somebody uses it; tells whether that is so.
    pub(crate) fn end_unused(&self) -> bool {
        let mut state = self.lock();
        state.ending |= state.now == 0;
        state.ending
    }

    /// Notes that a newer lease has taken its place.
    pub(crate) fn replace(&self) {
        self.lock().replaced = true;
    }

    pub(crate) fn is_replaced(&self) -> bool {
        self.lock().replaced
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Token(Arc<Uses>);

impl Drop for Token {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.now -= 1;
        let is_free = state.now == 0 && state.replaced;
        drop(state);
        if is_free {
            self.0.signal.notify_waiters();
        }
    }
}

/// A value in use, as of an open connection: what was leased is not revoked while it lives.
///
/// It is held as long as the value is used, and dropped then. Of a lease that was replaced, the last one to be
/// dropped lets it be revoked at once. A value without a lease is held as well, so that a pool is written once.
/// Clones are uses of their own.
///
/// ```
/// use reticent_resolve::Resolver;
/// # use reticent_testkit::MemorySource;
///
/// # tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build()?.block_on(async {
/// let source = MemorySource::new("vault(prod)").with("vault://secret/db", "old");
/// let resolver = Resolver::builder().source("vault", source.clone()).build()?;
/// tokio::spawn(resolver.keep_fresh());
/// let password = resolver.watch("vault://secret/db").await?;
///
/// let mut held = password.hold(); // one for each connection, from before it is opened
/// source.set("vault://secret/db", "new");
/// held.replaced().await?; // time to open another connection, and then to close this one
/// assert!(!held.is_current() && password.hold().is_current());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Security
/// A lease ends at its own end at the latest, in use or not.
pub struct LeaseUse {
    secret: Secret,
    view: Receiver<View>,
    token: Option<Token>,
}

impl LeaseUse {
    pub(crate) fn begin(view: Receiver<View>) -> Self {
        let (secret, token) = {
            let seen = view.borrow();
            (seen.secret.clone(), seen.uses.as_ref().and_then(Uses::begin))
        };
        Self { secret, view, token }
    }

    /// Holds a value whose lease, if it has one, is that of `uses`; `None` when that has gone.
    pub(crate) fn of(secret: Secret, view: Receiver<View>, uses: Option<&Arc<Uses>>) -> Option<Self> {
        let token = uses.and_then(Uses::begin);
        let has_gone = secret.metadata().lease().is_some() && token.is_none();
        (!has_gone).then_some(Self { secret, view, token })
    }

    /// Returns the value that is held.
    #[must_use]
    pub fn secret(&self) -> &Secret {
        &self.secret
    }

    /// Tells whether the handle still has this value and no newer one.
    #[must_use]
    pub fn is_current(&self) -> bool {
        self.view.borrow().secret.ct_eq(&self.secret)
    }

    /// Waits until there is a newer value. A cancelled call misses nothing.
    ///
    /// # Errors
    /// [`ResolverGone`] when the resolver was dropped, so that there will be none.
    pub async fn replaced(&mut self) -> Result<(), ResolverGone> {
        let held = self.secret.clone();
        self.view.wait_for(|view| !view.secret.ct_eq(&held)).await.map(drop).map_err(|_| ResolverGone)
    }
}

impl Clone for LeaseUse {
    fn clone(&self) -> Self {
        // It is in use, and so is not being revoked.
        let token = self.token.as_ref().and_then(|token| token.0.begin());
        Self { secret: self.secret.clone(), view: self.view.clone(), token }
    }
}

impl fmt::Debug for LeaseUse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LeaseUse")
            .field("lease", &self.secret.metadata().lease())
            .field("is_current", &self.is_current())
            .finish_non_exhaustive()
    }
}
