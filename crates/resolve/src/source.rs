//! A resolver where a source is wanted, so that what takes a `&dyn SecretSource` gets cache, retry and hooks with it.

use std::borrow::Cow;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::future::join_all;
use reticent_core::{LeaseKeeper, Revision, Secret, SecretRef, SecretSource, SourceError};

use crate::resolver::Resolver;

#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl SecretSource for Resolver {
    /// Returns the labels of its sources: one alone is called as that one.
    fn name(&self) -> Cow<'_, str> {
        let labels: Vec<&str> = self.inner.backends().map(|backend| &*backend.label).collect();
        labels.join(", ").into()
    }

    async fn get(&self, at: &SecretRef) -> Result<Secret, SourceError> {
        self.get_ref(at).await
    }

    async fn get_many(&self, at: &[SecretRef]) -> Vec<Result<Secret, SourceError>> {
        self.read_many(at.iter().map(|at| self.inner.request_at(at)).collect()).await
    }

    /// Asks every source at once, and gives the first failure in the order of their schemes.
    async fn check(&self) -> Result<(), SourceError> {
        let checks: Vec<_> = self.inner.backends().map(|backend| backend.check(&self.inner.jitter)).collect();
        join_all(checks).await.into_iter().collect()
    }

    async fn revision(&self, at: &SecretRef) -> Result<Revision, SourceError> {
        match self.inner.backend(at.scheme()) {
            Some(backend) => backend.revision(at, &self.inner.jitter).await,
            None => Err(self.inner.no_source_for(at)),
        }
    }

    /// Returns `None`: a resolver keeps the leases of its sources itself.
    fn leases(&self) -> Option<&dyn LeaseKeeper> {
        None
    }

    /// Returns `None`: its own `keep_fresh` keeps its sources logged in.
    async fn keep_alive(&self) -> Result<Option<Duration>, SourceError> {
        Ok(None)
    }
}
