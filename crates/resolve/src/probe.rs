//! Looking whether a backend that is down has come back, so that no reader has to be the first to find out.

use std::sync::Arc;

use tokio::time::Instant;

use crate::lease::Work;
use crate::resolver::Inner;

/// Begins the probes that are due, and returns when more will be. The secrets that somebody watches are looked at as
/// soon as their source has come back.
pub(crate) fn due_work(inner: &Arc<Inner>, begin: &mut dyn FnMut(Work)) -> Option<Instant> {
    let now = Instant::now();
    let mut next: Option<Instant> = None;
    for (scheme, backend) in inner.backends_by_scheme() {
        if backend.breaker.take_return() {
            inner.watches.of_scheme(scheme).iter().for_each(|watch| watch.look_at(now));
            inner.signal.notify_waiters();
        }
        if backend.breaker.take_probe(&inner.jitter) {
            begin(Box::pin(probe(Arc::clone(inner), scheme.into())));
        }
        next = next.into_iter().chain(backend.breaker.probe_at()).min();
    }
    next
}

async fn probe(inner: Arc<Inner>, scheme: Box<str>) {
    let backend = inner.backend(&scheme).expect("a scheme keeps its source");
    // The breaker notes what it gives.
    drop(backend.check(&inner.jitter).await);
}
