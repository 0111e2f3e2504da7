//! Handles: the last good value, its changes, and the value before.

use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use reticent_core::hooks::{Access, Actor, Decision, Gate, Hooks, RecorderLog};
use reticent_core::{ErrorKind, ManualClock, Metadata};
use reticent_resolve::{Resolver, ResolverGone, SourcePolicy};
use reticent_testkit::MemorySource;
use tokio::time::{sleep, timeout};

use crate::support::{assert_is, built, exact, failure, over, seconds};

fn memory() -> MemorySource {
    MemorySource::new("mem").with("mem://a", "old")
}

fn kept_fresh(resolver: Resolver) -> Resolver {
    tokio::spawn(resolver.keep_fresh());
    resolver
}

#[tokio::test(start_paused = true)]
async fn a_change_wakes_the_handle_once() {
    let memory = memory();
    let resolver = kept_fresh(built(over(&memory)));
    let mut handle = resolver.watch("mem://a").await.expect("held");
    assert_is(&handle.current(), "old");
    memory.set("mem://a", "new");
    assert_is(&handle.changed().await.expect("a change"), "new");
    assert_is(&handle.current(), "new");
    timeout(seconds(600), handle.changed()).await.expect_err("nothing else changed");
}

#[tokio::test(start_paused = true)]
async fn the_same_value_written_again_is_no_change() {
    let memory = memory();
    let resolver = kept_fresh(built(over(&memory)));
    let mut handle = resolver.watch("mem://a").await.expect("held");
    memory.set("mem://a", "old");
    timeout(seconds(60), handle.changed()).await.expect_err("no change");
    assert_eq!(memory.calls(), 2);
    assert!(handle.previous().is_none());
    assert_eq!(handle.current().metadata().version().expect("a version").as_str(), "2");
}

#[tokio::test(start_paused = true)]
async fn any_read_of_the_secret_reaches_the_handle() {
    let memory = memory();
    let resolver = built(over(&memory));
    let handle = resolver.watch("mem://a").await.expect("held");
    memory.set("mem://a", "new");
    resolver.refresh_now("mem://a").await.expect("held");
    assert_is(&handle.current(), "new");
}

#[tokio::test(start_paused = true)]
async fn any_failure_to_read_the_secret_shows_in_the_health() {
    let memory = memory();
    let resolver = built(over(&memory));
    let handle = resolver.watch("mem://a").await.expect("held");
    memory.fail_next(ErrorKind::Malformed, 1);
    failure(resolver.refresh_now("mem://a").await);
    assert_eq!(handle.health().last_error.expect("it failed").kind(), ErrorKind::Malformed);
}

#[tokio::test(start_paused = true)]
async fn the_previous_value_is_there_for_its_grace_and_no_longer() {
    let memory = memory();
    let resolver = kept_fresh(built(over(&memory).previous_grace(seconds(60))));
    let mut handle = resolver.watch("mem://a").await.expect("held");
    assert!(handle.previous().is_none());
    memory.set("mem://a", "new");
    handle.changed().await.expect("a change");
    sleep(seconds(59)).await;
    assert_is(&handle.previous().expect("in its grace"), "old");
    sleep(seconds(1)).await;
    assert!(handle.previous().is_none());
}

