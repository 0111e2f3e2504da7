//! Many secrets in one call to each source.
//!
//! The decision: each secret of a batch has its own flight, so that other callers join it as any other, and the
//! flights share one search. Whoever waits for one of them drives it.

use std::collections::HashMap;
use std::mem;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Shared};

use crate::chain::{self, Outcome};
use crate::request::Request;
use crate::resolver::Inner;

type Outcomes = Arc<HashMap<Arc<str>, Outcome>>;

#[derive(Clone)]
pub(crate) struct Batch {
    wanted: Arc<Mutex<Vec<Request>>>,
    search: Shared<BoxFuture<'static, Outcomes>>,
}

impl Batch {
    /// Makes a batch that reads nothing before the first of its secrets is waited for.
    pub(crate) fn new(inner: &Arc<Inner>) -> Self {
        let wanted = Arc::<Mutex<Vec<Request>>>::default();
        let search = search(Arc::clone(inner), Arc::clone(&wanted)).boxed().shared();
        Self { wanted, search }
    }

    /// Adds a secret; what comes after the search began has to be read by itself.
    pub(crate) fn want(&self, request: &Request) {
        self.wanted.lock().unwrap_or_else(PoisonError::into_inner).push(request.clone());
    }

    /// Waits for the search, and returns what became of `request`.
    pub(crate) async fn outcome(self, request: &Request) -> Option<Outcome> {
        self.search.await.get(request.key()).cloned()
    }
}

async fn search(inner: Arc<Inner>, wanted: Arc<Mutex<Vec<Request>>>) -> Outcomes {
    let requests = mem::take(&mut *wanted.lock().unwrap_or_else(PoisonError::into_inner));
    let outcomes = chain::search(&inner, &requests).await;
    let keys = requests.iter().map(|request| Arc::clone(request.key()));
    Arc::new(keys.zip(outcomes).collect())
}
