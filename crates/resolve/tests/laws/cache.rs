//! How long answers last.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use reticent_core::{ErrorKind, Lease, ManualClock, Metadata};
use reticent_resolve::{CachePolicy, Jitter, Resolver, SourcePolicy};
use reticent_testkit::MemorySource;
use tokio::time::{advance, sleep};

use crate::support::{assert_is, built, exact, failure, over, seconds};

fn memory() -> MemorySource {
    MemorySource::new("mem").with("mem://a", "old")
}

#[tokio::test(start_paused = true)]
async fn a_kept_answer_is_served_until_its_ttl_ends() {
    let memory = memory();
    let resolver = built(over(&memory));
    assert_is(&resolver.get("mem://a").await.expect("held"), "old");
    memory.set("mem://a", "new");
    advance(seconds(299)).await;
    assert_is(&resolver.get("mem://a").await.expect("kept"), "old");
    advance(seconds(1)).await;
    assert_is(&resolver.get("mem://a").await.expect("fetched"), "new");
    assert_eq!(memory.calls(), 2);
}

#[tokio::test(start_paused = true)]
async fn lifetimes_differ_by_a_tenth_at_most() {
    for (fraction, lasts) in [(0.0, 270), (0.5, 300), (1.0, 330)] {
        let memory = memory();
        let resolver = built(over(&memory).jitter(Jitter::fixed(fraction)));
        resolver.get("mem://a").await.expect("held");
        advance(seconds(lasts - 1)).await;
        resolver.get("mem://a").await.expect("kept");
        assert_eq!(memory.calls(), 1, "{fraction}");
        advance(seconds(1)).await;
        resolver.get("mem://a").await.expect("fetched");
        assert_eq!(memory.calls(), 2, "{fraction}");
    }
}

#[tokio::test(start_paused = true)]
async fn every_spelling_of_a_reference_is_one_answer() {
    let memory = memory();
    let resolver = built(over(&memory));
    for text in ["mem://a", "ref+mem://a", "mem://%61", "mem://a?version=current"] {
        resolver.get(text).await.expect(text);
    }
    resolver.get_ref(&"mem://a".parse().expect("a reference")).await.expect("kept");
    assert_eq!(memory.calls(), 1);
}

#[tokio::test(start_paused = true)]
async fn absence_is_kept_briefly() {
    let memory = MemorySource::new("mem");
    let resolver = built(over(&memory));
    failure(resolver.get("mem://b").await);
    advance(seconds(4)).await;
    assert_eq!(failure(resolver.get("mem://b").await).kind(), ErrorKind::NotFound);
    assert_eq!((memory.calls(), resolver.cache_stats().negative), (1, 1));
    memory.set("mem://b", "there now");
    advance(seconds(1)).await;
    assert_is(&resolver.get("mem://b").await.expect("there now"), "there now");
}

#[tokio::test(start_paused = true)]
async fn other_failures_are_not_kept() {
    let memory = memory();
    let resolver = built(over(&memory));
    memory.fail_next(ErrorKind::AccessDenied, 1);
    failure(resolver.get("mem://a").await);
    resolver.get("mem://a").await.expect("asked again");
}

