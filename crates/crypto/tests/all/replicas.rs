//! What replicas report of a keyring, and how reports are kept.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use futures_util::FutureExt as _;
use proptest::prelude::*;
use reticent_core::{Clock, ErrorKind, SourceError};
use reticent_crypto::{Error, Key, KeyId, Keyring, ReplicaFolder, ReplicaId, Replicas, Report, State};

fn key() -> Key {
    Key::generate().expect("randomness")
}

fn id(text: &str) -> KeyId {
    text.parse().expect("an identifier")
}

fn replica(text: &str) -> ReplicaId {
    text.parse().expect("a name")
}

fn keyring() -> Keyring {
    Keyring::of(id("k1"), key()).expect("random")
}

/// Who has which keys, as the reports of a folder tell.
fn reports(folder: &ReplicaFolder) -> Result<Vec<Report>, SourceError> {
    folder.reports().now_or_never().expect("at once")
}

fn report(folder: &ReplicaFolder, report: &Report) -> Result<(), SourceError> {
    folder.report(report).now_or_never().expect("at once")
}

fn forget(folder: &ReplicaFolder, name: &str) -> Result<(), SourceError> {
    folder.forget(&replica(name)).now_or_never().expect("at once")
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("it is there").permissions().mode() & 0o7777
}

#[derive(Debug)]
struct Fixed;

impl Clock for Fixed {
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_000)
    }
}

#[test]
fn a_report_names_the_keys_that_decrypt_there_and_the_one_that_encrypts() {
    let mut keyring = keyring();
    for (name, states) in [
        ("staged", &[][..]),
        ("accepted", &[State::Suspended, State::Accepted]),
        ("suspended", &[State::Suspended]),
        ("retired", &[State::Retired]),
        ("compromised", &[State::Compromised]),
    ] {
        keyring.stage(id(name), key()).expect("new");
        states.iter().for_each(|state| keyring.set_state(&id(name), *state).expect("allowed"));
    }
    let report = Report::of(replica("web-1"), &keyring.clone().with_clock(Arc::new(Fixed)));
    let has = keyring.entries().filter(|entry| report.has(entry)).map(|entry| entry.id().as_str());
    assert_eq!(has.collect::<Vec<_>>(), ["k1", "staged", "accepted"]);
    assert_eq!(report.primary(), Some(&id("k1")));
    assert_eq!((report.generation(), report.at()), (keyring.generation(), 1_000));
    assert_eq!(Report::parse(replica("web-1"), &report.to_bytes()), Ok(report));
}

#[test]
fn another_key_of_the_same_identifier_is_not_the_one_that_was_reported() {
    let (mut here, mut there) = (keyring(), keyring());
    here.stage(id("k2"), key()).expect("new");
    there.stage(id("k2"), key()).expect("new");
    assert_eq!(here.generation(), there.generation(), "the number alone does not tell");
    let report = Report::of(replica("web-1"), &there);
    assert!(here.entries().all(|entry| !report.has(entry)));
    assert!(there.entries().all(|entry| report.has(entry)));
}

#[test]
fn a_folder_keeps_the_last_report_of_each_replica() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("replicas");
    let replicas = ReplicaFolder::new(&path);
    assert_eq!(reports(&replicas).expect("none yet"), []);
    assert!(!path.exists(), "a look makes no folder");

    let mut keyring = keyring();
    let first = Report::of(replica("web-2"), &keyring);
    report(&replicas, &first).expect("written");
    assert_eq!((mode(&path), mode(&path.join("web-2.json"))), (0o700, 0o644));
    keyring.stage(id("k2"), key()).expect("new");
    let (second, other) = (Report::of(replica("web-2"), &keyring), Report::of(replica("WEB.1"), &keyring));
    report(&replicas, &second).expect("written");
    report(&replicas, &other).expect("written");
    // What somebody else keeps there is no report.
    fs::write(path.join("README"), "not a report").expect("a file");
    fs::write(path.join(".web-3.json.reticent-new"), "{").expect("a file");
    assert_eq!(reports(&replicas).expect("readable"), [other.clone(), second]);

    forget(&replicas, "web-2").expect("it was there");
    assert_eq!(forget(&replicas, "web-2").expect_err("it is gone").kind(), ErrorKind::NotFound);
    assert_eq!(reports(&replicas).expect("readable"), [other]);
}

#[test]
fn a_report_that_cannot_be_read_is_not_passed_over() {
    let folder = tempfile::tempdir().expect("a folder");
    let replicas = ReplicaFolder::new(folder.path());
    let fine = Report::of(replica("web-1"), &keyring()).to_bytes();
    let fine = String::from_utf8(fine).expect("JSON");
    report(&replicas, &Report::of(replica("web-1"), &keyring())).expect("written");
    for broken in [
        String::new(),
        fine[..fine.len() / 2].to_owned(),
        fine.replace("replica/1", "replica/2"),
        fine.replace("\"k1\"", "\"K1\""),
        fine.replace("\"k1\":\"", "\"k1\":\"x"),
        fine.replace("\"at\"", "\"when\""),
    ] {
        fs::write(folder.path().join("web-2.json"), &broken).expect("a file");
        let error = reports(&replicas).expect_err("one is broken");
        assert_eq!(error.kind(), ErrorKind::Malformed, "{broken}");
        assert!(error.key().is_some_and(|key| key.ends_with("/web-2.json")), "{error}");
    }
    fs::write(folder.path().join("web-2.json"), fine.replace("\"at\"", "\"later\":[1],\"at\""))
        .expect("a file");
    assert_eq!(reports(&replicas).expect("a later version may say more").len(), 2);
    forget(&replicas, "web-2").expect("what cannot be read can be forgotten");
}

#[test]
fn a_name_stays_within_its_folder() {
    for name in ["a", "web-1", "WEB.example_2", "7f9c", &"x".repeat(128)] {
        assert_eq!(name.parse::<ReplicaId>().map(|name| name.to_string()), Ok(name.to_owned()));
    }
    for name in ["", ".", "..", ".web", "-web", "a/b", "../a", "a b", "a\0", "a\n", "ä", &"x".repeat(129)] {
        assert_eq!(name.parse::<ReplicaId>(), Err(Error::ReplicaName), "{name:?}");
    }
}

proptest! {
    #[test]
    fn no_report_makes_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        prop_assert_eq!(Report::parse(replica("web-1"), &bytes), Err(Error::Malformed));
    }
}

#[test]
fn the_example_of_a_report_is_read_and_written_as_it_stands() {
    let document = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/formats/keyring.md");
    let text = fs::read_to_string(document).expect("the document");
    let (_, rest) = text.split_once("```json\n").expect("an example");
    let (shown, _) = rest.split_once("```").expect("its end");
    let report = Report::parse(replica("web-1"), shown.as_bytes()).expect("a report");
    assert_eq!(String::from_utf8(report.to_bytes()).expect("JSON"), shown);
}
