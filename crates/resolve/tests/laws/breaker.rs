//! A backend that is down is spared, and so are those who ask for what it has.

use std::time::Duration;

use reticent_core::{ErrorKind, SourceError};
use reticent_resolve::{BreakerPolicy, CachePolicy, Resolver, RetryPolicy};
use reticent_testkit::MemorySource;
use tokio::time::{Instant, sleep, timeout};

use crate::support::{assert_is, built, failure, over, seconds};

/// The longest time between two calls to a source that is down.
const STEP: Duration = Duration::from_millis(1500);

fn many(count: usize) -> MemorySource {
    let memory = MemorySource::new("mem");
    for number in 0..count {
        memory.set(format!("mem://{number}"), "old");
    }
    memory
}

/// Fails reads of `text` until the source counts as down.
async fn take_down(memory: &MemorySource, resolver: &Resolver, text: &str) {
    memory.fail_always(ErrorKind::Unavailable);
    for _ in 0..3 {
        assert_eq!(failure(resolver.refresh_now(text).await).kind(), ErrorKind::Unavailable);
    }
}

/// Asks for a secret each second for a minute, and says what it was told and how long it waited at most.
async fn ask_for_a_minute(resolver: Resolver, text: String) -> (Vec<SourceError>, Duration) {
    let (start, mut told, mut longest) = (Instant::now(), Vec::new(), Duration::ZERO);
    while start.elapsed() < seconds(60) {
        let asked = Instant::now();
        told.extend(resolver.get(&text).await.err());
        longest = longest.max(asked.elapsed());
        sleep(seconds(1)).await;
    }
    (told, longest)
}

#[tokio::test(start_paused = true)]
async fn while_it_is_down_one_call_a_step_goes_to_it_whoever_asks() {
    for keys in [1, 1000] {
        let memory = many(keys);
        let resolver = built(over(&memory).cache(CachePolicy::default().with_ttl(Duration::from_millis(1))));
        resolver.get("mem://0").await.expect("held");
        sleep(seconds(2)).await;
        memory.fail_always(ErrorKind::Unavailable);
        let before = memory.calls();
        let callers = (0..1000).map(|number| format!("mem://{}", number % keys));
        let callers: Vec<_> =
            callers.map(|text| tokio::spawn(ask_for_a_minute(resolver.clone(), text))).collect();
        for caller in callers {
            let (told, longest) = caller.await.expect("no panic");
            assert_eq!((told.len(), longest), (60, Duration::ZERO));
            for error in &told[5..] {
                assert_eq!(error.kind(), ErrorKind::Unavailable);
                assert!(error.retry_after().expect("when to come again") <= STEP, "{error:?}");
                assert!(error.since_success().expect("it was there") >= seconds(5), "{error:?}");
            }
        }
        let calls = memory.calls() - before;
        // Three until it counts as down, and then at most one each 1.2 s, which is the shortest of the long steps.
        assert!((30..=3 + 4 + 50).contains(&calls), "{calls} calls for {keys} keys");
    }
}