#[tokio::test(start_paused = true)]
async fn a_value_that_ends_is_kept_until_a_margin_before_its_end() {
    let clock = ManualClock::at(SystemTime::UNIX_EPOCH);
    let lease = Lease::new("l", SystemTime::UNIX_EPOCH, seconds(60));
    let expires = SystemTime::UNIX_EPOCH + seconds(60);
    let metadata = Metadata::default();
    for metadata in [metadata.clone().with_lease(lease), metadata.with_expires(expires)] {
        let memory = MemorySource::new("mem");
        memory.set_described("mem://a", "leased", metadata);
        let resolver = built(over(&memory).clock(Arc::new(clock.clone())));
        resolver.get("mem://a").await.expect("held");
        advance(seconds(49)).await;
        resolver.get("mem://a").await.expect("kept");
        assert_eq!(memory.calls(), 1);
        advance(seconds(1)).await;
        resolver.get("mem://a").await.expect("fetched");
        assert_eq!(memory.calls(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn a_value_about_to_end_is_not_kept() {
    let memory = MemorySource::new("mem");
    let expires = SystemTime::UNIX_EPOCH + seconds(9);
    memory.set_described("mem://a", "leased", Metadata::default().with_expires(expires));
    let clock = Arc::new(ManualClock::at(SystemTime::UNIX_EPOCH));
    let resolver = built(over(&memory).clock(clock));
    resolver.get("mem://a").await.expect("held");
    resolver.get("mem://a").await.expect("held");
    assert_eq!(memory.calls(), 2);
}

fn stale_tolerant(memory: &MemorySource) -> Resolver {
    built(over(memory).cache(CachePolicy::default().with_max_stale(seconds(600))))
}

#[tokio::test(start_paused = true)]
async fn nothing_is_served_stale_unless_asked_for() {
    let memory = memory();
    let resolver = built(over(&memory));
    resolver.get("mem://a").await.expect("held");
    memory.fail_always(ErrorKind::Unavailable);
    advance(seconds(300)).await;
    assert_eq!(failure(resolver.get("mem://a").await).kind(), ErrorKind::Unavailable);
}

#[tokio::test(start_paused = true)]
async fn a_stale_value_is_served_while_the_source_is_down_and_no_longer_than_allowed() {
    let memory = memory();
    let resolver = stale_tolerant(&memory);
    resolver.get("mem://a").await.expect("held");
    memory.fail_always(ErrorKind::Unavailable);
    advance(seconds(300)).await;
    assert_is(&resolver.get("mem://a").await.expect("stale"), "old");
    advance(seconds(599)).await;
    assert_is(&resolver.get("mem://a").await.expect("stale"), "old");
    assert_eq!(resolver.cache_stats().stale, 2);
    advance(seconds(1)).await;
    assert_eq!(failure(resolver.get("mem://a").await).kind(), ErrorKind::Unavailable);
}

#[tokio::test(start_paused = true)]
async fn while_a_source_is_down_it_is_not_asked_by_everybody() {
    let memory = memory();
    let resolver = stale_tolerant(&memory);
    resolver.get("mem://a").await.expect("held");
    memory.fail_always(ErrorKind::Unavailable);
    advance(seconds(300)).await;
    for _ in 0..10 {
        resolver.get("mem://a").await.expect("stale");
    }
    assert_eq!(memory.calls(), 2);
    memory.recover();
    memory.set("mem://a", "new");
    advance(seconds(5)).await;
    assert_is(&resolver.get("mem://a").await.expect("up again"), "new");
}

#[tokio::test(start_paused = true)]
async fn a_lasting_failure_is_told_in_spite_of_a_stale_value() {
    for kind in [ErrorKind::AccessDenied, ErrorKind::NotFound, ErrorKind::Unauthenticated] {
        let memory = memory();
        let resolver = stale_tolerant(&memory);
        resolver.get("mem://a").await.expect("held");
        memory.fail_always(kind);
        advance(seconds(300)).await;
        assert_eq!(failure(resolver.get("mem://a").await).kind(), kind);
    }
}

#[tokio::test(start_paused = true)]
async fn a_stale_value_never_outlives_its_lease() {
    let memory = MemorySource::new("mem");
    let expires = SystemTime::UNIX_EPOCH + seconds(60);
    memory.set_described("mem://a", "leased", Metadata::default().with_expires(expires));
    let clock = Arc::new(ManualClock::at(SystemTime::UNIX_EPOCH));
    let policy = CachePolicy::default().with_max_stale(seconds(600));
    let resolver = built(over(&memory).cache(policy).clock(clock));
    resolver.get("mem://a").await.expect("held");
    memory.fail_always(ErrorKind::Unavailable);
    advance(seconds(59)).await;
    resolver.get("mem://a").await.expect("stale");
    advance(seconds(1)).await;
    failure(resolver.get("mem://a").await);
}

#[tokio::test(start_paused = true)]
async fn an_answer_past_a_failure_is_a_makeshift_and_kept_briefly() {
    let (first, second) = (MemorySource::new("first"), MemorySource::new("second").with("second://a", "b"));
    let resolver = built(
        exact()
            .source("first", first.clone())
            .source("second", second.clone())
            .template("first://{name}")
            .template("second://{name}")
            .fallthrough(reticent_resolve::Fallthrough::NotFoundOrTransient),
    );
    first.fail_always(ErrorKind::Unavailable);
    assert_is(&resolver.get("a").await.expect("the second has it"), "b");
    first.recover();
    first.set("first://a", "a");
    advance(seconds(4)).await;
    assert_is(&resolver.get("a").await.expect("kept"), "b");
    advance(seconds(1)).await;
    assert_is(&resolver.get("a").await.expect("the first is back"), "a");
}

#[tokio::test(start_paused = true)]
async fn a_makeshift_ends_with_its_lease_too() {
    let (first, second) = (MemorySource::new("first"), MemorySource::new("second"));
    let expires = SystemTime::UNIX_EPOCH + seconds(12);
    second.set_described("second://a", "leased", Metadata::default().with_expires(expires));
    let builder = exact().source("first", first.clone()).source("second", second.clone());
    let resolver = built(
        builder
            .template("first://{name}")
            .template("second://{name}")
            .fallthrough(reticent_resolve::Fallthrough::NotFoundOrTransient)
            .clock(Arc::new(ManualClock::at(SystemTime::UNIX_EPOCH))),
    );
    first.fail_always(ErrorKind::Unavailable);
    resolver.get("a").await.expect("the second has it");
    advance(seconds(1)).await;
    resolver.get("a").await.expect("kept");
    assert_eq!(second.calls(), 1);
    advance(seconds(1)).await;
    resolver.get("a").await.expect("two seconds were left after the margin");
    assert_eq!(second.calls(), 2);
}

#[tokio::test(start_paused = true)]
async fn what_was_used_longest_ago_makes_room() {
    let memory = memory().with("mem://b", "b").with("mem://c", "c");
    let resolver = built(over(&memory).cache_capacity(2));
    for text in ["mem://a", "mem://b", "mem://a", "mem://c", "mem://a"] {
        resolver.get(text).await.expect(text);
        sleep(seconds(1)).await;
    }
    assert_eq!((memory.calls(), resolver.cache_stats().evictions), (3, 1));
    resolver.get("mem://b").await.expect("fetched again");
    assert_eq!(memory.calls(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_source_may_be_uncached_beside_one_that_is_not() {
    let (local, remote) = (MemorySource::new("local").with("local://a", "x"), memory());
    let resolver = built(
        exact()
            .source_with("local", local.clone(), SourcePolicy::default().uncached())
            .source("mem", remote.clone()),
    );
    for _ in 0..3 {
        resolver.get("local://a").await.expect("held");
        resolver.get("mem://a").await.expect("held");
    }
    assert_eq!((local.calls(), remote.calls()), (3, 1));
    failure(resolver.get("local://b").await);
    local.set("local://b", "there now");
    resolver.get("local://b").await.expect("its absence was not kept either");
}

#[tokio::test(start_paused = true)]
async fn an_invalidated_answer_is_fetched_anew_also_under_the_names_it_served() {
    let memory = memory();
    let resolver = built(over(&memory).template("mem://{lower}"));
    resolver.get("A").await.expect("held");
    memory.set("mem://a", "new");
    resolver.invalidate("mem://a");
    assert_is(&resolver.get("A").await.expect("fetched"), "new");
    memory.set("mem://a", "newer");
    resolver.invalidate("A");
    assert_is(&resolver.get("A").await.expect("fetched"), "newer");
    memory.set("mem://a", "newest");
    resolver.invalidate_all();
    assert_is(&resolver.get("A").await.expect("fetched"), "newest");
}

#[tokio::test(start_paused = true)]
async fn what_was_under_way_at_an_invalidation_is_not_kept() {
    let memory = memory();
    memory.delay(seconds(2));
    let resolver = built(over(&memory));
    let early = tokio::spawn({
        let resolver = resolver.clone();
        async move { resolver.get("mem://a").await }
    });
    sleep(seconds(1)).await;
    resolver.invalidate("mem://a");
    early.await.expect("no panic").expect("its caller is answered");
    memory.recover();
    resolver.get("mem://a").await.expect("held");
    assert_eq!(memory.calls(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_refresh_reads_the_backend_after_the_call_and_a_failed_one_keeps_what_was() {
    let memory = memory();
    let resolver = built(over(&memory));
    resolver.get("mem://a").await.expect("held");
    memory.set("mem://a", "new");
    assert_is(&resolver.refresh_now("mem://a").await.expect("held"), "new");
    assert_is(&resolver.get("mem://a").await.expect("kept"), "new");
    memory.fail_next(ErrorKind::Unavailable, 1);
    failure(resolver.refresh_now("mem://a").await);
    assert_is(&resolver.get("mem://a").await.expect("kept"), "new");
    assert_eq!(memory.calls(), 3);
}

#[tokio::test(start_paused = true)]
async fn what_a_refresh_finds_gone_or_about_to_end_is_not_served_from_before() {
    let memory = memory();
    let policy = CachePolicy::default().with_negative(Duration::ZERO);
    let clock = Arc::new(ManualClock::at(SystemTime::UNIX_EPOCH));
    let resolver = built(over(&memory).cache(policy).clock(clock));
    resolver.get("mem://a").await.expect("held");
    let expires = SystemTime::UNIX_EPOCH + seconds(5);
    memory.set_described("mem://a", "brief", Metadata::default().with_expires(expires));
    resolver.refresh_now("mem://a").await.expect("held");
    assert_is(&resolver.get("mem://a").await.expect("read again"), "brief");
    memory.set("mem://a", "lasting");
    resolver.get("mem://a").await.expect("kept from now on");
    memory.remove("mem://a");
    failure(resolver.refresh_now("mem://a").await);
    assert_eq!(failure(resolver.get("mem://a").await).kind(), ErrorKind::NotFound);
}

#[tokio::test(start_paused = true)]
async fn a_refresh_does_not_take_a_read_that_began_before_it() {
    let memory = memory();
    memory.delay(seconds(2));
    let resolver = built(over(&memory));
    let early = tokio::spawn({
        let resolver = resolver.clone();
        async move { resolver.get("mem://a").await }
    });
    sleep(seconds(1)).await;
    resolver.refresh_now("mem://a").await.expect("held");
    early.await.expect("no panic").expect("held");
    assert_eq!(memory.calls(), 2);
}
