//! The suite's own test: the correct source breaks no law, and each planted defect breaks exactly the law that was
//! written for it.

mod defect;
mod host;
mod read;
mod source;
mod write;

use std::collections::BTreeSet;
use std::sync::Arc;

use defect::Defect;
use host::Host;
use reticent_core::Secret;
use reticent_testkit::{MemoryHarness, MemorySource, Verdict, cases, judge};
use source::Faulty;

/// What the faulty source authenticates with.
const CREDENTIAL: &str = "token-5d41402abc4b2a76b9719d91";

fn harness(defect: Option<Defect>) -> MemoryHarness {
    let host = Arc::new(Host::default());
    let harness = MemoryHarness::new("faulty")
        .with_credential(Secret::copy_of(CREDENTIAL.as_bytes()))
        .with_stranger(host.clone());
    match defect {
        Some(defect) => harness.with_everything(|memory| {
            host.lures_from(memory);
            Faulty::new(memory, defect, &host)
        }),
        None => harness.with_everything(|memory| {
            host.lures_from(memory);
            memory.clone()
        }),
    }
}

async fn broken_laws(defect: Option<Defect>) -> BTreeSet<&'static str> {
    let mut broken = BTreeSet::new();
    for case in cases::iter() {
        match judge(&harness(defect), case.name()).await {
            Verdict::Passed => {}
            Verdict::Broken(_) => {
                broken.insert(case.name());
            }
            Verdict::NotApplicable { reason } => panic!("{} does not apply: {reason}", case.name()),
        }
    }
    broken
}

#[tokio::test(start_paused = true)]
async fn the_correct_source_breaks_no_law() {
    assert_eq!(broken_laws(None).await, BTreeSet::new());
}

#[tokio::test(start_paused = true)]
async fn each_defect_breaks_its_own_law_alone() {
    let mut broken = Vec::new();
    for (defect, _) in Defect::TABLE {
        broken.push((*defect, broken_laws(Some(*defect)).await));
    }
    let want = Defect::TABLE.iter().map(|(defect, law)| (*defect, BTreeSet::from([*law])));
    let (broken, want): (Vec<_>, Vec<_>) =
        broken.into_iter().zip(want).filter(|(broken, want)| broken != want).unzip();
    assert_eq!(broken, want);
}

#[test]
fn every_law_is_broken_by_some_defect() {
    let broken: BTreeSet<&str> = Defect::TABLE.iter().map(|(_, law)| *law).collect();
    let all: BTreeSet<&str> = cases::iter().map(cases::Case::name).collect();
    assert_eq!(broken, all);
}

#[tokio::test(start_paused = true)]
async fn what_is_lacking_needs_a_reason_and_what_is_there_none() {
    use reticent_testkit::Part;

    let verdict = |harness: MemoryHarness, law: &'static str| async move { judge(&harness, law).await };
    let read_only = || MemoryHarness::wrapping("mem", MemorySource::clone);
    let Verdict::Broken(how) = verdict(read_only(), "write::put_then_get").await else {
        panic!("a sink is missing, and nobody says why");
    };
    assert_eq!(how.to_string(), "the harness has no Sink, and gives no reason in lacks()");
    let excused = read_only().lacking(Part::Sink, "it is read-only");
    let want = Verdict::NotApplicable { reason: "it is read-only" };
    assert_eq!(verdict(excused, "write::put_then_get").await, want);
    let lying = MemoryHarness::new("mem").lacking(Part::Sink, "it is read-only");
    let Verdict::Broken(how) = verdict(lying, "write::put_then_get").await else {
        panic!("a sink is there, and declared lacking");
    };
    assert_eq!(how.to_string(), "the harness declares Sink lacking, and has it");
    assert!(matches!(verdict(read_only(), "write::no_such_law").await, Verdict::Broken(_)));
}

#[test]
#[should_panic(expected = "a run of no laws proves nothing")]
fn a_run_of_no_laws_is_a_failure() {
    reticent_testkit::instantiated(&[]);
}

#[test]
#[should_panic(expected = "is in cases::ALL and not in the macro")]
fn a_law_that_is_not_run_is_a_failure() {
    reticent_testkit::instantiated(&["read::present_value_round_trips"]);
}
