//! Many secrets at once: one call to each source, one answer for each secret.

use std::sync::Arc;

use reticent_core::hooks::{GateLog, Hooks, RecorderLog};
use reticent_core::{ErrorKind, SecretSource};
use reticent_resolve::Resolver;
use reticent_testkit::MemorySource;

use crate::support::{assert_is, built, exact, failure, over, seconds};

fn two(near: &MemorySource, far: &MemorySource) -> Resolver {
    let builder = exact()
        .source("near", near.clone())
        .source("far", far.clone())
        .template("near://{name}")
        .template("far://{name}");
    built(builder)
}

#[tokio::test(start_paused = true)]
async fn each_source_is_called_once_and_each_secret_has_its_own_answer() {
    let near = MemorySource::new("near").with("near://a", "1");
    let far = MemorySource::new("far").with("far://b", "2").with("far://c", "3");
    far.fail_at("far://c", ErrorKind::AccessDenied);
    let resolver = two(&near, &far);
    let answers = resolver.get_many(&["a", "b", "c", "d", "not a name", "far://b"]).await;
    assert_is(answers[0].as_ref().expect("near has it"), "1");
    assert_is(answers[1].as_ref().expect("far has it"), "2");
    let text = |index: usize| failure(answers[index].clone()).to_string();
    assert_eq!(text(2), "c: access denied by far: at far://c");
    assert_eq!(text(3), "d: not found in near, far");
    assert_eq!(failure(answers[4].clone()).kind(), ErrorKind::InvalidReference);
    assert_is(answers[5].as_ref().expect("far has it"), "2");
    assert_eq!((near.batches(), near.calls()), (1, 4));
    // The first round asks for far://b alone, the second for what near has not.
    assert_eq!((far.batches(), far.calls()), (1, 4));
}

#[tokio::test(start_paused = true)]
async fn what_is_kept_is_not_asked_for_and_what_is_asked_for_is_kept() {
    let memory = MemorySource::new("mem").with("mem://a", "1").with("mem://b", "2");
    let resolver = built(over(&memory));
    resolver.get("mem://a").await.expect("held");
    assert!(resolver.get_many(&["mem://a", "mem://b"]).await.iter().all(Result::is_ok));
    resolver.get("mem://b").await.expect("kept");
    assert_eq!(memory.calls(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_secret_of_a_batch_is_joined_as_any_other() {
    let memory = MemorySource::new("mem").with("mem://a", "1").with("mem://b", "2");
    memory.delay(seconds(1));
    let resolver = built(over(&memory));
    let twice = ["mem://a", "mem://b", "mem://a"];
    let (many, one) = tokio::join!(resolver.get_many(&twice), resolver.get("mem://b"));
    assert!(many.iter().all(Result::is_ok) && one.is_ok());
    assert_eq!((memory.batches(), memory.calls()), (1, 2));
    assert_eq!(resolver.cache_stats().hits, 2);
}

#[tokio::test(start_paused = true)]
async fn a_batch_that_is_given_up_leaves_its_secrets_to_those_who_joined() {
    let memory = MemorySource::new("mem").with("mem://a", "1").with("mem://b", "2");
    memory.delay(seconds(1));
    let resolver = built(over(&memory));
    let batch = tokio::spawn({
        let resolver = resolver.clone();
        async move { resolver.get_many(&["mem://a", "mem://b"]).await }
    });
    tokio::time::sleep(seconds(1) / 2).await;
    let joined = tokio::spawn({
        let resolver = resolver.clone();
        async move { resolver.get("mem://b").await }
    });
    tokio::task::yield_now().await;
    batch.abort();
    assert_is(&joined.await.expect("no panic").expect("held"), "2");
    assert_eq!(memory.calls(), 2);
}

#[tokio::test(start_paused = true)]
async fn only_what_failed_is_asked_for_again() {
    let memory = MemorySource::new("mem").with("mem://a", "1").with("mem://b", "2").with("mem://c", "3");
    memory.fail_next(ErrorKind::Unavailable, 1);
    let resolver = built(over(&memory).retry(reticent_resolve::RetryPolicy::default()));
    assert!(resolver.get_many(&["mem://a", "mem://b", "mem://c"]).await.iter().all(Result::is_ok));
    assert_eq!(memory.calls(), 4);
}

#[tokio::test(start_paused = true)]
async fn each_secret_of_a_batch_is_gated_and_recorded_by_itself() {
    let memory = MemorySource::new("mem").with("mem://a", "1").with("mem://b", "2");
    let recorder = Arc::new(RecorderLog::default());
    let gate = Arc::new(GateLog::denying(["mem://b"]));
    let resolver = built(over(&memory).hooks(Hooks::none().with_gate(gate).with_recorder(recorder.clone())));
    let answers = resolver.get_many(&["mem://a", "mem://b", "mem://c"]).await;
    assert_is(answers[0].as_ref().expect("allowed"), "1");
    assert_eq!(failure(answers[1].clone()).kind(), ErrorKind::AccessDenied);
    let mut events: Vec<_> = recorder.events().iter().map(ToString::to_string).collect();
    events.sort();
    assert_eq!(
        events,
        [
            "process read mem://a from mem: done",
            "process read mem://b from gate: access_denied",
            "process read mem://c from mem: not_found"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_resolver_is_a_source_for_all_its_schemes() {
    let (near, far) = (MemorySource::new("near").with("near://a", "1"), MemorySource::new("far"));
    let resolver = two(&near, &far);
    let source: &dyn SecretSource = &resolver;
    assert_eq!(source.name(), "far, near");
    let places: Vec<_> =
        ["near://a", "far://a", "x://a"].iter().map(|text| text.parse().expect("a reference")).collect();
    let answers = source.get_many(&places).await;
    assert_is(answers[0].as_ref().expect("held"), "1");
    assert_eq!(failure(answers[1].clone()).kind(), ErrorKind::NotFound);
    assert_eq!(failure(answers[2].clone()).kind(), ErrorKind::InvalidReference);
    source.check().await.expect("both are reached");
    far.fail_always(ErrorKind::Unauthenticated);
    assert_eq!(failure(source.check().await).to_string(), "not authenticated to far");
    source.revision(&places[0]).await.expect("near is well");
    assert_eq!(failure(source.revision(&places[2]).await).kind(), ErrorKind::InvalidReference);
}
