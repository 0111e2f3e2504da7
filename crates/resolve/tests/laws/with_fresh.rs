//! Using a secret through its rotation.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use reticent_core::{ErrorKind, Secret};
use reticent_resolve::{Refusal, Resolver, UseError};
use reticent_testkit::MemorySource;
use tokio::time::{Instant, sleep};

use crate::support::{built, over, seconds};

/// A service that lets in who has one of its passwords.
#[derive(Clone, Default)]
struct Service {
    accepts: Arc<Mutex<BTreeSet<&'static str>>>,
    logins: Arc<Mutex<usize>>,
}

impl Service {
    fn accepting(passwords: &[&'static str]) -> Self {
        let service = Self::default();
        service.accept(passwords);
        service
    }

    fn accept(&self, passwords: &[&'static str]) {
        *self.accepts.lock().expect("no panic holds it") = passwords.iter().copied().collect();
    }

    fn login(&self, password: &Secret) -> Result<&'static str, Refusal<String>> {
        *self.logins.lock().expect("no panic holds it") += 1;
        let accepts = self.accepts.lock().expect("no panic holds it");
        let known = accepts.iter().find(|known| password.ct_eq(&Secret::copy_of(known.as_bytes())));
        known.copied().ok_or_else(|| Refusal::Rejected("login denied".to_owned()))
    }

    fn logins(&self) -> usize {
        *self.logins.lock().expect("no panic holds it")
    }
}

async fn log_in(resolver: &Resolver, service: &Service) -> Result<&'static str, UseError<String>> {
    let service = service.clone();
    resolver
        .with_fresh("mem://a", move |password| {
            let service = service.clone();
            async move { service.login(&password) }
        })
        .await
}

#[track_caller]
fn rejected(outcome: Result<&'static str, UseError<String>>) -> Option<String> {
    match outcome {
        Err(UseError::Rejected { error, refetch }) => {
            assert_eq!(error, "login denied");
            refetch.map(|error| error.to_string())
        }
        other => panic!("{other:?}"),
    }
}

fn memory() -> MemorySource {
    MemorySource::new("mem").with("mem://a", "old")
}

#[tokio::test(start_paused = true)]
async fn a_secret_that_is_accepted_is_read_once() {
    let memory = memory();
    let resolver = built(over(&memory));
    let service = Service::accepting(&["old"]);
    assert_eq!(log_in(&resolver, &service).await.expect("accepted"), "old");
    assert_eq!(log_in(&resolver, &service).await.expect("accepted"), "old");
    assert_eq!((memory.calls(), service.logins()), (1, 2));
}

#[tokio::test(start_paused = true)]
async fn a_rejected_value_is_replaced_by_the_new_one_at_once() {
    let memory = memory();
    let resolver = built(over(&memory));
    resolver.get("mem://a").await.expect("held");
    memory.set("mem://a", "new");
    let start = Instant::now();
    assert_eq!(log_in(&resolver, &Service::accepting(&["new"])).await.expect("accepted"), "new");
    assert_eq!((start.elapsed(), memory.calls()), (Duration::ZERO, 2));
}

#[tokio::test(start_paused = true)]
async fn all_who_were_refused_the_same_value_read_it_once() {
    let memory = memory();
    let resolver = built(over(&memory));
    resolver.get("mem://a").await.expect("held");
    memory.set("mem://a", "new");
    let service = Service::accepting(&["new"]);
    let users: Vec<_> = (0..100).map(|_| log_in(&resolver, &service)).collect();
    let outcomes = futures_util::future::join_all(users).await;
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Ok("new"))));
    assert_eq!(memory.calls(), 2);
}

#[tokio::test(start_paused = true)]
async fn while_the_rotation_is_under_way_it_waits() {
    let memory = memory();
    let resolver = built(over(&memory));
    let service = Service::accepting(&["new"]);
    let rotation = tokio::spawn({
        let memory = memory.clone();
        async move {
            sleep(seconds(12)).await;
            memory.set("mem://a", "new");
        }
    });
    let start = Instant::now();
    assert_eq!(log_in(&resolver, &service).await.expect("accepted"), "new");
    assert!(start.elapsed() >= seconds(12) && start.elapsed() <= seconds(17), "{:?}", start.elapsed());
    assert_eq!(service.logins(), 2, "the refused value is not tried again");
    rotation.await.expect("no panic");
}

#[tokio::test(start_paused = true)]
async fn its_patience_ends() {
    let memory = memory();
    let resolver = built(over(&memory).rejection_patience(seconds(20)));
    let service = Service::accepting(&[]);
    let start = Instant::now();
    assert_eq!(rejected(log_in(&resolver, &service).await), None);
    assert!(start.elapsed() <= seconds(20), "{:?}", start.elapsed());
    assert_eq!(service.logins(), 1);
    assert!(memory.calls() <= 15, "{}", memory.calls());
}

