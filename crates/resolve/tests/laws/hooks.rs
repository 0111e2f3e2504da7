//! Gate, record and mask run once an access, whoever fetches.

use std::sync::{Arc, Mutex};

use reticent_core::hooks::{
    Access, Actor, Decision, Event, Gate, GateLog, Hooks, MaskerLog, Receipt, Recorder, RecorderLog,
};
use reticent_core::{ErrorKind, Secret};
use reticent_resolve::{CachePolicy, Resolver, SourcePolicy};
use reticent_testkit::MemorySource;
use tokio::time::advance;

use crate::support::{assert_is, built, exact, failure, over, seconds};

struct Fixture {
    memory: MemorySource,
    gate: Arc<GateLog>,
    recorder: Arc<RecorderLog>,
    masker: Arc<MaskerLog>,
    resolver: Resolver,
}

fn fixture() -> Fixture {
    let memory = MemorySource::new("mem").with("mem://a", "value").with("mem://denied", "value");
    let gate = Arc::new(GateLog::denying(["DENIED", "mem://denied"]));
    let recorder = Arc::new(RecorderLog::default());
    let masker = Arc::new(MaskerLog::new().expect("randomness"));
    let hooks =
        Hooks::none().with_gate(gate.clone()).with_recorder(recorder.clone()).with_masker(masker.clone());
    let resolver = built(over(&memory).template("mem://{lower}").hooks(hooks).actor(Actor::new("service")));
    Fixture { memory, gate, recorder, masker, resolver }
}

/// One line an event: who, what, where, how many.
fn lines(recorder: &RecorderLog) -> Vec<String> {
    let line = |event: Event| {
        let place = event.place.as_ref().map_or_else(|| "nowhere".to_owned(), ToString::to_string);
        let cached = if event.cached { ", cached" } else { "" };
        format!("{event} at {place} x{}{cached}", event.count)
    };
    recorder.events().into_iter().map(line).collect()
}

#[tokio::test(start_paused = true)]
async fn one_read_is_one_decision_one_event_and_one_lesson() {
    let Fixture { gate, recorder, masker, resolver, .. } = fixture();
    let secret = resolver.get("A").await.expect("allowed");
    assert_eq!(gate.asked(), ["service read A"]);
    assert_eq!(lines(&recorder), ["service read A from mem: done at mem://a x1"]);
    assert_eq!(masker.names(), ["A"]);
    assert!(masker.has_learned(&secret));
}

#[tokio::test(start_paused = true)]
async fn a_reference_is_its_own_name_in_the_record() {
    let Fixture { recorder, masker, resolver, .. } = fixture();
    resolver.get("mem://a").await.expect("allowed");
    assert_eq!(lines(&recorder), ["service read mem://a from mem: done at mem://a x1"]);
    assert_eq!(masker.names(), ["mem://a"]);
}

#[tokio::test(start_paused = true)]
async fn the_gate_is_asked_for_each_access_and_a_denied_one_reads_nothing() {
    let Fixture { memory, gate, recorder, resolver, .. } = fixture();
    let error = failure(resolver.get("DENIED").await);
    assert_eq!(error.to_string(), "DENIED: access denied by the access rules: this name is denied");
    assert_eq!(memory.calls(), 0);
    assert_eq!(lines(&recorder), ["service read DENIED from gate: access_denied at nowhere x1"]);
    for _ in 0..3 {
        resolver.get("A").await.expect("allowed");
    }
    assert_eq!(gate.asked().len(), 4);
}

#[derive(Debug)]
struct OnlyService;

impl Gate for OnlyService {
    fn decide(&self, access: &Access<'_>) -> Decision {
        if access.actor().as_str() == "service" { Decision::Allow } else { Decision::deny("not for agents") }
    }
}

#[tokio::test(start_paused = true)]
async fn a_kept_value_is_denied_to_whom_the_gate_denies_it() {
    let memory = MemorySource::new("mem").with("mem://a", "value");
    let hooks = Hooks::none().with_gate(Arc::new(OnlyService));
    let service = built(over(&memory).hooks(hooks).actor(Actor::new("service")));
    let agent = service.acting_as(Actor::new("agent"));
    service.get("mem://a").await.expect("allowed");
    assert_eq!(failure(agent.get("mem://a").await).kind(), ErrorKind::AccessDenied);
    assert_eq!(failure(agent.refresh_now("mem://a").await).kind(), ErrorKind::AccessDenied);
    assert_eq!(failure(agent.watch("mem://a").await).kind(), ErrorKind::AccessDenied);
    assert_eq!(failure(agent.get_many(&["mem://a"]).await.remove(0)).kind(), ErrorKind::AccessDenied);
    let provenance = agent.explain("mem://a").await.expect("a reference");
    assert_eq!(provenance.failure().expect("denied").kind(), ErrorKind::AccessDenied);
    assert_eq!(memory.calls(), 1);
}

