//! Timeouts and repeated attempts, on a clock that the tests hold.

use std::time::Duration;

use reticent_core::ErrorKind;
use reticent_resolve::{Jitter, Resolver, RetryPolicy, SourcePolicy};
use reticent_testkit::MemorySource;
use tokio::time::Instant;

use crate::support::{built, failure, over, seconds};

fn retrying(memory: &MemorySource, policy: RetryPolicy) -> Resolver {
    built(over(memory).retry(policy).jitter(Jitter::fixed(0.0)))
}

#[tokio::test(start_paused = true)]
async fn a_transient_failure_is_repeated_until_it_passes() {
    for kind in [ErrorKind::Unavailable, ErrorKind::Throttled, ErrorKind::Timeout] {
        let memory = MemorySource::new("mem").with("mem://a", "x");
        memory.fail_next(kind, 2);
        retrying(&memory, RetryPolicy::default()).get("mem://a").await.expect("the third attempt");
        assert_eq!(memory.calls(), 3);
    }
}

#[tokio::test(start_paused = true)]
async fn a_lasting_failure_is_not_repeated() {
    for kind in [ErrorKind::NotFound, ErrorKind::AccessDenied, ErrorKind::Malformed, ErrorKind::Conflict] {
        let memory = MemorySource::new("mem").with("mem://a", "x");
        memory.fail_next(kind, 1);
        assert_eq!(failure(retrying(&memory, RetryPolicy::default()).get("mem://a").await).kind(), kind);
        assert_eq!(memory.calls(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn the_last_error_says_how_often_was_tried() {
    let memory = MemorySource::new("mem").with("mem://a", "x");
    memory.fail_always(ErrorKind::Unavailable);
    let error = failure(retrying(&memory, RetryPolicy::default()).get("mem://a").await);
    assert_eq!(error.to_string(), "mem://a: mem is unavailable: gave up after 3 attempts");
    assert_eq!(memory.calls(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_the_backend_asks_for_is_honoured() {
    let memory = MemorySource::new("mem").with("mem://a", "x");
    memory.retry_after(seconds(7));
    memory.fail_next(ErrorKind::Throttled, 1);
    let start = Instant::now();
    retrying(&memory, RetryPolicy::default()).get("mem://a").await.expect("the second attempt");
    assert_eq!(start.elapsed(), seconds(7));
}

#[tokio::test(start_paused = true)]
async fn no_attempt_begins_after_the_total() {
    let memory = MemorySource::new("mem").with("mem://a", "x");
    memory.retry_after(seconds(31));
    memory.fail_always(ErrorKind::Throttled);
    let start = Instant::now();
    let error = failure(retrying(&memory, RetryPolicy::default()).get("mem://a").await);
    assert_eq!(error.retry_after(), Some(seconds(31)));
    assert_eq!((start.elapsed(), memory.calls()), (Duration::ZERO, 1));
}

#[tokio::test(start_paused = true)]
async fn waits_are_drawn_between_the_base_and_three_times_the_wait_before() {
    for (fraction, want) in [(0.0, 300), (1.0, 300 + 900 + 2700)] {
        let memory = MemorySource::new("mem").with("mem://a", "x");
        memory.fail_always(ErrorKind::Unavailable);
        let policy =
            RetryPolicy::default().with_attempts(4).with_waits(Duration::from_millis(100), seconds(5));
        let resolver = built(over(&memory).retry(policy).jitter(Jitter::fixed(fraction)));
        let start = Instant::now();
        failure(resolver.get("mem://a").await);
        assert_eq!(start.elapsed().as_millis(), want, "{fraction}");
    }
}

#[tokio::test(start_paused = true)]
async fn each_attempt_has_its_limit_and_the_error_names_source_and_key() {
    let memory = MemorySource::new("vault(prod)").with("mem://a", "x");
    memory.delay(seconds(60));
    let start = Instant::now();
    let error = failure(built(over(&memory).timeout(seconds(3))).get("mem://a").await);
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert_eq!(error.to_string(), "mem://a: no answer in time from vault(prod): waited 3s");
    assert_eq!(start.elapsed(), seconds(3));
}

#[tokio::test(start_paused = true)]
async fn a_source_may_have_its_own_patience() {
    let memory = MemorySource::new("mem").with("slow://a", "x");
    memory.delay(seconds(20));
    let policy = SourcePolicy::default().with_timeout(seconds(30)).with_retry(RetryPolicy::never());
    let resolver = built(Resolver::builder().source_with("slow", memory.clone(), policy));
    resolver.get("slow://a").await.expect("it waits longer than the default");
}
