//! Telling where a secret comes from.
//!
//! The decision: it reads the backends and not the cache, since it is asked when something looks wrong; so it is an
//! access like any other, with gate and record, of which the value is dropped.

use std::future::ready;

use reticent_core::{Secret, SecretName, SecretRef, SourceError};

use crate::chain::{Outcome, Won};
use crate::landing::search_alone;
use crate::provenance::{Found, Provenance};
use crate::request::Request;
use crate::resolver::Resolver;

impl Resolver {
    /// Tells what is tried for `text`, in order, and which place has it.
    ///
    /// The secret is read and recorded, and not handed out.
    ///
    /// # Errors
    /// `InvalidReference` for what is neither a name nor a reference; any other failure is in the answer.
    pub async fn explain(&self, text: &str) -> Result<Provenance, SourceError> {
        Ok(self.search(&self.inner.recognise(text)?).await)
    }

    /// Tells what is tried for `name`, as [`explain`](Self::explain) does.
    pub async fn explain_name(&self, name: &SecretName) -> Provenance {
        self.search(&Request::of_name(name)).await
    }

    /// Tells what comes of `at`, as [`explain`](Self::explain) does.
    pub async fn explain_ref(&self, at: &SecretRef) -> Provenance {
        match self.inner.request_at(at) {
            Ok(request) => self.search(&request).await,
            Err(error) => Provenance::failed(error),
        }
    }

    async fn search(&self, request: &Request) -> Provenance {
        if let Err(error) = self.admit(request) {
            return Provenance::failed(error);
        }
        let Outcome { result, tried, followed, .. } = search_alone(&self.inner, request).await;
        let label = self.inner.label(&result);
        let found = result.as_ref().ok().map(|won| found(won, &label));
        let access = request.access(&self.actor);
        let access = found.as_ref().map_or(access, |found| access.at(&found.place));
        let read: Result<Secret, _> = result.map(|won| won.secret);
        match self.inner.hooks.fetch(&access, &label, ready(read)).await {
            Ok(_) => Provenance { tried, followed, found, failure: None },
            Err(error) => Provenance { tried, followed, found: None, failure: Some(error) },
        }
    }
}

fn found(won: &Won, label: &str) -> Found {
    Found {
        place: won.place.clone(),
        source: label.into(),
        version: won.secret.metadata().version().cloned(),
    }
}
