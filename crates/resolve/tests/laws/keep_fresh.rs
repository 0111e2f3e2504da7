//! What the background future does, and that nothing ends it but the end of the resolver.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::SystemTime;

use async_trait::async_trait;
use reticent_core::hooks::{GateLog, Hooks, RecorderLog};
use reticent_core::{
    ErrorKind, ManualClock, Metadata, Revision, Secret, SecretRef, SecretSource, SourceError,
};
use reticent_testkit::MemorySource;
use tokio::time::{sleep, timeout};

use crate::support::{assert_is, built, exact, over, seconds};

fn memory() -> MemorySource {
    MemorySource::new("mem").with("mem://a", "old")
}

#[tokio::test(start_paused = true)]
async fn a_used_answer_is_refreshed_at_four_fifths_of_its_ttl() {
    let memory = memory();
    let resolver = built(over(&memory));
    tokio::spawn(resolver.keep_fresh());
    resolver.get("mem://a").await.expect("held");
    resolver.get("mem://a").await.expect("kept");
    memory.set("mem://a", "new");
    sleep(seconds(239)).await;
    assert_eq!(memory.calls(), 1);
    sleep(seconds(2)).await;
    assert_eq!(memory.calls(), 2);
    assert_is(&resolver.get("mem://a").await.expect("kept"), "new");
    assert_eq!(memory.calls(), 2, "no reader waited");
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_nobody_uses_is_not_refreshed_and_goes_when_it_ends() {
    let memory = memory();
    let resolver = built(over(&memory));
    tokio::spawn(resolver.keep_fresh());
    resolver.get("mem://a").await.expect("held");
    sleep(seconds(311)).await;
    assert_eq!(memory.calls(), 1);
    assert!(format!("{resolver:?}").contains("Cache(0 entries)"));
}

#[tokio::test(start_paused = true)]
async fn a_short_lease_is_refreshed_in_its_time() {
    let memory = MemorySource::new("mem");
    let expires = SystemTime::UNIX_EPOCH + seconds(15);
    memory.set_described("mem://a", "leased", Metadata::default().with_expires(expires));
    let clock = Arc::new(ManualClock::at(SystemTime::UNIX_EPOCH));
    let resolver = built(over(&memory).clock(clock).poll_every(seconds(600)));
    tokio::spawn(resolver.keep_fresh());
    sleep(seconds(1)).await;
    resolver.get("mem://a").await.expect("held");
    resolver.get("mem://a").await.expect("kept");
    sleep(seconds(4) + seconds(1) / 10).await;
    assert_eq!(memory.calls(), 2, "five seconds are left after the margin, and four are four fifths of them");
}

#[tokio::test(start_paused = true)]
async fn a_source_that_fails_is_asked_again_and_the_answer_stays() {
    let memory = memory();
    let resolver = built(over(&memory).poll_every(seconds(600)));
    tokio::spawn(resolver.keep_fresh());
    resolver.get("mem://a").await.expect("held");
    resolver.get("mem://a").await.expect("kept");
    memory.fail_always(ErrorKind::Unavailable);
    sleep(seconds(290)).await;
    assert_is(&resolver.get("mem://a").await.expect("kept"), "old");
    // At 240 s, and then each time after a quarter of what is left of the 300; from the third on the source is looked
    // at, and not read.
    assert_eq!(memory.calls(), 1 + 3);
    assert!(memory.checks() > 10);
    memory.recover();
    memory.set("mem://a", "new");
    sleep(seconds(9)).await;
    assert_is(&resolver.get("mem://a").await.expect("kept"), "new");
}

#[tokio::test(start_paused = true)]
async fn a_rotation_is_seen_within_the_interval() {
    for offset in 0..10 {
        let memory = memory();
        let resolver = built(over(&memory));
        tokio::spawn(resolver.keep_fresh());
        let handle = resolver.watch("mem://a").await.expect("held");
        sleep(seconds(offset)).await;
        memory.set("mem://a", "new");
        sleep(seconds(10)).await;
        assert_is(&handle.current(), "new");
        assert_eq!(memory.calls(), 2, "what has not moved is not read");
    }
}

/// Tells at once whether a secret has moved, and takes a second to read it.
#[derive(Debug)]
struct SlowReads(MemorySource);

#[async_trait]
impl SecretSource for SlowReads {
    fn name(&self) -> Cow<'_, str> {
        self.0.name()
    }
    async fn get(&self, at: &SecretRef) -> Result<Secret, SourceError> {
        sleep(seconds(1)).await;
        self.0.get(at).await
    }
    async fn check(&self) -> Result<(), SourceError> {
        self.0.check().await
    }
    async fn revision(&self, at: &SecretRef) -> Result<Revision, SourceError> {
        self.0.revision(at).await
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_watched_and_read_is_refreshed_once() {
    let memory = memory();
    let resolver = built(exact().source("mem", SlowReads(memory.clone())));
    tokio::spawn(resolver.keep_fresh());
    let _handle = resolver.watch("mem://a").await.expect("held");
    resolver.get("mem://a").await.expect("kept");
    resolver.get("mem://a").await.expect("kept");
    sleep(seconds(260)).await;
    assert_eq!(memory.calls(), 2);
}

#[tokio::test(start_paused = true)]
async fn hits_are_reported_at_their_interval() {
    let recorder = Arc::new(RecorderLog::default());
    let hooks = Hooks::none().with_recorder(recorder.clone());
    let resolver = built(over(&memory()).hooks(hooks).report_hits_every(seconds(30)));
    tokio::spawn(resolver.keep_fresh());
    for _ in 0..5 {
        resolver.get("mem://a").await.expect("held");
    }
    sleep(seconds(31)).await;
    let events = recorder.events();
    assert_eq!((events.len(), events[1].count, events[1].cached), (2, 4, true));
}

#[tokio::test(start_paused = true)]
async fn a_refresh_is_recorded_and_counted_for_nobody() {
    let recorder = Arc::new(RecorderLog::default());
    let resolver = built(over(&memory()).hooks(Hooks::none().with_recorder(recorder.clone())));
    tokio::spawn(resolver.keep_fresh());
    resolver.get("mem://a").await.expect("held");
    resolver.get("mem://a").await.expect("kept");
    sleep(seconds(250)).await;
    resolver.flush_hits().await.expect("kept");
    let events: Vec<_> = recorder.events().iter().map(|event| (event.cached, event.count)).collect();
    assert_eq!(events, [(false, 1), (true, 1), (false, 1)]);
    assert_eq!(resolver.cache_stats().misses, 1);
}

#[tokio::test(start_paused = true)]
async fn a_refresh_asks_the_gate() {
    let gate = Arc::new(GateLog::default());
    let resolver = built(over(&memory()).hooks(Hooks::none().with_gate(gate.clone())));
    tokio::spawn(resolver.keep_fresh());
    resolver.get("mem://a").await.expect("held");
    resolver.get("mem://a").await.expect("kept");
    sleep(seconds(250)).await;
    assert_eq!(gate.asked().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn it_ends_with_the_last_clone_of_the_resolver() {
    let resolver = built(over(&memory()));
    let upkeep = tokio::spawn(resolver.keep_fresh());
    let clone = resolver.clone();
    drop(resolver);
    sleep(seconds(3600)).await;
    assert!(!upkeep.is_finished());
    drop(clone);
    timeout(seconds(1) / 100, upkeep).await.expect("at once").expect("no panic");
}
