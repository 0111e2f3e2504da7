//! The ends of leases: shutdown, upkeep that stops, records, and holds of what was read elsewhere.

use std::sync::Arc;

use reticent_core::hooks::{Actor, Hooks, RecorderLog};
use reticent_core::{ErrorKind, SecretSource as _};
use reticent_testkit::{LeaseTerms, MemorySource};
use tokio::time::{Instant, sleep, timeout};

use crate::leases::{DB, get, kept, lending, lending_by, millis};
use crate::support::{built, exact, failure, over, seconds};

#[tokio::test(start_paused = true)]
async fn shutdown_revokes_what_lives_in_use_or_not_and_lends_no_more() {
    let memory = lending(60);
    let resolver = built(over(&memory));
    let upkeep = tokio::spawn(resolver.keep_fresh());
    let held = resolver.watch(DB).await.expect("it is lent").hold();
    resolver.shutdown(seconds(5)).await.expect("the source answers");
    assert_eq!((memory.leases_alive(DB), memory.revocations()), (0, 1));
    assert!(!memory.accepts(held.secret()));
    timeout(seconds(1), upkeep).await.expect("keep_fresh ends").expect("no panic");
    let error = failure(resolver.get(DB).await);
    assert_eq!(
        error.to_string(),
        "mem://db: the resolver is unavailable: it was shut down, and lends nothing any more"
    );
}

#[tokio::test(start_paused = true)]
async fn shutdown_ends_in_time_and_says_what_it_left() {
    let memory = lending(60);
    let resolver = built(over(&memory));
    get(&resolver, DB).await;
    memory.fail_leases(ErrorKind::Unavailable);
    let start = Instant::now();
    let error = failure(resolver.shutdown(seconds(5)).await);
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert_eq!(error.detail(), Some("1 leases could not be revoked within 5s"));
    assert!(start.elapsed() <= seconds(5));
}

#[tokio::test(start_paused = true)]
async fn a_lease_that_is_made_while_the_resolver_shuts_down_is_revoked() {
    let memory = lending(60);
    memory.delay(seconds(2));
    let resolver = built(over(&memory));
    let reader = tokio::spawn({
        let resolver = resolver.clone();
        async move { resolver.get(DB).await }
    });
    sleep(seconds(1)).await;
    resolver.shutdown(seconds(10)).await.expect("the source answers");
    assert_eq!(failure(reader.await.expect("no panic")).kind(), ErrorKind::Unavailable);
    assert_eq!((memory.leases_made(DB), memory.leases_alive(DB)), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn a_source_that_hangs_delays_no_other_lease() {
    let (slow, quick) = (lending(10), MemorySource::new("quick"));
    quick.lend("quick://db", LeaseTerms::of(seconds(4)));
    let resolver = kept(exact().source("mem", slow.clone()).source("quick", quick.clone()));
    let _first = resolver.watch(DB).await.expect("it is lent");
    let second = resolver.watch("quick://db").await.expect("it is lent");
    slow.delay(seconds(1000));
    for _ in 0..60 {
        sleep(seconds(1)).await;
        assert!(quick.accepts(&second.current()));
    }
}

#[tokio::test(start_paused = true)]
async fn upkeep_that_is_dropped_and_begun_anew_goes_on() {
    let memory = lending(30);
    let resolver = built(over(&memory));
    let handle = resolver.watch(DB).await.expect("it is lent");
    memory.delay(millis(700));
    for _ in 0..40 {
        let _cut_short = timeout(millis(5300), resolver.keep_fresh()).await;
    }
    memory.recover();
    tokio::spawn(resolver.keep_fresh());
    sleep(seconds(2)).await;
    assert!(memory.accepts(&handle.current()));
    assert!(memory.most_leases_alive(DB) <= 2);
}

#[tokio::test(start_paused = true)]
async fn renewals_and_revocations_are_recorded_under_the_name_of_who_keeps_fresh() {
    let memory = lending_by(LeaseTerms::of(seconds(60)).up_to(seconds(90)));
    let log = Arc::new(RecorderLog::default());
    let resolver = kept(
        over(&memory)
            .actor(Actor::new("service/api"))
            .hooks(Hooks::none().with_recorder(log.clone()))
            .report_hits_every(seconds(6000))
            .lease_grace(seconds(1)),
    );
    let _handle = resolver.watch(DB).await.expect("it is lent");
    sleep(seconds(55)).await;
    let events: Vec<_> = log.events().iter().map(ToString::to_string).collect();
    assert_eq!(
        events,
        [
            "service/api read mem://db from mem: done",
            "service/api lease mem://db from mem: done",
            "service/api read mem://db from mem: done",
            "service/api lease mem://db from mem: done",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn no_value_shows_in_what_a_hold_says_of_itself() {
    let memory = lending(60);
    let resolver = built(over(&memory));
    let held = resolver.watch("mem://db#password").await.expect("it is lent").hold();
    let shown = format!("{held:?}");
    assert!(shown.contains("is_current: true") && !shown.contains("pass-1"), "{shown}");
}

#[tokio::test(start_paused = true)]
async fn a_bare_source_answers_the_field_of_what_it_lends() {
    let memory = lending(60);
    let field = memory.get(&"mem://db#password".parse().expect("a reference")).await.expect("it is lent");
    assert!(field.metadata().lease().is_some());
}

#[tokio::test(start_paused = true)]
async fn a_value_that_was_read_elsewhere_is_held_as_well() {
    let memory = lending_by(LeaseTerms::of(seconds(60)).fixed());
    let resolver = kept(over(&memory).lease_grace(seconds(1)));
    let handle = resolver.watch(DB).await.expect("it is lent");
    let held = handle.hold_of(&get(&resolver, DB).await).expect("it is current");
    sleep(seconds(50)).await;
    assert!(!held.is_current() && memory.accepts(held.secret()));
    let old = held.secret().clone();
    drop(held);
    sleep(millis(1)).await;
    assert!(!memory.accepts(&old));
    assert!(handle.hold_of(&old).is_none(), "it is gone");
    assert!(handle.hold_of(&get(&resolver, DB).await).is_some());
}
