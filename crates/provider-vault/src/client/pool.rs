//! A few connections that wait for the next request.

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::exchange::Open;

/// How many wait: twice as many as a batch reads at a time.
const KEPT: usize = 16;

/// How long one waits, well below the five minutes after which Vault closes it.
const LONGEST_IDLE: Duration = Duration::from_secs(60);

/// The connections that are open and not in use.
#[derive(Default)]
pub(super) struct Pool(Mutex<Vec<Open>>);

impl Pool {
    /// Takes the one that served last, of those that are still open.
    pub(super) async fn take(&self) -> Option<Open> {
        loop {
            let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop()?;
            let is_young = Instant::now().saturating_duration_since(open.idle_since) < LONGEST_IDLE;
            if is_young && open.is_ready().await {
                return Some(open);
            }
        }
    }

    pub(super) fn keep(&self, mut open: Open) {
        open.idle_since = Instant::now();
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() < KEPT {
            kept.push(open);
        }
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pool(..)")
    }
}