#[tokio::test(start_paused = true)]
async fn its_return_is_noticed_within_two_seconds() {
    for quarter in 0..40 {
        let memory = many(2);
        let resolver = built(over(&memory));
        take_down(&memory, &resolver, "mem://0").await;
        failure(resolver.get("mem://1").await);
        sleep(seconds(30) + Duration::from_millis(250) * quarter).await;
        failure(resolver.get("mem://0").await);
        memory.recover();
        let start = Instant::now();
        while resolver.get("mem://0").await.is_err() {
            sleep(Duration::from_millis(100)).await;
        }
        assert!(start.elapsed() < seconds(2), "{:?}", start.elapsed());
        resolver.get("mem://1").await.expect("it is back for all");
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_hangs_costs_one_timeout_and_not_one_each() {
    let memory = many(1000);
    let resolver = built(over(&memory).retry(RetryPolicy::default()));
    memory.delay(seconds(10_000));
    let start = Instant::now();
    let callers: Vec<_> = (0..1000_u64)
        .map(|number| {
            let resolver = resolver.clone();
            tokio::spawn(async move {
                sleep(Duration::from_millis(number * 9)).await;
                failure(resolver.get(&format!("mem://{number}")).await)
            })
        })
        .collect();
    for caller in callers {
        assert_eq!(caller.await.expect("no panic").kind(), ErrorKind::Timeout);
    }
    assert_eq!(start.elapsed(), seconds(10), "those who came later did not wait for longer");
    let error = failure(resolver.get("mem://7").await);
    assert_eq!(start.elapsed(), seconds(10));
    assert_eq!(error.detail(), Some("it has not answered yet, and is asked again in 0.2 s"));
}

#[tokio::test(start_paused = true)]
async fn a_probe_that_hangs_keeps_nobody_from_noticing_the_return() {
    let memory = many(2);
    let resolver = built(over(&memory));
    memory.delay(seconds(10_000));
    failure(resolver.get("mem://0").await);
    let probing = tokio::spawn({
        let resolver = resolver.clone();
        async move {
            sleep(seconds(1)).await;
            resolver.get("mem://0").await.map(drop)
        }
    });
    sleep(seconds(3)).await;
    memory.recover();
    let start = Instant::now();
    while resolver.get("mem://1").await.is_err() {
        sleep(Duration::from_millis(100)).await;
    }
    assert!(start.elapsed() < seconds(2));
    assert!(probing.await.expect("no panic").is_err(), "it waited for its own answer");
}

#[tokio::test(start_paused = true)]
async fn a_stale_value_is_served_at_once_and_the_fresh_one_within_two_seconds_of_its_return() {
    let memory = many(1);
    let policy = CachePolicy::default().with_max_stale(seconds(600));
    let resolver = built(over(&memory).cache(policy));
    resolver.get("mem://0").await.expect("held");
    sleep(seconds(301)).await;
    memory.fail_always(ErrorKind::Unavailable);
    let (told, longest) = ask_for_a_minute(resolver.clone(), "mem://0".to_owned()).await;
    assert_eq!((told.len(), longest), (0, Duration::ZERO));
    memory.recover();
    memory.set("mem://0", "new");
    let start = Instant::now();
    while !resolver.get("mem://0").await.expect("stale").ct_eq(&reticent_core::Secret::copy_of(b"new")) {
        sleep(Duration::from_millis(100)).await;
    }
    assert!(start.elapsed() < seconds(2));
}

#[tokio::test(start_paused = true)]
async fn trouble_with_one_place_is_that_places_alone() {
    let memory = many(3);
    let resolver = built(over(&memory));
    memory.fail_at("mem://0", ErrorKind::Unavailable);
    for _ in 0..4 {
        failure(resolver.get("mem://0").await);
    }
    assert_eq!(memory.calls(), 3, "the fourth was refused");
    resolver.get("mem://1").await.expect("it is served");
    failure(resolver.get("mem://0").await);
    assert_eq!(memory.calls(), 4, "which says nothing of the other");
}

#[tokio::test(start_paused = true)]
async fn trouble_with_a_second_place_is_the_backends_until_it_answers_anybody() {
    let memory = many(3);
    let resolver = built(over(&memory));
    for place in ["mem://0", "mem://1"] {
        memory.fail_at(place, ErrorKind::Unavailable);
    }
    for place in ["mem://0", "mem://1", "mem://0"] {
        failure(resolver.get(place).await);
    }
    let error = failure(resolver.get("mem://2").await);
    assert_eq!(
        error.to_string(),
        "mem://2: mem is unavailable: it has not answered yet, and is asked again in 0.2 s"
    );
    sleep(Duration::from_millis(250)).await;
    resolver.get("mem://2").await.expect("the probe of this step");
    failure(resolver.get("mem://0").await);
    assert_eq!(memory.calls(), 5, "it was asked again");
}

#[tokio::test(start_paused = true)]
async fn a_refusal_of_the_backend_is_an_answer() {
    for kind in [
        ErrorKind::NotFound,
        ErrorKind::AccessDenied,
        ErrorKind::Unauthenticated,
        ErrorKind::Throttled,
        ErrorKind::Malformed,
    ] {
        let memory = many(1);
        let resolver = built(over(&memory).cache(CachePolicy::default().with_negative(Duration::ZERO)));
        memory.fail_always(kind);
        for _ in 0..10 {
            assert_eq!(failure(resolver.get("mem://0").await).kind(), kind);
        }
        assert_eq!(memory.calls(), 10, "{kind:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn who_wants_it_asks_each_time() {
    let memory = many(1);
    let resolver = built(over(&memory).breaker(BreakerPolicy::never()));
    memory.fail_always(ErrorKind::Unavailable);
    for _ in 0..10 {
        failure(resolver.get("mem://0").await);
    }
    assert_eq!(memory.calls(), 10);
}

#[tokio::test(start_paused = true)]
async fn a_read_makes_all_its_attempts() {
    let memory = many(1);
    let policy = RetryPolicy::default()
        .with_attempts(7)
        .with_waits(Duration::from_millis(1), Duration::from_millis(1));
    let resolver = built(over(&memory).retry(policy));
    memory.fail_next(ErrorKind::Unavailable, 6);
    resolver.get("mem://0").await.expect("the seventh");
}

#[tokio::test(start_paused = true)]
async fn upkeep_finds_out_by_itself_and_handles_have_the_new_value_within_two_seconds() {
    let memory = many(2);
    let resolver = built(over(&memory));
    tokio::spawn(resolver.keep_fresh());
    let mut handles = Vec::new();
    for text in ["mem://0", "mem://1"] {
        handles.push(resolver.watch(text).await.expect("held"));
    }
    take_down(&memory, &resolver, "mem://0").await;
    sleep(seconds(1000)).await;
    let error = handles[1].health().last_error.expect("it is down");
    assert!(error.since_success().expect("it was there") > seconds(900), "{error:?}");
    let reads = memory.calls();
    memory.recover();
    memory.set("mem://0", "new");
    memory.set("mem://1", "new");
    for handle in &mut handles {
        assert_is(&timeout(seconds(2), handle.changed()).await.expect("in time").expect("it lives"), "new");
        assert!(handle.health().last_error.is_none());
    }
    assert_eq!(memory.calls(), reads + 2, "nothing was read while it was away");
}

#[tokio::test(start_paused = true)]
async fn the_hint_of_the_failure_is_told_with_each_refusal() {
    use std::borrow::Cow;

    use async_trait::async_trait;
    use reticent_core::{Revision, Secret, SecretRef, SecretSource};

    #[derive(Debug)]
    struct Sealed;

    fn sealed() -> SourceError {
        SourceError::new(ErrorKind::Unavailable, "vault(prod)").with_hint("unseal it")
    }

    #[async_trait]
    impl SecretSource for Sealed {
        fn name(&self) -> Cow<'_, str> {
            "vault(prod)".into()
        }
        async fn get(&self, _: &SecretRef) -> Result<Secret, SourceError> {
            Err(sealed())
        }
        async fn check(&self) -> Result<(), SourceError> {
            Err(sealed())
        }
        async fn revision(&self, _: &SecretRef) -> Result<Revision, SourceError> {
            Err(sealed())
        }
    }

    let resolver = built(crate::support::exact().source("vault", Sealed));
    for _ in 0..4 {
        assert_eq!(failure(resolver.get("vault://a").await).hint(), Some("unseal it"));
    }
}
