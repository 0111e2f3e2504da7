//! Leases: one a place, renewed, replaced with overlap, revoked when nobody uses them any more.

use std::sync::Arc;
use std::time::Duration;

use reticent_core::hooks::{Hooks, RecorderLog};
use reticent_core::{ErrorKind, Secret};
use reticent_resolve::{LeaseUse, Resolver, ResolverBuilder};
use reticent_testkit::{LeaseTerms, MemorySource};
use tokio::time::{Instant, sleep, timeout};

use crate::support::{built, failure, over, seconds};

pub(crate) const DB: &str = "mem://db";

pub(crate) fn millis(count: u64) -> Duration {
    Duration::from_millis(count)
}

pub(crate) fn lending(ttl: u64) -> MemorySource {
    lending_by(LeaseTerms::of(seconds(ttl)))
}

pub(crate) fn lending_by(terms: LeaseTerms) -> MemorySource {
    let memory = MemorySource::new("mem");
    memory.lend(DB, terms);
    memory
}

/// A resolver that is kept fresh.
pub(crate) fn kept(builder: ResolverBuilder) -> Resolver {
    let resolver = built(builder);
    tokio::spawn(resolver.keep_fresh());
    resolver
}

pub(crate) async fn get(resolver: &Resolver, text: &str) -> Secret {
    resolver.get(text).await.expect("it is lent")
}

