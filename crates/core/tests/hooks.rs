//! The helper that runs the three hooks: order, refusal, and what a lost record does.

use std::sync::Arc;
use std::time::SystemTime;

use reticent_core::hooks::{
    Access, Action, Actor, GateLog, Hooks, Masker, MaskerLog, Outcome, Receipt, Recorder, RecorderLog,
};
use reticent_core::{ErrorKind, ManualClock, Metadata, Secret, SourceError, VersionId};

struct Fixture {
    gate: Arc<GateLog>,
    recorder: Arc<RecorderLog>,
    masker: Arc<MaskerLog>,
    hooks: Hooks,
    actor: Actor,
}

fn fixture(recorder: RecorderLog) -> Fixture {
    let gate = Arc::new(GateLog::denying(["ROOT_KEY"]));
    let recorder = Arc::new(recorder);
    let masker = Arc::new(MaskerLog::new().expect("randomness"));
    let hooks = Hooks::none()
        .with_gate(gate.clone())
        .with_recorder(recorder.clone())
        .with_masker(masker.clone())
        .with_clock(Arc::new(ManualClock::at(SystemTime::UNIX_EPOCH)));
    Fixture { gate, recorder, masker, hooks, actor: Actor::new("service/api") }
}

fn value() -> Secret {
    let version = VersionId::parse("7").expect("a version");
    Secret::copy_of(b"the value").with_metadata(Metadata::of_source("vault").with_version(version))
}

#[tokio::test]
async fn one_access_is_one_decision_one_record_and_one_lesson() {
    let Fixture { gate, recorder, masker, hooks, actor } = fixture(RecorderLog::default());
    let access = Access::new(&actor, Action::Read, "DB_PASSWORD");
    let secret = hooks.read(&access, "vault", async { Ok(value()) }).await.expect("allowed");
    assert!(secret.ct_eq(&value()));
    assert_eq!(gate.asked(), ["service/api read DB_PASSWORD"]);
    assert_eq!(masker.names(), ["DB_PASSWORD"]);
    assert!(masker.has_learned(&value()));
    let events = recorder.events();
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].to_string(), "service/api read DB_PASSWORD from vault: done");
    assert_eq!(events[0].version.as_ref().map(VersionId::as_str), Some("7"));
    assert_eq!((events[0].at, events[0].count, events[0].cached), (SystemTime::UNIX_EPOCH, 1, false));
}

#[tokio::test]
async fn a_denied_access_fetches_nothing_and_is_recorded() {
    let Fixture { recorder, masker, hooks, actor, .. } = fixture(RecorderLog::default());
    let access = Access::new(&actor, Action::Read, "ROOT_KEY");
    let error =
        hooks.read(&access, "vault", async { panic!("the fetch must not run") }).await.expect_err("denied");
    assert_eq!(error.kind(), ErrorKind::AccessDenied);
    assert_eq!(error.to_string(), "ROOT_KEY: access denied by the access rules: this name is denied");
    assert_eq!(recorder.events()[0].outcome, Outcome::Failed(ErrorKind::AccessDenied));
    assert!(masker.names().is_empty());
}

#[tokio::test]
async fn a_failure_is_recorded_by_its_kind_and_teaches_nothing() {
    let Fixture { recorder, masker, hooks, actor, .. } = fixture(RecorderLog::default());
    let access = Access::new(&actor, Action::Read, "DB_PASSWORD");
    let failure = SourceError::new(ErrorKind::Throttled, "vault");
    let error = hooks.read(&access, "vault", async { Err(failure) }).await.expect_err("throttled");
    assert_eq!(error.kind(), ErrorKind::Throttled);
    assert_eq!(recorder.events()[0].outcome, Outcome::Failed(ErrorKind::Throttled));
    assert!(masker.names().is_empty());
}

#[tokio::test]
async fn a_lost_record_hands_out_nothing() {
    let Fixture { masker, hooks, actor, .. } = fixture(RecorderLog::losing());
    let access = Access::new(&actor, Action::Read, "DB_PASSWORD");
    let error = hooks.read(&access, "vault", async { Ok(value()) }).await.expect_err("lost");
    assert_eq!(error.kind(), ErrorKind::NotRecorded);
    assert_eq!(error.to_string(), "DB_PASSWORD: access could not be recorded, so it is refused by vault");
    assert!(masker.names().is_empty());
    let blocking = hooks.read_blocking(&access, "vault", || Ok(value())).expect_err("lost");
    assert_eq!(blocking.kind(), ErrorKind::NotRecorded);
    let write = Access::new(&actor, Action::Write, "DB_PASSWORD");
    let written = hooks.act(&write, "vault", async { Ok(()) }).await.expect_err("lost");
    assert_eq!(written.kind(), ErrorKind::NotRecorded);
}

#[tokio::test]
async fn a_failure_is_told_even_when_its_record_is_lost() {
    let Fixture { hooks, actor, .. } = fixture(RecorderLog::losing());
    let access = Access::new(&actor, Action::Read, "DB_PASSWORD");
    let failure = SourceError::new(ErrorKind::NotFound, "vault");
    let error = hooks.read(&access, "vault", async { Err(failure) }).await.expect_err("absent");
    assert_eq!(error.kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn hits_are_one_event_with_their_count() {
    let Fixture { recorder, hooks, actor, .. } = fixture(RecorderLog::default());
    let access = Access::new(&actor, Action::Read, "DB_PASSWORD");
    hooks.report_hits(&access, "vault", 4_211).await.expect("kept");
    let event = &recorder.events()[0];
    assert_eq!((event.count, event.cached), (4_211, true));
}

/// A recorder that answers from another thread, as one that writes to disk does.
#[derive(Debug)]
struct Slow;

impl Recorder for Slow {
    fn record(&self, _: reticent_core::hooks::Event) -> Receipt {
        let (receipt, acknowledgement) = Receipt::pending();
        std::thread::spawn(move || acknowledgement.confirm());
        receipt
    }
}

#[tokio::test]
async fn a_receipt_is_awaited_and_waited_for() {
    let hooks = Hooks::none().with_recorder(Arc::new(Slow));
    let actor = Actor::default();
    let access = Access::new(&actor, Action::Read, "A");
    hooks.read(&access, "env", async { Ok(value()) }).await.expect("kept");
    let waited = std::thread::spawn(move || {
        let actor = Actor::default();
        hooks.read_blocking(&Access::new(&actor, Action::Read, "A"), "env", || Ok(value())).map(drop)
    });
    waited.join().expect("no panic").expect("kept");
}

#[test]
fn a_masker_shows_no_value() {
    let masker = MaskerLog::new().expect("randomness");
    masker.learn("A", &value());
    assert!(!format!("{masker:?}").contains("the value"));
}
