//! One fetch for many callers: on success, on failure, and when the first caller goes away.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::FutureExt as _;
use reticent_core::{ErrorKind, Flight, SourceError};
use tokio::time::sleep;

type Answer = Result<u32, SourceError>;

#[derive(Default)]
struct Backend {
    fetches: AtomicUsize,
}

impl Backend {
    async fn fetch(self: Arc<Self>, answer: Answer) -> Answer {
        self.fetches.fetch_add(1, Ordering::SeqCst);
        sleep(Duration::from_millis(50)).await;
        answer
    }
}

async fn thousand_callers(answer: Answer) -> (usize, Vec<Answer>) {
    let flight = Arc::new(Flight::<String, Answer>::new());
    let backend = Arc::new(Backend::default());
    let callers: Vec<_> = (0..1000)
        .map(|_| {
            let (flight, backend, answer) = (Arc::clone(&flight), Arc::clone(&backend), answer.clone());
            tokio::spawn(async move { flight.join(&"db".to_owned(), || backend.fetch(answer)).await })
        })
        .collect();
    let mut answers = Vec::new();
    for caller in callers {
        answers.push(caller.await.expect("no caller panics"));
    }
    assert!(flight.is_empty(), "a landed fetch leaves nothing behind");
    (backend.fetches.load(Ordering::SeqCst), answers)
}

#[tokio::test(start_paused = true)]
async fn a_thousand_callers_are_one_fetch() {
    let (fetches, answers) = thousand_callers(Ok(7)).await;
    assert_eq!(fetches, 1);
    assert!(answers.iter().all(|answer| matches!(answer, Ok(7))));
}

#[tokio::test(start_paused = true)]
async fn a_failure_answers_everybody_and_is_not_retried() {
    let (fetches, answers) = thousand_callers(Err(SourceError::new(ErrorKind::Unavailable, "down"))).await;
    assert_eq!(fetches, 1);
    assert_eq!(answers.len(), 1000);
    assert!(
        answers.iter().all(|answer| matches!(answer, Err(error) if error.kind() == ErrorKind::Unavailable))
    );
}

#[tokio::test(start_paused = true)]
async fn the_fetch_survives_its_first_caller() {
    let flight = Arc::new(Flight::<u8, Answer>::new());
    let backend = Arc::new(Backend::default());
    let leader = flight.join(&1, || Arc::clone(&backend).fetch(Ok(7)));
    let leader = tokio::spawn(leader);
    tokio::task::yield_now().await;
    let follower = flight.join(&1, || Arc::clone(&backend).fetch(Ok(8)));
    assert!(!follower.is_leader());
    leader.abort();
    assert!(matches!(follower.await, Ok(7)));
    assert_eq!(backend.fetches.load(Ordering::SeqCst), 1);
}

#[tokio::test(start_paused = true)]
async fn a_fetch_that_nobody_waits_for_is_dropped_and_the_next_caller_begins_anew() {
    let flight = Flight::<u8, Answer>::new();
    let backend = Arc::new(Backend::default());
    let mut first = flight.join(&1, || Arc::clone(&backend).fetch(Ok(7)));
    assert!((&mut first).now_or_never().is_none(), "under way");
    drop(first);
    assert!(flight.is_empty());
    let second = flight.join(&1, || Arc::clone(&backend).fetch(Ok(8)));
    assert!(second.is_leader());
    assert!(matches!(second.await, Ok(8)));
    assert_eq!(backend.fetches.load(Ordering::SeqCst), 2);
}

#[tokio::test(start_paused = true)]
async fn keys_do_not_share() {
    let flight = Flight::<u8, Answer>::new();
    let backend = Arc::new(Backend::default());
    let one = flight.join(&1, || Arc::clone(&backend).fetch(Ok(1)));
    let two = flight.join(&2, || Arc::clone(&backend).fetch(Ok(2)));
    assert_eq!(flight.len(), 2);
    let (one, two) = tokio::join!(one, two);
    assert!(matches!((one, two), (Ok(1), Ok(2))));
}