#[tokio::test(start_paused = true)]
async fn all_fields_names_and_readers_of_a_place_share_one_lease() {
    let memory = lending(60);
    let resolver =
        built(over(&memory).route("DB".parse().expect("a name"), [DB.parse().expect("a reference")]));
    let texts = [DB, "mem://db#username", "mem://db#password", "DB", "mem://db#password"];
    let answers = resolver.get_many(&texts).await;
    assert!(answers.iter().all(Result::is_ok));
    let _handle = resolver.watch("mem://db#username").await.expect("it is lent");
    let whole = get(&resolver, "DB").await;
    let (user, password) =
        (get(&resolver, "mem://db#username").await, get(&resolver, "mem://db#password").await);
    assert!(user.ct_eq(&Secret::copy_of(b"user-1")) && password.ct_eq(&Secret::copy_of(b"pass-1")));
    assert_eq!(password.metadata().lease(), whole.metadata().lease());
    assert_eq!((memory.calls(), memory.leases_made(DB)), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_thousand_callers_of_what_is_lent_are_one_lease() {
    let memory = lending(4);
    memory.delay(seconds(1));
    let resolver = built(over(&memory));
    let callers = (0..1000).map(|number| {
        let (resolver, field) = (resolver.clone(), ["mem://db#username", "mem://db#password"][number % 2]);
        tokio::spawn(async move { resolver.get(field).await.map(drop) })
    });
    for caller in callers.collect::<Vec<_>>() {
        caller.await.expect("no panic").expect("it is lent");
    }
    assert_eq!(memory.leases_made(DB), 1);
}

#[tokio::test(start_paused = true)]
async fn what_is_not_lent_is_read_beside_it_as_ever() {
    let memory = lending(60).with("mem://plain", "a").with("mem://json", r#"{"f": "b"}"#);
    let resolver = built(over(&memory));
    let answers =
        resolver.get_many(&["mem://plain", DB, "mem://json#f", "mem://absent", "mem://db#none"]).await;
    let kinds: Vec<_> =
        answers.iter().map(|answer| answer.as_ref().map(Secret::len).map_err(|e| e.kind())).collect();
    let absent = Err(ErrorKind::NotFound);
    assert_eq!(kinds, [Ok(1), Ok(44), Ok(1), absent, absent]);
    assert_eq!(memory.leases_made(DB), 1);
}

#[tokio::test(start_paused = true)]
async fn a_lease_is_renewed_at_two_thirds_and_its_value_stays() {
    let memory = lending(60);
    let resolver = kept(over(&memory));
    let mut handle = resolver.watch(DB).await.expect("it is lent");
    sleep(seconds(39)).await;
    assert_eq!(memory.renewals(), 0);
    sleep(seconds(2)).await;
    assert_eq!(memory.renewals(), 1);
    sleep(seconds(600)).await;
    assert_eq!((memory.renewals(), memory.leases_made(DB)), (16, 1));
    assert!(timeout(seconds(1), handle.changed()).await.is_err(), "a renewal is no change");
    assert!(memory.accepts(&handle.current()));
    assert!(handle.health().last_error.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_renewal_lets_cached_answers_live_on() {
    let memory = lending(60);
    let resolver = kept(over(&memory).hooks(Hooks::none().with_recorder(Arc::<RecorderLog>::default())));
    let fetched = get(&resolver, "mem://db#password").await;
    sleep(seconds(59)).await;
    let kept = get(&resolver, "mem://db#password").await;
    assert_eq!(resolver.cache_stats().fetches, 1);
    let end = |secret: &Secret| secret.metadata().lease().expect("a lease").granted_at();
    assert!(end(&kept) > end(&fetched), "the cached answer tells of the renewed lease");
}

#[tokio::test(start_paused = true)]
async fn a_capped_lease_is_replaced_before_its_end_and_handed_over_with_overlap() {
    let memory = lending_by(LeaseTerms::of(seconds(4)).up_to(seconds(9)));
    let resolver = kept(over(&memory));
    let mut handle = resolver.watch(DB).await.expect("it is lent");
    let old = handle.current();
    let start = Instant::now();
    let new = handle.changed().await.expect("the resolver lives");
    // Renewed at 2.7 s for 4 s, and at 5.3 s for 3.7 s, which is the cap; replaced with two thirds of 4 s left.
    assert!((millis(6300)..millis(6400)).contains(&start.elapsed()), "{:?}", start.elapsed());
    assert!(memory.accepts(&old) && memory.accepts(&new), "both are good while one is handed over");
    sleep(millis(2700)).await;
    assert!(!memory.accepts(&old) && memory.accepts(&handle.current()));
}

#[tokio::test(start_paused = true)]
async fn a_lease_that_cannot_be_renewed_is_replaced_at_two_thirds() {
    let memory = lending_by(LeaseTerms::of(seconds(60)).fixed());
    let resolver = kept(over(&memory));
    let mut handle = resolver.watch(DB).await.expect("it is lent");
    let start = Instant::now();
    handle.changed().await.expect("the resolver lives");
    assert_eq!((start.elapsed().as_secs(), memory.renewals()), (40, 0));
}

/// Uses what it holds every 100 ms, and takes the newest when it is told to; returns how many uses failed.
async fn work(memory: MemorySource, handle: reticent_resolve::SecretHandle, until: Instant) -> usize {
    let (mut failed, mut held) = (0, handle.hold());
    while Instant::now() < until {
        if !held.is_current() {
            held = handle.hold();
        }
        failed += usize::from(!memory.accepts(held.secret()));
        sleep(millis(100)).await;
    }
    failed
}

#[tokio::test(start_paused = true)]
async fn two_hundred_workers_never_hold_a_dead_credential_and_two_leases_live_at_most() {
    for terms in [
        LeaseTerms::of(seconds(4)).up_to(seconds(9)),
        LeaseTerms::of(seconds(40)).up_to(seconds(90)),
        LeaseTerms::of(seconds(3)).fixed(),
    ] {
        let memory = lending_by(terms);
        let resolver = kept(over(&memory));
        let handle = resolver.watch(DB).await.expect("it is lent");
        let until = Instant::now() + seconds(120);
        let workers: Vec<_> =
            (0..200).map(|_| tokio::spawn(work(memory.clone(), handle.clone(), until))).collect();
        for worker in workers {
            assert_eq!(worker.await.expect("no panic"), 0);
        }
        assert_eq!(memory.most_leases_alive(DB), 2);
        resolver.shutdown(seconds(5)).await.expect("the source answers");
        assert_eq!(memory.leases_alive(DB), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn the_same_holds_while_the_source_is_away_for_five_seconds_again_and_again() {
    let memory = lending_by(LeaseTerms::of(seconds(40)).up_to(seconds(90)));
    let resolver = kept(over(&memory));
    let handle = resolver.watch(DB).await.expect("it is lent");
    let until = Instant::now() + seconds(180);
    let worker = tokio::spawn(work(memory.clone(), handle.clone(), until));
    while Instant::now() < until {
        sleep(seconds(7)).await;
        memory.fail_always(ErrorKind::Unavailable);
        sleep(seconds(5)).await;
        memory.recover();
    }
    assert_eq!(worker.await.expect("no panic"), 0);
    assert_eq!(memory.most_leases_alive(DB), 2);
}

#[tokio::test(start_paused = true)]
async fn a_lease_that_was_replaced_is_revoked_when_its_last_user_lets_go_and_not_before() {
    let memory = lending_by(LeaseTerms::of(seconds(60)).fixed());
    let resolver = kept(over(&memory));
    let handle = resolver.watch(DB).await.expect("it is lent");
    let held: Vec<LeaseUse> = vec![handle.hold(), handle.hold()];
    let second = held[0].clone();
    sleep(seconds(41)).await;
    assert!(!second.is_current() && memory.accepts(second.secret()));
    drop(held);
    sleep(seconds(10)).await;
    assert!(memory.accepts(second.secret()), "a clone still uses it");
    let old = second.secret().clone();
    drop(second);
    sleep(millis(1)).await;
    assert!(!memory.accepts(&old) && memory.accepts(&handle.current()));
    assert_eq!(memory.revocations(), 1);
}

#[tokio::test(start_paused = true)]
async fn of_values_that_nobody_holds_the_old_lease_lives_for_its_grace() {
    let memory = lending_by(LeaseTerms::of(seconds(60)).fixed());
    let resolver = kept(over(&memory).lease_grace(seconds(5)));
    let handle = resolver.watch(DB).await.expect("it is lent");
    let old = handle.current();
    sleep(seconds(44)).await;
    assert!(!old.ct_eq(&handle.current()) && memory.accepts(&old));
    assert!(handle.previous().expect("it still lives").ct_eq(&old));
    sleep(seconds(2)).await;
    assert!(!memory.accepts(&old));
    assert!(handle.previous().is_none(), "what is revoked is not remembered");
}

#[tokio::test(start_paused = true)]
async fn a_revocation_that_fails_is_tried_again() {
    let memory = lending_by(LeaseTerms::of(seconds(60)).fixed());
    let resolver = kept(over(&memory).lease_grace(seconds(5)));
    let handle = resolver.watch(DB).await.expect("it is lent");
    memory.fail_leases(ErrorKind::Unavailable);
    sleep(seconds(48)).await;
    assert_eq!(memory.leases_alive(DB), 2);
    memory.recover();
    sleep(seconds(2)).await;
    assert_eq!(memory.leases_alive(DB), 1);
    assert!(memory.accepts(&handle.current()));
}

#[tokio::test(start_paused = true)]
async fn a_lease_that_was_ended_elsewhere_is_replaced_at_its_next_renewal() {
    let memory = lending(60);
    let resolver = kept(over(&memory));
    let mut handle = resolver.watch(DB).await.expect("it is lent");
    memory.end_leases(DB);
    let start = Instant::now();
    let new = handle.changed().await.expect("the resolver lives");
    assert_eq!(start.elapsed().as_secs(), 40);
    assert!(memory.accepts(&new));
    assert_eq!((memory.renewals(), memory.leases_made(DB)), (1, 2));
}

#[tokio::test(start_paused = true)]
async fn renewals_that_fail_are_tried_until_the_end_and_show_in_the_health() {
    let memory = lending(60);
    let resolver = kept(over(&memory));
    let handle = resolver.watch(DB).await.expect("it is lent");
    memory.fail_always(ErrorKind::Unavailable);
    sleep(seconds(45)).await;
    assert_eq!(handle.health().last_error.expect("it failed").kind(), ErrorKind::Unavailable);
    assert!(memory.accepts(&handle.current()));
    sleep(seconds(14)).await;
    memory.recover();
    sleep(millis(900)).await;
    assert!(memory.accepts(&handle.current()), "saved in its last second");
    assert!(handle.health().last_error.is_none());
}

#[tokio::test(start_paused = true)]
async fn when_renewals_alone_fail_another_lease_is_made_in_the_last_sixth() {
    let memory = lending(60);
    let resolver = kept(over(&memory));
    let mut handle = resolver.watch(DB).await.expect("it is lent");
    memory.fail_leases(ErrorKind::Unavailable);
    let start = Instant::now();
    handle.changed().await.expect("the resolver lives");
    assert!((50..52).contains(&start.elapsed().as_secs()), "{:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn after_the_end_of_a_lease_a_returning_source_is_noticed_within_two_seconds() {
    let memory = lending(10);
    let resolver = kept(over(&memory));
    let mut handle = resolver.watch(DB).await.expect("it is lent");
    memory.fail_always(ErrorKind::Unavailable);
    sleep(seconds(300)).await;
    assert_eq!(failure(resolver.get(DB).await).kind(), ErrorKind::Unavailable);
    memory.recover();
    let new = timeout(seconds(2), handle.changed()).await.expect("in time").expect("the resolver lives");
    assert!(memory.accepts(&new));
}

#[tokio::test(start_paused = true)]
async fn without_upkeep_who_reads_in_the_last_sixth_makes_the_next_lease() {
    let memory = lending(60);
    let resolver = built(over(&memory));
    let old = get(&resolver, DB).await;
    sleep(seconds(49)).await;
    assert!(get(&resolver, DB).await.ct_eq(&old));
    sleep(seconds(2)).await;
    let new = get(&resolver, DB).await;
    assert!(!new.ct_eq(&old) && memory.accepts(&new));
    memory.fail_always(ErrorKind::Unavailable);
    sleep(seconds(55)).await;
    assert!(get(&resolver, DB).await.ct_eq(&new), "it is good to its end while there is no other");
    sleep(seconds(6)).await;
    assert_eq!(failure(resolver.get(DB).await).kind(), ErrorKind::Unavailable);
}

#[tokio::test(start_paused = true)]
async fn a_lease_that_nobody_reads_again_is_renewed_and_not_replaced() {
    let memory = lending_by(LeaseTerms::of(seconds(4)).up_to(seconds(9)));
    let resolver = kept(over(&memory));
    let read_once = get(&resolver, DB).await;
    sleep(millis(8500)).await;
    assert!(memory.accepts(&read_once));
    sleep(seconds(60)).await;
    assert_eq!(memory.leases_made(DB), 1);
}

#[tokio::test(start_paused = true)]
async fn a_refused_lease_is_replaced_once_for_all_who_were_refused() {
    let memory = lending(60);
    let resolver = kept(over(&memory));
    let handle = resolver.watch(DB).await.expect("it is lent");
    memory.end_leases(DB);
    let callers =
        (0..200).map(|_| {
            let (resolver, memory) = (resolver.clone(), memory.clone());
            tokio::spawn(async move {
                let log_in = |credential: Secret| {
                    let accepted = memory.accepts(&credential);
                    async move {
                        if accepted { Ok(()) } else { Err(reticent_resolve::Refusal::Rejected("refused")) }
                    }
                };
                resolver.with_fresh(DB, log_in).await.map_err(|error| error.to_string())
            })
        });
    for caller in callers.collect::<Vec<_>>() {
        assert_eq!(caller.await.expect("no panic"), Ok(()));
    }
    assert_eq!(memory.leases_made(DB), 2);
    sleep(millis(1)).await;
    assert!(memory.accepts(&handle.current()), "handles have it as well");
}

#[tokio::test(start_paused = true)]
async fn when_every_lease_is_refused_few_are_made_and_two_live() {
    let memory = lending(60);
    let resolver = kept(over(&memory).rejection_patience(seconds(30)));
    let _handle = resolver.watch(DB).await.expect("it is lent");
    let refused =
        resolver.with_fresh(DB, |_| async { Err::<(), _>(reticent_resolve::Refusal::Rejected("no")) });
    assert!(refused.await.is_err());
    assert!((3..=30).contains(&memory.leases_made(DB)), "{}", memory.leases_made(DB));
    assert_eq!(memory.most_leases_alive(DB), 2);
}
