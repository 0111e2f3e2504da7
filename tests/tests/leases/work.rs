//! Two hundred workers who query, each for itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use pool::Pool;
use reticent::resolve::SecretHandle;
use tokio::task::JoinHandle;
use tokio::time::sleep;

const WORKERS: usize = 200;

/// Lets them work for `time`, and returns how many queries succeeded and why others failed.
pub(crate) async fn by_many(pool: &Pool, table: &str, time: Duration) -> (usize, Vec<String>) {
    let until = Instant::now() + time;
    let workers: Vec<_> =
        (0..WORKERS).map(|_| tokio::spawn(work(pool.clone(), table.to_owned(), until))).collect();
    let (mut queries, mut failures) = (0, Vec::new());
    for worker in workers {
        let (made, failed) = worker.await.expect("no panic");
        queries += made;
        failures.extend(failed);
    }
    (queries, failures)
}

async fn work(pool: Pool, table: String, until: Instant) -> (usize, Vec<String>) {
    let (query, mut queries, mut failures) = (format!("SELECT n FROM {table}"), 0, Vec::new());
    while Instant::now() < until {
        match query_once(&pool, &query).await {
            Ok(()) => queries += 1,
            Err(error) => failures.push(error),
        }
        sleep(Duration::from_millis(100)).await;
    }
    (queries, failures)
}

async fn query_once(pool: &Pool, query: &str) -> Result<(), String> {
    let taken = pool.take().await.map_err(|error| format!("no connection: {error:?}"))?;
    let rows = taken.client().simple_query(query).await;
    rows.map(drop).map_err(|error| format!("no rows: {error:?}"))
}

/// Counts how often the credential of a handle changes.
pub(crate) fn count_changes(mut handle: SecretHandle) -> Changes {
    let count = Arc::new(AtomicU64::new(0));
    let task = tokio::spawn({
        let count = Arc::clone(&count);
        async move {
            while handle.changed().await.is_ok() {
                count.fetch_add(1, Ordering::Relaxed);
            }
        }
    });
    Changes { count, task }
}

pub(crate) struct Changes {
    count: Arc<AtomicU64>,
    task: JoinHandle<()>,
}

impl Changes {
    pub(crate) fn end(self) -> u64 {
        self.task.abort();
        self.count.load(Ordering::Relaxed)
    }
}
