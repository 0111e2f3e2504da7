//! A program that keeps a keyring: what it reports, and when it reads the keyring again.

use std::fs;
use std::time::Duration;

use reticent::core::ErrorKind;
use reticent::crypto::{Key, KeyId, Keyring, Replicas as _, Report};
use reticent::files::Place;
use reticent::setup::{Replica, Setup};

use crate::scene::{Scene, block_on, key};

fn new() -> Key {
    Key::generate().expect("randomness")
}

fn id(text: &str) -> KeyId {
    text.parse().expect("an identifier")
}

/// A folder with a keyring of one key.
fn with_keyring() -> Scene {
    let scene = Scene::new(&format!("KEYRING_KEY={}\n", key()));
    let keyring = Keyring::of(id("k1"), new()).expect("random");
    block_on(scene.setup().keyrings().create(keyring)).expect("a keyring");
    scene
}

fn replica() -> Replica {
    Replica::new("web-1".parse().expect("a name"))
}

/// The identifiers of the keyring, if it is another than at the last time.
fn refreshed(replica: &mut Replica, setup: &Setup) -> Option<Vec<String>> {
    let keyring = block_on(replica.refresh(&setup.keyrings())).expect("a keyring");
    keyring.map(|keyring| keyring.entries().map(|entry| entry.id().to_string()).collect())
}

fn reported(setup: &Setup) -> Vec<Report> {
    block_on(setup.keyrings().replicas().reports()).expect("readable")
}

fn stage(setup: &Setup, name: &str) {
    let mut stored = block_on(setup.keyrings().open_to_change()).expect("a keyring");
    stored.keyring_mut().stage(id(name), new()).expect("new");
    stored.save().expect("it is written");
}

#[test]
fn a_replica_reports_what_it_has_read_and_reads_again_what_has_moved() {
    let scene = with_keyring();
    let setup = scene.setup();
    let mut replica = replica();
    assert_eq!(refreshed(&mut replica, &setup), Some(vec!["k1".to_owned()]));
    assert_eq!(refreshed(&mut replica, &setup), None, "nothing has moved");
    stage(&setup, "k2");
    let keyring = block_on(setup.keyrings().open()).expect("a keyring");
    let has = |report: &Report| keyring.entries().map(|entry| report.has(entry)).collect::<Vec<_>>();
    assert_eq!(has(&reported(&setup)[0]), [true, false]);
    assert_eq!(refreshed(&mut replica, &setup), Some(vec!["k1".to_owned(), "k2".to_owned()]));
    let reports = reported(&setup);
    assert_eq!((reports.len(), reports[0].replica().as_str()), (1, "web-1"));
    assert_eq!((has(&reports[0]), reports[0].generation()), (vec![true, true], keyring.generation()));
    block_on(replica.leave(&setup.keyrings())).expect("it reported");
    assert_eq!(reported(&setup), []);
}

#[test]
fn reports_are_kept_where_the_configuration_says() {
    let scene = with_keyring();
    let setup = scene.setup_with("[keyring]\nreplicas = \"shared\"\n");
    let mut replica = replica();
    refreshed(&mut replica, &setup);
    assert_eq!((reported(&setup).len(), reported(&scene.setup()).len()), (1, 0));
    assert!(scene.0.path().join("shared/web-1.json").exists());
}

#[test]
fn a_replica_that_cannot_report_gets_no_keyring() {
    let scene = with_keyring();
    let setup = scene.setup();
    // A file stands where the folder of reports would be.
    fs::write(scene.0.path().join(".reticent/keyring.json.replicas"), "").expect("a file");
    let error = block_on(replica().refresh(&setup.keyrings())).expect_err("no report");
    assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
}

#[test]
fn a_keyring_that_cannot_be_read_any_more_leaves_the_report_as_it_was() {
    let scene = with_keyring();
    let setup = scene.setup();
    let mut replica = replica();
    refreshed(&mut replica, &setup);
    let before = reported(&setup);
    fs::write(scene.0.path().join(".reticent/keyring.json"), "{").expect("a file");
    let error = block_on(replica.refresh(&setup.keyrings())).expect_err("no keyring");
    assert_eq!(error.kind(), ErrorKind::Malformed);
    assert_eq!(reported(&setup), before);
}

#[test]
fn the_keys_of_a_variable_are_handed_over_and_not_reported() {
    let scene = Scene::new(&format!("ENCRYPTION_KEY=k1:{}\n", key()));
    let setup = scene.setup();
    let mut replica = replica();
    for _ in 0..2 {
        assert_eq!(refreshed(&mut replica, &setup), Some(vec!["k1".to_owned()]));
    }
    assert_eq!(reported(&setup), []);
    assert!(!scene.0.path().join(".reticent").exists());
    block_on(replica.leave(&setup.keyrings())).expect("nothing to take away");
}

#[test]
fn no_replica_misses_a_change_between_its_reading_and_its_report() {
    let scene = with_keyring();
    let folder = scene.0.path().join(".reticent/keyring.json.replicas");
    fs::create_dir(&folder).expect("a folder");
    // Who writes into the folder of reports lets the replica wait there, with the keyring read.
    let held = Place::of(&folder.join("other.json")).expect("a place");
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| refreshed(&mut replica(), &scene.setup()));
        std::thread::sleep(Duration::from_millis(200));
        assert!(!waiting.is_finished(), "it waits for the folder");
        stage(&scene.setup(), "k2");
        drop(held);
        let has = waiting.join().expect("no panic");
        assert_eq!(has, Some(vec!["k1".to_owned(), "k2".to_owned()]));
    });
    let keyring = block_on(scene.setup().keyrings().open()).expect("a keyring");
    let reports = reported(&scene.setup());
    assert!(keyring.entries().all(|entry| reports[0].has(entry)));
}
