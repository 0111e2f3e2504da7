//! A thousand callers are one fetch.

use std::sync::{Arc, OnceLock};

use futures_util::FutureExt as _;
use reticent_core::hooks::{Access, Actor, Decision, Gate, Hooks, RecorderLog};
use reticent_core::{ErrorKind, Secret, SourceError};
use reticent_resolve::{Resolver, SourcePolicy};
use reticent_testkit::MemorySource;
use tokio::task::JoinHandle;

use crate::support::{assert_is, built, exact, over, seconds};

type Caller = JoinHandle<Result<Secret, SourceError>>;

fn callers(resolver: &Resolver, count: usize) -> Vec<Caller> {
    let call = |_| {
        let resolver = resolver.clone();
        tokio::spawn(async move { resolver.get("mem://a").await })
    };
    (0..count).map(call).collect()
}

async fn answers(callers: Vec<Caller>) -> Vec<Result<Secret, SourceError>> {
    let mut answers = Vec::new();
    for caller in callers {
        answers.push(caller.await.expect("no caller panics"));
    }
    answers
}

fn slow() -> MemorySource {
    let memory = MemorySource::new("mem").with("mem://a", "value");
    memory.delay(seconds(1));
    memory
}

#[tokio::test(start_paused = true)]
async fn a_thousand_callers_are_one_fetch() {
    let memory = slow();
    let resolver = built(over(&memory));
    let answers = answers(callers(&resolver, 1000)).await;
    assert!(answers.iter().all(Result::is_ok));
    assert_eq!(memory.calls(), 1);
    let stats = resolver.cache_stats();
    assert_eq!((stats.misses, stats.hits, stats.fetches), (1, 999, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_callers_on_several_threads_are_one_fetch() {
    for _ in 0..20 {
        let memory = MemorySource::new("mem").with("mem://a", "value");
        let resolver = built(over(&memory));
        assert!(answers(callers(&resolver, 1000)).await.iter().all(Result::is_ok));
        assert_eq!(memory.calls(), 1);
    }
}

/// Lets another caller come and go between the look into the cache and the joining of a late one.
#[derive(Debug, Default)]
struct Interloper(OnceLock<Resolver>);

impl Gate for Interloper {
    fn decide(&self, access: &Access<'_>) -> Decision {
        if access.actor().as_str() == "late" {
            let resolver = self.0.get().expect("it is set before the first access");
            let answer = resolver.get(access.name()).now_or_never().expect("memory does not wait");
            answer.expect("held");
        }
        Decision::Allow
    }
}

#[tokio::test(start_paused = true)]
async fn who_comes_just_after_a_fetch_has_landed_does_not_fetch_again() {
    let memory = MemorySource::new("mem").with("mem://a", "value");
    let gate = Arc::new(Interloper::default());
    let resolver = built(over(&memory).hooks(Hooks::none().with_gate(gate.clone())));
    gate.0.set(resolver.clone()).expect("it is set once");
    resolver.acting_as(Actor::new("late")).get("mem://a").await.expect("held");
    assert_eq!(memory.calls(), 1);
    let stats = resolver.cache_stats();
    assert_eq!((stats.misses, stats.hits), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_failure_answers_all_who_waited_and_is_asked_once() {
    let memory = slow();
    memory.fail_always(ErrorKind::Unavailable);
    let answers = answers(callers(&built(over(&memory)), 1000)).await;
    assert_eq!(memory.calls(), 1);
    let first = answers[0].as_ref().expect_err("down").to_string();
    assert_eq!(first, "mem://a: mem is unavailable");
    assert!(answers.iter().all(|answer| answer.as_ref().expect_err("down").to_string() == first));
}

#[tokio::test(start_paused = true)]
async fn the_fetch_survives_its_first_caller() {
    let memory = slow();
    let resolver = built(over(&memory));
    let first = callers(&resolver, 1).remove(0);
    tokio::time::sleep(seconds(1) / 2).await;
    let rest = callers(&resolver, 999);
    tokio::task::yield_now().await;
    first.abort();
    assert!(answers(rest).await.iter().all(Result::is_ok));
    assert_eq!(memory.calls(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_uncached_source_is_fetched_once_by_all_who_wait_and_anew_by_the_next() {
    let memory = slow();
    let policy = SourcePolicy::default().uncached();
    let resolver = built(exact().source_with("mem", memory.clone(), policy));
    assert!(answers(callers(&resolver, 100)).await.iter().all(Result::is_ok));
    assert_eq!(memory.calls(), 1);
    memory.set("mem://a", "new");
    assert_is(&resolver.get("mem://a").await.expect("held"), "new");
    assert_eq!(memory.calls(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_lost_record_refuses_all_who_waited_and_nothing_is_kept() {
    let memory = slow();
    let recorder = Arc::new(RecorderLog::losing());
    let resolver = built(over(&memory).hooks(Hooks::none().with_recorder(recorder)));
    let answers = answers(callers(&resolver, 100)).await;
    let text = "mem://a: access could not be recorded, so it is refused by mem";
    assert!(answers.iter().all(|answer| answer.as_ref().expect_err("lost").to_string() == text));
    assert_eq!(memory.calls(), 1);
    resolver.get("mem://a").await.expect_err("nothing was kept");
    assert_eq!(memory.calls(), 2);
}
