//! Reading from one source: attempts, waits between them, and an end as soon as the source turns out to be down.

use std::sync::Arc;
use std::time::Duration;

use reticent_core::{ErrorKind, SecretRef, SourceError};
use tokio::time::{Instant, sleep, timeout};

use super::{Answer, Backend, named};
use crate::breaker::Pass;
use crate::jitter::Jitter;
use crate::policy::RetryPolicy;
use crate::spans::Call;

impl Backend {
    /// Reads `places`, each of which gets its own answer; those that fail transiently are tried again.
    pub(crate) async fn read(&self, places: &[SecretRef], jitter: &Jitter) -> Vec<Answer> {
        let mut answers: Vec<Answer> = places.iter().map(|at| Err(self.unanswered(at))).collect();
        let mut open: Vec<usize> = (0..places.len()).collect();
        let mut pace = Pace::new(&self.retry);
        loop {
            let asked: Vec<SecretRef> = open.iter().map(|index| places[*index].clone()).collect();
            match self.attempt(&asked, jitter).await {
                Ok(given) => {
                    for (index, answer) in open.iter().zip(given) {
                        answers[*index] = answer.map_err(|error| named(error, &places[*index]));
                    }
                }
                Err(refusal) => {
                    for index in &open {
                        answers[*index] = Err(named(refusal.clone(), &places[*index]));
                    }
                    return answers;
                }
            }
            open.retain(|index| is_transient(&answers[*index]));
            if open.is_empty() {
                return answers;
            }
            let asked_to_wait =
                open.iter().filter_map(|index| answers[*index].as_ref().err()?.retry_after()).max();
            let is_down = self.breaker.refusal(&asked).is_some();
            let wait = pace.next_wait(asked_to_wait, jitter).filter(|_| !is_down);
            let Some(wait) = wait else { break };
            sleep(wait).await;
        }
        for index in open {
            let at = &places[index];
            let answer = std::mem::replace(&mut answers[index], Err(self.unanswered(at)));
            let tell = |error| self.breaker.tell(std::slice::from_ref(at), pace.given_up(error));
            answers[index] = answer.map_err(tell);
        }
        answers
    }

    pub(crate) async fn read_one(&self, at: &SecretRef, jitter: &Jitter) -> Answer {
        self.read(std::slice::from_ref(at), jitter).await.pop().expect("one place has one answer")
    }

    /// Makes one attempt, unless the source is down; one that is under way ends when it turns out to be.
    async fn attempt(&self, places: &[SecretRef], jitter: &Jitter) -> Result<Vec<Answer>, SourceError> {
        let since = Instant::now();
        let opened = self.breaker.opened();
        let pass = self.breaker.admit(places, jitter)?;
        let called_off = async {
            match pass {
                Pass::Ordinary => opened.await,
                Pass::Probe => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            answers = self.read_once(places) => {
                self.breaker.note_answers(places, since, &answers, jitter);
                Ok(answers)
            }
            () = called_off => match self.breaker.refusal(places) {
                Some(refusal) => Err(refusal),
                // It came back in this moment; whoever asks again will see.
                None => Err(self.too_slow(self.timeout)),
            },
        }
    }

    async fn read_once(&self, places: &[SecretRef]) -> Vec<Answer> {
        let reading = async {
            match places {
                [at] => vec![self.source.get(at).await],
                several => self.source.get_many(several).await,
            }
        };
        let span = Call::begin(&self.label, "read", places);
        let answers = match timeout(self.timeout, span.within(reading)).await {
            Ok(answers) => answers,
            Err(_) => places.iter().map(|_| Err(self.too_slow(self.timeout))).collect(),
        };
        span.end_read(&answers);
        answers
    }

    /// For a source that gives fewer answers than it got questions.
    fn unanswered(&self, at: &SecretRef) -> SourceError {
        SourceError::new(ErrorKind::Malformed, Arc::clone(&self.label))
            .for_key(at.to_string())
            .with_detail("the source gave no answer for it")
    }
}

fn is_transient(answer: &Answer) -> bool {
    matches!(answer, Err(error) if error.is_transient())
}

/// How often was tried, and how long to wait before the next time.
pub(super) struct Pace<'a> {
    policy: &'a RetryPolicy,
    made: u32,
    wait: Duration,
    started: Instant,
}

impl<'a> Pace<'a> {
    pub(super) fn new(policy: &'a RetryPolicy) -> Self {
        Self { policy, made: 0, wait: policy.base(), started: Instant::now() }
    }

    /// Draws the wait after an attempt that failed; `None` when it was the last.
    ///
    /// The wait grows with the one before and not with the count, so that clients which failed together drift apart.
    pub(super) fn next_wait(&mut self, asked: Option<Duration>, jitter: &Jitter) -> Option<Duration> {
        self.made += 1;
        if self.made >= self.policy.attempts() {
            return None;
        }
        let drawn = jitter.between(self.policy.base(), self.wait.saturating_mul(3));
        self.wait = drawn.min(self.policy.longest_wait());
        let wait = self.wait.max(asked.unwrap_or_default());
        (self.started.elapsed().saturating_add(wait) <= self.policy.total()).then_some(wait)
    }

    pub(super) fn given_up(&self, error: SourceError) -> SourceError {
        if self.made < 2 {
            return error;
        }
        let tried = format!("gave up after {} attempts", self.made);
        let detail = error.detail().map_or_else(|| tried.clone(), |detail| format!("{detail}, {tried}"));
        error.with_detail(detail)
    }
}