#[tokio::test(start_paused = true)]
async fn the_previous_value_of_the_backend_is_the_last_resort() {
    let memory = memory();
    memory.set("mem://a", "new");
    let resolver = built(over(&memory));
    let service = Service::accepting(&["old"]);
    assert_eq!(log_in(&resolver, &service).await.expect("accepted"), "old");
    assert_eq!(service.logins(), 2);
}

#[tokio::test(start_paused = true)]
async fn the_previous_value_of_a_handle_is_preferred() {
    let memory = memory();
    let resolver = built(over(&memory).previous_grace(seconds(600)));
    let _handle = resolver.watch("mem://a").await.expect("held");
    memory.set("mem://a", "new");
    resolver.refresh_now("mem://a").await.expect("held");
    memory.fail_at("mem://a", ErrorKind::Unavailable);
    let service = Service::accepting(&["old"]);
    assert_eq!(log_in(&resolver, &service).await.expect("accepted"), "old");
}

#[tokio::test(start_paused = true)]
async fn a_value_that_was_refused_is_not_tried_again_as_the_previous_one() {
    let memory = memory();
    let resolver = built(over(&memory));
    resolver.get("mem://a").await.expect("held");
    memory.set("mem://a", "new");
    let service = Service::accepting(&[]);
    assert_eq!(rejected(log_in(&resolver, &service).await), None);
    assert_eq!(service.logins(), 2);
}

#[tokio::test(start_paused = true)]
async fn when_the_previous_value_is_refused_too_it_ends_there() {
    let memory = memory();
    memory.set("mem://a", "new");
    let resolver = built(over(&memory).rejection_patience(Duration::ZERO));
    let service = Service::accepting(&[]);
    assert_eq!(rejected(log_in(&resolver, &service).await), None);
    // The first read, one for a newer value, one for the previous.
    assert_eq!((memory.calls(), service.logins()), (3, 2));
}

#[tokio::test(start_paused = true)]
async fn a_fixed_version_has_no_previous_value() {
    let memory = memory();
    memory.set("mem://a", "new");
    let resolver = built(over(&memory).rejection_patience(Duration::ZERO));
    let service = Service::accepting(&["old"]);
    let outcome: Result<&str, _> = resolver
        .with_fresh("mem://a?version=2", |password| std::future::ready(service.login(&password)))
        .await;
    assert_eq!(rejected(outcome), None);
}

#[tokio::test(start_paused = true)]
async fn a_use_that_fails_otherwise_is_not_repeated() {
    let memory = memory();
    let resolver = built(over(&memory));
    let outcome: Result<(), UseError<&str>> =
        resolver.with_fresh("mem://a", |_| async { Err(Refusal::Failed("no route to host")) }).await;
    assert!(matches!(outcome, Err(UseError::Failed("no route to host"))));
    assert_eq!(memory.calls(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_secret_that_cannot_be_read_is_not_used() {
    let resolver = built(over(&memory()));
    let outcome: Result<(), UseError<&str>> =
        resolver.with_fresh("mem://b", |_| async { panic!("there is nothing to use") }).await;
    let error = outcome.expect_err("absent");
    assert_eq!(error.to_string(), "mem://b: not found in mem");
}

#[tokio::test(start_paused = true)]
async fn why_there_was_no_newer_value_is_told() {
    let memory = memory();
    let resolver = built(over(&memory));
    resolver.get("mem://a").await.expect("held");
    memory.fail_always(ErrorKind::AccessDenied);
    let start = Instant::now();
    let refetch = rejected(log_in(&resolver, &Service::accepting(&[])).await);
    assert_eq!(refetch.as_deref(), Some("mem://a: access denied by mem"));
    assert_eq!(start.elapsed(), Duration::ZERO, "waiting does not help against a denial");
}

#[tokio::test(start_paused = true)]
async fn while_two_hundred_wait_for_a_rotation_they_read_as_one_would() {
    let memory = memory();
    let resolver = built(over(&memory).jitter(reticent_resolve::Jitter::random()));
    resolver.get("mem://a").await.expect("held");
    let service = Service::accepting(&["new"]);
    let rotation = async {
        sleep(seconds(2)).await;
        memory.set("mem://a", "new");
    };
    let users: Vec<_> = (0..200).map(|_| log_in(&resolver, &service)).collect();
    let (outcomes, ()) = futures_util::future::join(futures_util::future::join_all(users), rotation).await;
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Ok("new"))));
    assert!(memory.calls() <= 2 + 8, "{} reads, at most one each 250 ms", memory.calls());
    assert!(service.logins() <= 2 * 200, "the refused value is tried once by each");
}