#[tokio::test(start_paused = true)]
async fn kept_absence_is_not_told_to_whom_the_gate_denies_it() {
    let memory = MemorySource::new("mem");
    let hooks = Hooks::none().with_gate(Arc::new(OnlyService));
    let service = built(over(&memory).hooks(hooks).actor(Actor::new("service")));
    failure(service.get("mem://a").await);
    let agent = service.acting_as(Actor::new("agent"));
    assert_eq!(failure(agent.get("mem://a").await).kind(), ErrorKind::AccessDenied);
}

#[tokio::test(start_paused = true)]
async fn who_is_denied_joins_no_fetch() {
    let memory = MemorySource::new("mem").with("mem://a", "value");
    memory.delay(seconds(1));
    let hooks = Hooks::none().with_gate(Arc::new(OnlyService));
    let service = built(over(&memory).hooks(hooks).actor(Actor::new("service")));
    let agent = service.acting_as(Actor::new("agent"));
    let (allowed, denied) = tokio::join!(service.get("mem://a"), agent.get("mem://a"));
    allowed.expect("allowed");
    assert_eq!(failure(denied).kind(), ErrorKind::AccessDenied);
}

#[tokio::test(start_paused = true)]
async fn hits_are_counted_by_actor_and_reported_in_one_event_each() {
    let Fixture { recorder, resolver, .. } = fixture();
    let agent = resolver.acting_as(Actor::new("agent"));
    for _ in 0..5 {
        resolver.get("A").await.expect("allowed");
    }
    for _ in 0..3 {
        agent.get("A").await.expect("allowed");
    }
    assert_eq!(lines(&recorder).len(), 1, "nothing is reported before the flush");
    resolver.flush_hits().await.expect("kept");
    let mut reported = lines(&recorder)[1..].to_vec();
    reported.sort();
    assert_eq!(
        reported,
        [
            "agent read A from mem: done at mem://a x3, cached",
            "service read A from mem: done at mem://a x4, cached"
        ]
    );
    resolver.flush_hits().await.expect("kept");
    assert_eq!(lines(&recorder).len(), 3, "nothing is reported twice");
}

#[tokio::test(start_paused = true)]
async fn those_who_joined_a_fetch_count_as_hits() {
    let Fixture { memory, recorder, resolver, .. } = fixture();
    memory.delay(seconds(1));
    let agent = resolver.acting_as(Actor::new("agent"));
    let (first, second, third) = tokio::join!(resolver.get("A"), agent.get("A"), agent.get("A"));
    assert!(first.is_ok() && second.is_ok() && third.is_ok());
    resolver.flush_hits().await.expect("kept");
    assert_eq!(
        lines(&recorder),
        ["service read A from mem: done at mem://a x1", "agent read A from mem: done at mem://a x2, cached"]
    );
}

