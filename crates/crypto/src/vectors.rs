//! The vectors of our formats, made anew and compared with the files that are kept; `RETICENT_WRITE_VECTORS=1` writes
//! them.
//!
//! Each file but the valid ones has one failure. The tests of the public interface read the folders as they are.

mod examples;
mod fernet;
mod keyring;
mod rt1;
mod rtc1;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::key::Key;
use crate::random::seeded;

/// The name of a file, without its ending, and what is in it.
type Vectors = BTreeMap<&'static str, Value>;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

fn key(name: &str) -> Key {
    seeded::with(name, Key::generate).expect("seeded")
}

fn text_of(key: &Key) -> String {
    #[expect(clippy::disallowed_methods, reason = "a vector shows its key")]
    key.to_text().expose_text().expect("text").to_owned()
}

fn hex(bytes: impl AsRef<[u8]>) -> String {
    bytes.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Adds fields to a vector, or replaces them.
fn with(vector: &Value, fields: Value) -> Value {
    let (mut vector, Value::Object(fields)) = (vector.clone(), fields) else {
        panic!("fields are an object")
    };
    vector.as_object_mut().expect("a vector is an object").extend(fields);
    vector
}

fn check(name: &str, made: &Vectors) {
    let folder = folder(name);
    let rendered = |value: &Value| serde_json::to_string_pretty(value).expect("JSON") + "\n";
    let made: BTreeMap<String, String> =
        made.iter().map(|(name, value)| (format!("{name}.json"), rendered(value))).collect();
    if std::env::var_os("RETICENT_WRITE_VECTORS").is_some() {
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).expect("a folder");
        made.iter().for_each(|(name, text)| std::fs::write(folder.join(name), text).expect("room"));
    }
    let kept = std::fs::read_dir(&folder).expect("a folder").map(|entry| {
        let entry = entry.expect("an entry");
        let name = entry.file_name().into_string().expect("text");
        (name, std::fs::read_to_string(entry.path()).expect("text"))
    });
    let kept: BTreeMap<String, String> = kept.collect();
    assert_eq!(made.keys().collect::<Vec<_>>(), kept.keys().collect::<Vec<_>>(), "the files of {name}");
    for (name, text) in made {
        assert!(kept[&name] == text, "{name} is not what is made anew");
    }
}

#[test]
fn the_kept_vectors_are_those_that_are_made_anew() {
    check("fernet", &fernet::vectors());
    check("rt1", &rt1::vectors());
    check("rtc1", &rtc1::vectors());
    check("keyring", &keyring::vectors());
}

/// What a vector of a sealed value or file says of its keys.
fn keys_of(keys: &[(&str, &Key, &str)]) -> Value {
    keys.iter().map(|(id, key, state)| json!({"id": id, "key": text_of(key), "state": state})).collect()
}
