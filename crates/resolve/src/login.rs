//! Keeping sources logged in: each says itself when it wants to be called again.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::lease::Work;
use crate::resolver::Inner;

/// The shortest and the longest wait after a failure.
const SHORTEST_WAIT: Duration = Duration::from_millis(500);
const LONGEST_WAIT: Duration = Duration::from_secs(15);

/// The least wait between two calls, whatever a source says.
const LEAST: Duration = Duration::from_millis(100);

/// As good as never, and far from where instants overflow.
const LONGEST: Duration = Duration::from_secs(60 * 60 * 24 * 365);

/// When a source is called next.
#[derive(Default)]
pub(crate) struct Login(Mutex<Plan>);

#[derive(Clone, Copy, Default)]
enum Plan {
    /// It was not called yet.
    #[default]
    New,
    At(Instant, u32),
    Under,
    Never,
}

impl Login {
    /// Tells when it is due, unless it is under way.
    fn due_at(&self, now: Instant) -> Option<Instant> {
        match *self.plan() {
            Plan::New => Some(now),
            Plan::At(moment, _) => Some(moment),
            Plan::Under | Plan::Never => None,
        }
    }

    fn plan(&self) -> MutexGuard<'_, Plan> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that it is under way until what this returns is dropped.
    fn begin(self: &Arc<Self>) -> Begun {
        let mut plan = self.plan();
        let failures = if let Plan::At(_, failures) = *plan { failures } else { 0 };
        *plan = Plan::Under;
        Begun { login: Arc::clone(self), failures }
    }
}

struct Begun {
    login: Arc<Login>,
    failures: u32,
}

impl Drop for Begun {
    /// Makes a call due again that was dropped before its end.
    fn drop(&mut self) {
        let mut plan = self.login.plan();
        if matches!(*plan, Plan::Under) {
            *plan = Plan::At(Instant::now(), self.failures);
        }
    }
}

/// Begins what is due of the logins, and returns when more will be.
pub(crate) fn due_work(inner: &Arc<Inner>, begin: &mut dyn FnMut(Work)) -> Option<Instant> {
    let now = Instant::now();
    let mut next: Option<Instant> = None;
    for (scheme, backend) in inner.backends_by_scheme() {
        match backend.login.due_at(now) {
            Some(due_at) if due_at <= now => {
                begin(Box::pin(keep_logged_in(Arc::clone(inner), scheme.into(), backend.login.begin())));
            }
            due_at => next = next.into_iter().chain(due_at).min(),
        }
    }
    next
}

async fn keep_logged_in(inner: Arc<Inner>, scheme: Box<str>, begun: Begun) {
    let backend = inner.backend(&scheme).expect("a scheme keeps its source");
    let answer = backend.keep_alive().await;
    let now = Instant::now();
    *backend.login.plan() = match &answer {
        Ok(None) => Plan::Never,
        Ok(Some(wait)) => Plan::At(now + (*wait).clamp(LEAST, LONGEST), 0),
        Err(_) => {
            let longest = SHORTEST_WAIT.saturating_mul(1 << begun.failures.min(6)).min(LONGEST_WAIT);
            Plan::At(now + inner.jitter.between(longest / 2, longest), begun.failures.saturating_add(1))
        }
    };
    drop(begun);
    if let Err(error) = answer {
        for watch in inner.watches.of_scheme(&scheme) {
            watch.note_failure(&error);
        }
    }
}