#[tokio::test(start_paused = true)]
async fn a_failing_source_leaves_the_last_good_value_and_shows_in_the_health() {
    let memory = memory();
    let resolver = kept_fresh(built(over(&memory)));
    let mut handle = resolver.watch("mem://a").await.expect("held");
    let good = handle.health().last_success;
    memory.fail_always(ErrorKind::Unavailable);
    sleep(seconds(3600)).await;
    assert_is(&handle.current(), "old");
    let error = handle.health().last_error.expect("it fails");
    let told = error.to_string();
    assert!(told.starts_with("mem://a: mem is unavailable: it last answered 359"), "{told}");
    assert!(handle.health().last_success >= good);
    memory.recover();
    memory.set("mem://a", "new");
    assert_is(&handle.changed().await.expect("a change"), "new");
    assert!(handle.health().last_error.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_failing_source_is_asked_less_often() {
    let memory = memory();
    let resolver = kept_fresh(built(over(&memory)));
    let _handle = resolver.watch("mem://a").await.expect("held");
    sleep(seconds(800)).await;
    let well = memory.polls();
    memory.fail_always(ErrorKind::Unavailable);
    sleep(seconds(800)).await;
    let ill = memory.polls() - well;
    assert!(ill * 3 < well, "{well} looks in good times and {ill} in bad ones");
}

#[tokio::test(start_paused = true)]
async fn a_look_that_fails_is_no_reason_to_read() {
    let memory = memory();
    let resolver = kept_fresh(built(over(&memory)));
    let _handle = resolver.watch("mem://a").await.expect("held");
    memory.fail_always(ErrorKind::Unavailable);
    sleep(seconds(100)).await;
    assert_eq!(memory.calls(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_place_behind_the_one_that_gives_the_secret_is_not_looked_at() {
    let (near, far) = (MemorySource::new("near").with("near://a", "near"), MemorySource::new("far"));
    let builder = exact().source("near", near.clone()).source("far", far.clone());
    let resolver = kept_fresh(built(builder.template("near://{name}").template("far://{name}")));
    let handle = resolver.watch("a").await.expect("near has it");
    let before = far.polls();
    far.fail_always(ErrorKind::Unavailable);
    sleep(seconds(100)).await;
    assert_eq!(far.polls(), before);
    assert!(handle.health().last_error.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_secret_that_is_deleted_leaves_the_last_good_value() {
    let memory = memory();
    let resolver = kept_fresh(built(over(&memory)));
    let handle = resolver.watch("mem://a").await.expect("held");
    memory.remove("mem://a");
    sleep(seconds(30)).await;
    assert_is(&handle.current(), "old");
    assert_eq!(handle.health().last_error.expect("it is gone").kind(), ErrorKind::NotFound);
}

#[tokio::test(start_paused = true)]
async fn what_is_not_there_cannot_be_watched() {
    let resolver = built(over(&memory()));
    assert_eq!(failure(resolver.watch("mem://b").await).kind(), ErrorKind::NotFound);
}

#[tokio::test(start_paused = true)]
async fn an_earlier_place_that_gains_the_secret_takes_over() {
    let (near, far) = (MemorySource::new("near"), MemorySource::new("far").with("far://a", "far"));
    let resolver = kept_fresh(built(
        exact()
            .source_with("near", near.clone(), SourcePolicy::default().uncached())
            .source("far", far.clone())
            .template("near://{name}")
            .template("far://{name}"),
    ));
    let mut handle = resolver.watch("a").await.expect("far has it");
    near.set("near://a", "near");
    assert_is(&handle.changed().await.expect("a change"), "near");
    near.remove("near://a");
    assert_is(&handle.changed().await.expect("a change"), "far");
}

#[tokio::test(start_paused = true)]
async fn a_reference_that_was_followed_is_watched_where_it_leads() {
    let (layer, vault) = (
        MemorySource::new("layer").with("layer://a", "vault://x"),
        MemorySource::new("vault").with("vault://x", "1").with("vault://y", "2"),
    );
    let resolver = kept_fresh(built(
        exact()
            .source_with("layer", layer.clone(), SourcePolicy::default().uncached().following())
            .source("vault", vault.clone())
            .template("layer://{name}"),
    ));
    let mut handle = resolver.watch("a").await.expect("followed");
    vault.set("vault://x", "1b");
    assert_is(&handle.changed().await.expect("a change"), "1b");
    layer.set("layer://a", "vault://y");
    assert_is(&handle.changed().await.expect("a change"), "2");
}

#[tokio::test(start_paused = true)]
async fn a_change_cannot_come_when_the_resolver_is_gone() {
    let resolver = built(over(&memory()));
    let mut handle = resolver.watch("mem://a").await.expect("held");
    drop(resolver);
    assert_eq!(handle.changed().await.map(drop), Err(ResolverGone));
    assert_is(&handle.current(), "old");
}

#[tokio::test(start_paused = true)]
async fn what_no_handle_holds_is_looked_at_no_more() {
    let memory = memory();
    let resolver = kept_fresh(built(over(&memory)));
    let handle = resolver.watch("mem://a").await.expect("held");
    let second = handle.clone();
    drop(handle);
    sleep(seconds(20)).await;
    assert!(memory.polls() > 1);
    drop(second);
    sleep(seconds(10)).await;
    let polls = memory.polls();
    sleep(seconds(100)).await;
    assert_eq!(memory.polls(), polls);
}

#[tokio::test(start_paused = true)]
async fn uses_of_a_handle_are_counted_for_its_actor() {
    let recorder = Arc::new(RecorderLog::default());
    let hooks = Hooks::none().with_recorder(recorder.clone());
    let resolver = built(over(&memory()).hooks(hooks)).acting_as(Actor::new("worker"));
    let handle = resolver.watch("mem://a").await.expect("held");
    for _ in 0..7 {
        let _ = handle.current();
    }
    resolver.flush_hits().await.expect("kept");
    let events = recorder.events();
    assert_eq!(events.len(), 2);
    assert_eq!((events[1].actor.as_str(), events[1].count, events[1].cached), ("worker", 7, true));
}

#[tokio::test(start_paused = true)]
async fn no_use_of_a_handle_is_lost_when_the_value_changes_or_the_handle_goes() {
    let memory = memory();
    let recorder = Arc::new(RecorderLog::default());
    let hooks = Hooks::none().with_recorder(recorder.clone());
    let resolver = kept_fresh(built(over(&memory).hooks(hooks).report_hits_every(seconds(3600))));
    let handle = resolver.watch("mem://a").await.expect("held");
    let _ = (handle.current(), handle.current());
    memory.set("mem://a", "new");
    resolver.refresh_now("mem://a").await.expect("held");
    let _ = (handle.current(), handle.previous(), handle.current());
    drop(handle);
    sleep(seconds(10)).await;
    let counts: Vec<_> = recorder.events().iter().map(|event| (event.cached, event.count)).collect();
    // The read of the watch, its uses, the refresh, the uses after it: in the order of their records.
    assert_eq!(counts, [(false, 1), (false, 1), (true, 2), (true, 3)]);
}

#[tokio::test(start_paused = true)]
async fn two_handles_of_one_actor_are_one_look() {
    let memory = memory();
    let resolver = kept_fresh(built(over(&memory)));
    let first = resolver.watch("mem://a").await.expect("held");
    let second = resolver.watch("mem://a").await.expect("held");
    let before = memory.polls();
    memory.set("mem://a", "new");
    sleep(seconds(10)).await;
    assert_eq!((memory.polls() - before, memory.calls()), (1, 3));
    assert_is(&first.current(), "new");
    assert_is(&second.current(), "new");
}

#[tokio::test(start_paused = true)]
async fn an_uncached_value_that_ends_is_read_again_before_it_does() {
    let memory = MemorySource::new("mem");
    let expires = SystemTime::UNIX_EPOCH + seconds(50);
    memory.set_described("mem://a", "leased", Metadata::default().with_expires(expires));
    let clock = Arc::new(ManualClock::at(SystemTime::UNIX_EPOCH));
    let policy = SourcePolicy::default().uncached();
    let builder = exact().source_with("mem", memory.clone(), policy).clock(clock).poll_every(seconds(600));
    let resolver = kept_fresh(built(builder));
    sleep(seconds(1)).await;
    let _handle = resolver.watch("mem://a").await.expect("held");
    sleep(seconds(39)).await;
    assert_eq!(memory.calls(), 1);
    sleep(seconds(2)).await;
    assert_eq!(memory.calls(), 2);
}

/// Allows until it is told otherwise.
#[derive(Debug, Default)]
struct Revocable(Mutex<bool>);

impl Gate for Revocable {
    fn decide(&self, access: &Access<'_>) -> Decision {
        let revoked = *self.0.lock().expect("no panic holds it");
        if revoked && access.actor().as_str() == "agent" {
            Decision::deny("the grant has ended")
        } else {
            Decision::Allow
        }
    }
}

#[tokio::test(start_paused = true)]
async fn who_is_denied_gets_no_new_value_whoever_reads_it() {
    let memory = memory();
    let gate = Arc::new(Revocable::default());
    let resolver = built(over(&memory).hooks(Hooks::none().with_gate(gate.clone())));
    let service = resolver.watch("mem://a").await.expect("allowed");
    let agent = resolver.acting_as(Actor::new("agent")).watch("mem://a").await.expect("allowed");
    *gate.0.lock().expect("no panic holds it") = true;
    memory.set("mem://a", "new");
    resolver.refresh_now("mem://a").await.expect("allowed");
    assert_is(&service.current(), "new");
    assert_is(&agent.current(), "old");
    assert_eq!(agent.health().last_error.expect("denied").kind(), ErrorKind::AccessDenied);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_handle_is_lost_while_others_come_and_go() {
    let memory = MemorySource::new("mem");
    let resolver = built(over(&memory));
    let followers = (0..8).map(|number| {
        let (memory, resolver) = (memory.clone(), resolver.clone());
        tokio::spawn(async move {
            for round in 0..500 {
                let key = format!("mem://{number}-{round}");
                memory.set(&key, "old");
                let handle = resolver.watch(&key).await.expect("held");
                memory.set(&key, "new");
                resolver.refresh_now(&key).await.expect("held");
                assert_is(&handle.current(), "new");
            }
        })
    });
    for follower in followers.collect::<Vec<_>>() {
        follower.await.expect("every handle follows");
    }
}
