//! Vectors of stored keyrings.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use futures_util::FutureExt as _;
use reticent_core::ManualClock;
use serde_json::{Value, json};

use super::{Vectors, key, text_of, with};
use crate::random::seeded;
use crate::{Keyring, KeyringFile, LocalWrap, State};

const KEEPER: &str = "env:KEYRING_KEY";

pub(super) fn keeper() -> LocalWrap {
    LocalWrap::new(KEEPER, key("keeper"))
}

pub(super) fn file() -> KeyringFile {
    let clock = ManualClock::at(SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000));
    let mut keyring = Keyring::new().with_clock(Arc::new(clock.clone()));
    for id in ["k1", "k2", "k3", "k4"] {
        keyring.stage(id.parse().expect("an identifier"), key(id)).expect("new");
        clock.advance(Duration::from_secs(1));
    }
    for (id, state) in [("k1", State::Retired), ("k2", State::Primary), ("k3", State::Primary)] {
        keyring.set_state(&id.parse().expect("an identifier"), state).expect("allowed");
    }
    keyring.destroy_unproved(&"k1".parse().expect("an identifier")).expect("retired");
    let made = seeded::with("keyring", || KeyringFile::new("api-keys", keyring, &keeper()).now_or_never());
    made.expect("at once").expect("seeded")
}

pub(super) fn bytes() -> Vec<u8> {
    seeded::with("file", || file().to_bytes()).expect("seeded")
}

pub(super) fn vectors() -> Vectors {
    let mut all = Vectors::new();
    let text = String::from_utf8(bytes()).expect("JSON");
    let valid = json!({
        "about": "a keyring", "keeper": {"id": KEEPER, "key": text_of(&key("keeper"))}, "file": text,
        "result": "opens", "states": {"k1": "destroyed", "k2": "accepted", "k3": "primary", "k4": "staged"},
    });
    all.insert("valid", valid.clone());
    let mut note = |name, about: &str, fields: Value| {
        all.insert(name, with(&valid, with(&fields, json!({"about": about, "result": "malformed"}))));
    };
    changes(&mut note, &text);
    forgeries(&mut note);
    let keeper = json!({"keeper": {"id": KEEPER, "key": text_of(&key("another"))}});
    note("keeper-key", "of another key-encryption key", keeper);
    let keeper = json!({"keeper": {"id": "env:OTHER", "key": text_of(&key("keeper"))}});
    note("keeper-id", "of a key-encryption key of another name", keeper);
    all
}

/// Changes that its MAC shows, or its form.
fn changes(note: &mut dyn FnMut(&'static str, &str, Value), text: &str) {
    for (name, about, from, to) in [
        ("changed-schema", "of another version", "keyring/1", "keyring/2"),
        ("changed-name", "with another name", "\"name\": \"api-keys\"", "\"name\": \"api-key\""),
        ("changed-generation", "of another generation", "\"generation\": 8", "\"generation\": 9"),
        ("changed-wrap-key", "with another name of what wraps it", KEEPER, "env:OTHER"),
        ("changed-state", "with a key in another state", "\"accepted\"", "\"primary\""),
        ("changed-id", "with a key of another identifier", "\"id\": \"k4\"", "\"id\": \"k5\""),
        (
            "changed-created",
            "with another time of making",
            "\"created\": 1700000001",
            "\"created\": 1700000000",
        ),
        (
            "changed-changed",
            "with another time of change",
            "\"changed\": 1700000004",
            "\"changed\": 1700000003",
        ),
        ("changed-mac", "with another MAC", "\"mac\": \"", "\"mac\": \"AA"),
        ("form-unknown-field", "with a field more", "{\n  \"schema\"", "{\n  \"more\": 1,\n  \"schema\""),
        (
            "form-field-twice",
            "with a field twice",
            "{\n  \"schema\"",
            "{\n  \"generation\": 8,\n  \"schema\"",
        ),
        ("form-text-behind", "with text behind it", "\n}\n", "\n}\n{}\n"),
    ] {
        let changed = text.replacen(from, to, 1);
        assert_ne!(changed, text, "{name}");
        note(name, about, json!({"file": changed}));
    }
    let (cut, _) = text.split_at(text.len() / 2);
    note("cut", "cut in its middle", json!({"file": cut}));
    note("form-nothing", "of no bytes", json!({"file": ""}));
    let without =
        text.split_once(",\n  \"mac\"").map(|(before, _)| format!("{before}\n}}\n")).expect("a MAC");
    note("form-no-mac", "without its MAC", json!({"file": without}));
}

/// What whoever has the covering key could write, whose MAC is right.
fn forgeries(note: &mut dyn FnMut(&'static str, &str, Value)) {
    let mut forged = |name, about: &str, change: &dyn Fn(&mut [Value])| {
        let change = |document: &mut Value| change(document["keys"].as_array_mut().expect("keys"));
        let bytes = seeded::with("file", || file().forged(change));
        note(name, about, json!({"file": String::from_utf8(bytes).expect("JSON")}));
    };
    forged("forged-two-primaries", "with two keys that encrypt", &|keys| keys[1]["state"] = json!("primary"));
    forged("forged-state", "with a state that there is not", &|keys| keys[1]["state"] = json!("active"));
    forged("forged-id-twice", "with an identifier twice", &|keys| keys[1] = keys[2].clone());
    forged("forged-id", "with an identifier that is none", &|keys| keys[0]["id"] = json!("K1"));
    forged("forged-check", "with the check value of another key", &|keys| {
        keys[1]["check"] = keys[2]["check"].clone();
    });
    forged("forged-check-form", "with a check value of a sign and seven digits", &|keys| {
        keys[1]["check"] = json!("+1234567");
    });
    forged("forged-no-key", "without a key that is not destroyed", &|keys| {
        keys[1].as_object_mut().expect("a record").remove("sealed");
    });
    forged("forged-destroyed-key", "with a key that is destroyed", &|keys| {
        keys[1]["state"] = json!("destroyed");
    });
    forged("forged-keys-swapped", "with two keys in each other's place", &|keys| {
        let (one, other) = (keys[1]["sealed"].clone(), keys[2]["sealed"].clone());
        (keys[1]["sealed"], keys[2]["sealed"]) = (other, one);
    });
}
