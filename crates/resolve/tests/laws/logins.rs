//! A source says itself when it wants to be called to stay logged in.

use std::borrow::Cow;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use reticent_core::{ErrorKind, Revision, Secret, SecretRef, SecretSource, SourceError};
use reticent_testkit::MemorySource;
use tokio::time::{Instant, sleep};

use crate::support::{built, exact, seconds};

type Said = Result<Option<Duration>, ErrorKind>;

/// Answers calls to `keep_alive` in turn, the last for ever, and notes when they came.
#[derive(Clone, Debug)]
struct Login {
    secrets: MemorySource,
    answers: Arc<Mutex<Vec<Said>>>,
    takes: Duration,
    start: Instant,
    calls: Arc<Mutex<Vec<u64>>>,
}

impl Login {
    fn answering(mut answers: Vec<Said>) -> Self {
        answers.reverse();
        Self {
            secrets: MemorySource::new("mem").with("mem://a", "a"),
            answers: Arc::new(Mutex::new(answers)),
            takes: Duration::ZERO,
            start: Instant::now(),
            calls: Arc::default(),
        }
    }

    fn calls(&self) -> Vec<u64> {
        self.calls.lock().expect("no panic").clone()
    }
}

#[async_trait]
impl SecretSource for Login {
    fn name(&self) -> Cow<'_, str> {
        "mem".into()
    }
    async fn get(&self, at: &SecretRef) -> Result<Secret, SourceError> {
        self.secrets.get(at).await
    }
    async fn check(&self) -> Result<(), SourceError> {
        Ok(())
    }
    async fn revision(&self, at: &SecretRef) -> Result<Revision, SourceError> {
        self.secrets.revision(at).await
    }
    async fn keep_alive(&self) -> Result<Option<Duration>, SourceError> {
        self.calls.lock().expect("no panic").push(self.start.elapsed().as_secs());
        let answer = {
            let mut answers = self.answers.lock().expect("no panic");
            if answers.len() > 1 { answers.pop() } else { answers.last().copied() }
        };
        sleep(self.takes).await;
        answer.expect("an answer").map_err(|kind| SourceError::new(kind, "mem"))
    }
}

#[tokio::test(start_paused = true)]
async fn it_is_called_at_the_start_and_then_as_it_says() {
    let login = Login::answering(vec![Ok(Some(seconds(40))), Ok(Some(seconds(5))), Ok(None)]);
    let resolver = built(exact().source("mem", login.clone()));
    tokio::spawn(resolver.keep_fresh());
    sleep(seconds(10_000)).await;
    assert_eq!(login.calls(), [0, 40, 45]);
}

#[tokio::test(start_paused = true)]
async fn without_upkeep_it_is_not_called() {
    let login = Login::answering(vec![Ok(Some(seconds(40)))]);
    let resolver = built(exact().source("mem", login.clone()));
    resolver.get("mem://a").await.expect("held");
    sleep(seconds(100)).await;
    assert_eq!(login.calls(), [0_u64; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_failure_is_tried_again_shows_in_the_health_and_leaves_reads_alone() {
    let down = Err(ErrorKind::Unavailable);
    let login = Login::answering(vec![Ok(Some(seconds(1))), down, down, down, Ok(Some(seconds(60)))]);
    let resolver = built(exact().source("mem", login.clone()).poll_every(seconds(600)));
    tokio::spawn(resolver.keep_fresh());
    let handle = resolver.watch("mem://a").await.expect("held");
    sleep(Duration::from_millis(1100)).await;
    assert_eq!(handle.health().last_error.expect("it failed").kind(), ErrorKind::Unavailable);
    resolver.get("mem://a").await.expect("held");
    sleep(seconds(80)).await;
    assert_eq!(login.calls(), [0, 1, 1, 2, 3, 63]);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_hangs_ends_with_the_timeout_and_delays_no_other_source() {
    let mut hanging = Login::answering(vec![Ok(Some(seconds(60)))]);
    hanging.takes = seconds(1000);
    let quick = Login::answering(vec![Ok(Some(seconds(2)))]);
    let resolver = built(exact().source("mem", hanging.clone()).source("quick", quick.clone()));
    tokio::spawn(resolver.keep_fresh());
    sleep(seconds(15)).await;
    assert_eq!(quick.calls(), [0, 2, 4, 6, 8, 10, 12, 14]);
    assert_eq!(hanging.calls(), [0, 10]);
}

#[tokio::test(start_paused = true)]
async fn a_source_that_wants_to_be_called_at_once_does_not_keep_the_program_busy() {
    let login = Login::answering(vec![Ok(Some(Duration::ZERO))]);
    let resolver = built(exact().source("mem", login.clone()));
    tokio::spawn(resolver.keep_fresh());
    sleep(seconds(10)).await;
    assert!((90..=101).contains(&login.calls().len()), "{}", login.calls().len());
}
