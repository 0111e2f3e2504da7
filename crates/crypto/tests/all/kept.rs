//! Our own vectors, read as the folders that they are: one failure in each file.

use std::io::Read as _;
use std::path::Path;
use std::time::Duration;

use futures_util::FutureExt as _;
use reticent_core::{ErrorKind, Secret};
use reticent_crypto::{
    Compat, Context, Error, Fernet, Key, KeyId, Keyring, KeyringFile, LocalWrap, Sealer, State,
};
use serde_json::Value;

/// Every vector of a folder, with the name of its file.
pub(crate) fn vectors(folder: &str) -> Vec<(String, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(folder);
    let read = |entry: std::io::Result<std::fs::DirEntry>| {
        let path = entry.expect("an entry").path();
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        (name, serde_json::from_slice(&std::fs::read(&path).expect("readable")).expect("JSON"))
    };
    let all: Vec<_> = std::fs::read_dir(folder).expect("a folder").map(read).collect();
    assert!(all.len() > 20, "a folder of few vectors proves little");
    all
}

fn text<'v>(vector: &'v Value, name: &str) -> &'v str {
    vector[name].as_str().unwrap_or_else(|| panic!("{name} is text"))
}

fn bytes(vector: &Value, name: &str) -> Vec<u8> {
    let digits = text(vector, name).as_bytes().chunks(2);
    digits
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).expect("text"), 16).expect("hex"))
        .collect()
}

fn key(text: &str) -> Key {
    Key::parse(&Secret::copy_of(text.as_bytes())).expect("a key")
}

fn assert_is(found: Result<Secret, Error>, vector: &Value, want: &str, name: &str) {
    match found {
        Ok(secret) => {
            assert_eq!(want, "opens", "{name}");
            assert!(secret.ct_eq(&Secret::copy_of(&bytes(vector, "plaintext"))), "{name}");
        }
        Err(error) => assert_eq!(called(&error), want, "{name}"),
    }
}

fn called(error: &Error) -> &'static str {
    match error {
        Error::NotAuthentic => "not authentic",
        Error::Malformed => "malformed",
        Error::UnknownKey(_) => "unknown key",
        Error::KeyUnusable { .. } => "key unusable",
        other => panic!("no vector fails so: {other}"),
    }
}

#[test]
fn every_token_is_taken_as_its_vector_says() {
    for (name, vector) in vectors("fernet") {
        let secret = Secret::copy_of(text(&vector, "key").as_bytes());
        for (way, compat) in [("strict", Compat::Strict), ("python", Compat::Python)] {
            let fernet = Fernet::new(&secret).expect("a key").with_compat(compat);
            let token = text(&vector, "token");
            let found = match vector["ttl"].as_u64() {
                Some(ttl) => {
                    let now = vector["now"].as_u64().expect("a time");
                    fernet.decrypt_at_time(token, Duration::from_secs(ttl), now)
                }
                None => fernet.decrypt(token),
            };
            if found.is_ok() {
                assert_eq!(fernet.extract_timestamp(token).ok(), vector["timestamp"].as_u64(), "{name}");
            }
            assert_is(found, &vector, text(&vector, way), &format!("{name}, {way}"));
        }
    }
}

/// Another key encrypts wherever the vector's keys do not.
fn sealer(vector: &Value) -> Sealer {
    let mut keyring = Keyring::new();
    for record in vector["keys"].as_array().expect("keys") {
        let id: KeyId = text(record, "id").parse().expect("an identifier");
        keyring.stage(id.clone(), key(text(record, "key"))).expect("new");
        let steps: &[State] = match text(record, "state") {
            "staged" => &[],
            "primary" => &[State::Primary],
            "accepted" => &[State::Suspended, State::Accepted],
            "suspended" => &[State::Suspended],
            "retired" => &[State::Retired],
            "compromised" => &[State::Compromised],
            "destroyed" => {
                keyring.set_state(&id, State::Retired).expect("allowed");
                keyring.destroy_unproved(&id).expect("retired");
                continue;
            }
            other => panic!("{other} is no state"),
        };
        steps.iter().for_each(|step| keyring.set_state(&id, *step).expect("allowed"));
    }
    Sealer::new(keyring)
}

fn context(vector: &Value) -> Context {
    let pairs = vector["context"]["pairs"].as_object().expect("pairs");
    pairs.iter().fold(Context::new(text(&vector["context"], "purpose")), |context, (name, value)| {
        context.with(name, value.as_str().expect("text"))
    })
}

#[test]
fn every_value_is_taken_as_its_vector_says() {
    for (name, vector) in vectors("rt1") {
        let found = sealer(&vector).open(&context(&vector), text(&vector, "text"));
        assert_is(found, &vector, text(&vector, "result"), &name);
    }
}

#[test]
fn every_file_is_taken_as_its_vector_says() {
    for (name, vector) in vectors("rtc1") {
        let (sealer, file, mut plaintext) = (sealer(&vector), bytes(&vector, "file"), Vec::new());
        let found = sealer
            .decryptor(&context(&vector), &file[..])
            .and_then(|mut decryptor| decryptor.read_to_end(&mut plaintext))
            .map_err(|error| error.get_ref().and_then(|inner| inner.downcast_ref()).cloned().expect("ours"));
        assert_is(found.map(|_| Secret::from_vec(plaintext)), &vector, text(&vector, "result"), &name);
    }
}

#[test]
fn every_keyring_is_taken_as_its_vector_says() {
    for (name, vector) in vectors("keyring") {
        let keeper = LocalWrap::new(text(&vector["keeper"], "id"), key(text(&vector["keeper"], "key")));
        let file = text(&vector, "file").as_bytes();
        match KeyringFile::read(file, &keeper).now_or_never().expect("at once") {
            Ok(read) => {
                assert_eq!(text(&vector, "result"), "opens", "{name}");
                let states: serde_json::Map<_, _> = read
                    .keyring()
                    .entries()
                    .map(|entry| (entry.id().to_string(), entry.state().to_string().into()))
                    .collect();
                assert_eq!(Value::Object(states), vector["states"], "{name}");
            }
            Err(error) => {
                assert_eq!(
                    (text(&vector, "result"), error.kind()),
                    ("malformed", ErrorKind::Malformed),
                    "{name}"
                );
            }
        }
    }
}
