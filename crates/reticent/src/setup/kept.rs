//! What is lent, kept alive for a program that cannot be told of a new value.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use reticent_core::{Secret, SourceError};
use reticent_resolve::LeaseUse;

use super::{Known, Setup};

/// Leases that are renewed while this is awaited, and not given back while it lives.
///
/// ```
/// use reticent::setup::Kept;
///
/// assert!(Kept::nothing().is_empty());
/// ```
pub struct Kept {
    background: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    held: Vec<LeaseUse>,
}

impl Kept {
    /// Keeps nothing.
    #[must_use]
    pub fn nothing() -> Self {
        Self { background: None, held: Vec::new() }
    }

    /// Tells whether nothing is kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.held.is_empty()
    }

    /// Renews what is kept, for ever. It may be cancelled and called again.
    pub async fn tend(&mut self) {
        if let Some(background) = &mut self.background {
            background.as_mut().await;
            self.background = None;
        }
        std::future::pending().await
    }
}

impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kept").field("held", &self.held.len()).finish_non_exhaustive()
    }
}

impl Setup {
    /// Keeps those of `wanted` that are lent, by what was read of them.
    ///
    /// # Errors
    /// As a read of one that is lent.
    pub async fn keep(&self, wanted: &[(Known, Secret)]) -> Result<Kept, SourceError> {
        let mut kept = Kept::nothing();
        for (known, secret) in wanted.iter().filter(|(_, secret)| secret.metadata().lease().is_some()) {
            let handle = self.resolver().watch(&known.asked()).await?;
            kept.held.extend(handle.hold_of(secret));
        }
        if !kept.is_empty() {
            kept.background = Some(Box::pin(self.resolver().keep_fresh()));
        }
        Ok(kept)
    }

    /// Gives back what was lent, for a program that is done with it; waits at most `limit`.
    ///
    /// # Errors
    /// `Timeout` when something could not be given back in time; it ends by itself.
    pub async fn give_back(&self, limit: Duration) -> Result<(), SourceError> {
        self.resolver().shutdown(limit).await
    }
}
