//! The end of a program: every lease is revoked.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use reticent_core::{ErrorKind, SourceError};
use tokio::time::{Instant, sleep, timeout};

use super::place::{Lent, Place};
use crate::request::RESOLVER;
use crate::resolver::{Inner, Resolver};

/// The wait between two attempts to revoke.
const WAIT: Duration = Duration::from_millis(250);

impl Resolver {
    /// Revokes every lease, in use or not, reports the hits, wipes the cache, and ends [`keep_fresh`](Self::keep_fresh).
    ///
    /// A program calls it last, when it has closed what was opened with leased credentials. It takes at most `limit`.
    /// From now on nothing is lent: reads of what would be fail with `Unavailable`.
    ///
    /// ```
    /// use std::time::Duration;
    /// use reticent_resolve::Resolver;
    /// # use reticent_testkit::{LeaseTerms, MemorySource};
    ///
    /// # tokio::runtime::Builder::new_current_thread().enable_time().build()?.block_on(async {
    /// let vault = MemorySource::new("vault(prod)");
    /// # vault.lend("vault://database/creds/app", LeaseTerms::of(Duration::from_secs(60)));
    /// let resolver = Resolver::builder().source("vault", vault.clone()).build()?;
    /// let credential = resolver.get("vault://database/creds/app").await?;
    ///
    /// resolver.shutdown(Duration::from_secs(10)).await?;
    /// assert!(!vault.accepts(&credential));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// `Timeout`: some leases could not be revoked in time; they end by themselves. `NotRecorded`: hits could not be
    /// reported.
    pub async fn shutdown(&self, limit: Duration) -> Result<(), SourceError> {
        let deadline = Instant::now() + limit;
        self.inner.leases.close();
        let _in_time = timeout(limit, self.inner.revoke_all(deadline)).await;
        self.invalidate_all();
        let left = deadline.saturating_duration_since(Instant::now());
        let flushed = timeout(left, self.flush_hits()).await.unwrap_or(Ok(()));
        match self.inner.leases_left() {
            0 => flushed,
            left => Err(SourceError::new(ErrorKind::Timeout, RESOLVER)
                .with_detail(format!("{left} leases could not be revoked within {limit:?}"))
                .with_hint("they end by themselves; see whether their source is reached")),
        }
    }
}

impl Inner {
    async fn revoke_all(self: &Arc<Self>, deadline: Instant) {
        self.leases.none_is_made().await;
        let mut revocations = Vec::new();
        for place in self.leases.all() {
            for lent in place.unrevoked() {
                revocations.push(self.revoke_until(Arc::clone(&place), lent, deadline));
            }
        }
        join_all(revocations).await;
    }

    async fn revoke_until(&self, place: Arc<Place>, lent: Lent, deadline: Instant) {
        while let Err(error) = self.end_lease(&place, &lent).await {
            let now = Instant::now();
            if !error.is_transient() || now >= deadline {
                return;
            }
            sleep(WAIT).await;
        }
    }

    fn leases_left(&self) -> usize {
        self.leases.all().iter().map(|place| place.unrevoked().len()).sum()
    }
}