#[tokio::test(start_paused = true)]
async fn those_who_joined_an_uncached_fetch_are_recorded_at_once() {
    let memory = MemorySource::new("mem").with("mem://a", "value");
    memory.delay(seconds(1));
    let recorder = Arc::new(RecorderLog::default());
    let hooks = Hooks::none().with_recorder(recorder.clone());
    let resolver = built(exact().source_with("mem", memory, SourcePolicy::default().uncached()).hooks(hooks));
    let (first, second) = tokio::join!(resolver.get("mem://a"), resolver.get("mem://a"));
    assert!(first.is_ok() && second.is_ok());
    assert_eq!(
        lines(&recorder),
        [
            "process read mem://a from mem: done at mem://a x1",
            "process read mem://a from mem: done at mem://a x1, cached"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn hits_of_what_leaves_the_cache_are_reported_as_it_leaves() {
    let leave: [fn(&Resolver); 2] =
        [|resolver| resolver.invalidate("A"), |resolver| resolver.invalidate_all()];
    for leave in leave {
        let Fixture { recorder, resolver, .. } = fixture();
        resolver.get("A").await.expect("allowed");
        resolver.get("A").await.expect("allowed");
        leave(&resolver);
        assert_eq!(lines(&recorder)[1], "service read A from mem: done at mem://a x1, cached");
    }
    let Fixture { recorder, resolver, .. } = fixture();
    resolver.get("A").await.expect("allowed");
    resolver.get("A").await.expect("allowed");
    advance(seconds(300)).await;
    resolver.get("A").await.expect("allowed");
    assert_eq!(
        lines(&recorder).iter().map(|line| line.ends_with("cached")).collect::<Vec<_>>(),
        [false, false, true]
    );
    drop(resolver);
    assert_eq!(lines(&recorder).len(), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_access_is_recorded_once_whatever_happens_meanwhile() {
    let Fixture { recorder, resolver, .. } = fixture();
    let mut callers = Vec::new();
    for number in 0..6 {
        let resolver = resolver.acting_as(Actor::new(format!("caller {number}")));
        callers.push(tokio::spawn(async move {
            for round in 0..1000 {
                match round % 50 {
                    10 => resolver.invalidate("A"),
                    20 => resolver.invalidate_all(),
                    30 => resolver.flush_hits().await.expect("kept"),
                    _ => {}
                }
                let read =
                    if round % 50 == 40 { resolver.refresh_now("A").await } else { resolver.get("A").await };
                read.expect("held");
            }
        }));
    }
    for caller in callers {
        caller.await.expect("no panic");
    }
    drop(resolver);
    assert_eq!(recorder.events().iter().map(|event| event.count).sum::<u64>(), 6000);
}

#[tokio::test(start_paused = true)]
async fn a_resolver_that_is_dropped_reports_its_hits() {
    let Fixture { recorder, resolver, .. } = fixture();
    for _ in 0..4 {
        resolver.get("A").await.expect("allowed");
    }
    drop(resolver);
    assert_eq!(lines(&recorder)[1], "service read A from mem: done at mem://a x3, cached");
}

/// Loses what it is told to lose.
#[derive(Debug, Default)]
struct Moody {
    log: RecorderLog,
    loses_hits: Mutex<bool>,
}

impl Recorder for Moody {
    fn record(&self, event: Event) -> Receipt {
        let loses = event.cached && *self.loses_hits.lock().expect("no panic holds it");
        if loses { Receipt::lost() } else { self.log.record(event) }
    }
}

#[tokio::test(start_paused = true)]
async fn a_report_that_is_lost_is_told_and_tried_again() {
    let memory = MemorySource::new("mem").with("mem://a", "value");
    let recorder = Arc::new(Moody::default());
    let resolver = built(over(&memory).hooks(Hooks::none().with_recorder(recorder.clone())));
    for _ in 0..4 {
        resolver.get("mem://a").await.expect("held");
    }
    *recorder.loses_hits.lock().expect("no panic holds it") = true;
    let error = failure(resolver.flush_hits().await);
    assert_eq!(error.to_string(), "mem://a: access could not be recorded, so it is refused by the resolver");
    resolver.get("mem://a").await.expect("held");
    *recorder.loses_hits.lock().expect("no panic holds it") = false;
    resolver.flush_hits().await.expect("kept");
    assert_eq!(lines(&recorder.log)[1..], ["process read mem://a from mem: done at mem://a x4, cached"]);
}

#[tokio::test(start_paused = true)]
async fn a_failed_read_is_recorded_and_a_stale_answer_to_it_is_a_hit() {
    let memory = MemorySource::new("mem").with("mem://a", "value");
    let recorder = Arc::new(RecorderLog::default());
    let policy = CachePolicy::default().with_max_stale(seconds(600));
    let resolver = built(over(&memory).cache(policy).hooks(Hooks::none().with_recorder(recorder.clone())));
    resolver.get("mem://a").await.expect("held");
    memory.fail_always(ErrorKind::Unavailable);
    advance(seconds(300)).await;
    assert_is(&resolver.get("mem://a").await.expect("stale"), "value");
    resolver.flush_hits().await.expect("kept");
    assert_eq!(
        lines(&recorder),
        [
            "process read mem://a from mem: done at mem://a x1",
            "process read mem://a from mem: unavailable at mem://a x1",
            "process read mem://a from mem: done at mem://a x1, cached"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn explaining_is_recorded_as_a_read() {
    let Fixture { recorder, resolver, .. } = fixture();
    resolver.explain("A").await.expect("a name");
    assert_eq!(lines(&recorder), ["service read A from mem: done at mem://a x1"]);
}

/// Looks at the moment of the lesson whether the record was made.
#[derive(Debug)]
struct Order(Arc<RecorderLog>, Mutex<Vec<usize>>);

impl reticent_core::hooks::Masker for Order {
    fn learn(&self, _: &str, _: &Secret) {
        self.1.lock().expect("no panic holds it").push(self.0.events().len());
    }
}

#[tokio::test(start_paused = true)]
async fn a_value_is_recorded_and_learned_once_before_anybody_has_it() {
    let memory = MemorySource::new("mem").with("mem://a", "value");
    let recorder = Arc::new(RecorderLog::default());
    let order = Arc::new(Order(recorder.clone(), Mutex::default()));
    let hooks = Hooks::none().with_recorder(recorder).with_masker(order.clone());
    let resolver = built(over(&memory).hooks(hooks));
    let (first, second) = tokio::join!(resolver.get("mem://a"), resolver.get("mem://a"));
    assert!(first.is_ok() && second.is_ok());
    resolver.get("mem://a").await.expect("kept");
    assert_eq!(*order.1.lock().expect("no panic holds it"), [1]);
}
