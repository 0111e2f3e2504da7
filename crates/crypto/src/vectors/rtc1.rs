//! Vectors of sealed files.

use std::io::Write as _;

use serde_json::{Value, json};

use super::rt1::{context, context_of};
use super::{Vectors, hex, key, keys_of, with};
use crate::chunked::{CHUNK, HEAD, TAG};
use crate::random::seeded;
use crate::stream::Encryptor;

/// `RTC1`, the length of the identifier, and the identifier `k1`.
const START: usize = 7;

pub(super) fn sealed(plaintext: &[u8]) -> Vec<u8> {
    let id = "k1".parse().expect("an identifier");
    let encryptor = seeded::with("rtc1", || Encryptor::new(&key("rtc1"), &id, &context(), Vec::new()));
    let mut encryptor = encryptor.expect("a vector");
    encryptor.write_all(plaintext).expect("a vector");
    encryptor.finish().expect("a vector")
}

pub(super) fn vectors() -> Vectors {
    let mut all = Vectors::new();
    let good = sealed(b"a value");
    let valid = json!({
        "about": "a file", "file": hex(&good), "keys": keys_of(&[("k1", &key("rtc1"), "primary")]),
        "context": context_of("api_keys", "42"), "result": "opens", "plaintext": hex("a value"),
    });
    all.insert("valid", valid.clone());
    let mut note = |name, about: &str, fields: Value, result: &str| {
        all.insert(name, with(&valid, with(&fields, json!({"about": about, "result": result}))));
    };
    let file = |bytes: &[u8]| json!({"file": hex(bytes)});
    note("valid-empty", "an empty file", json!({"file": hex(sealed(b"")), "plaintext": ""}), "opens");
    let whole = sealed(&[b'a'; CHUNK]);
    let fields = json!({"file": hex(&whole), "plaintext": hex([b'a'; CHUNK])});
    note("valid-whole-chunk", "a file whose last chunk is empty", fields, "opens");

    starts(&mut note, &good);
    for (name, about, at) in [
        ("changed-salt", "with a bit of its salt changed", START),
        ("changed-commitment", "with a bit of its commitment changed", START + HEAD - 1),
        ("changed-text", "with a bit of its ciphertext changed", START + HEAD),
        ("changed-tag", "with a bit of its tag changed", good.len() - 1),
    ] {
        let mut bytes = good.clone();
        bytes[at] ^= 1;
        note(name, about, file(&bytes), "not authentic");
    }
    note("cut", "without its last byte", file(&good[..good.len() - 1]), "not authentic");
    note("cut-to-head", "without any chunk", file(&good[..START + HEAD]), "not authentic");
    note("longer", "with a byte behind it", file(&[&good[..], &[0]].concat()), "not authentic");
    note("cut-at-chunk", "without its last chunk", file(&whole[..whole.len() - TAG]), "not authentic");
    let mut chunks = sealed(&[b'a'; 2 * CHUNK]);
    chunks[START + HEAD..START + HEAD + 2 * (CHUNK + TAG)].rotate_left(CHUNK + TAG);
    note("chunks-swapped", "with two chunks in each other's place", file(&chunks), "not authentic");
    let context = json!({"context": context_of("api_keys", "43")});
    note("context-value", "of another row", context, "not authentic");
    let unknown = json!({"keys": keys_of(&[("k2", &key("rtc1"), "primary")])});
    note("key-unknown", "the key that it names is not there", unknown, "unknown key");
    let suspended = json!({"keys": keys_of(&[("k1", &key("rtc1"), "suspended")])});
    note("key-suspended", "its key is suspended", suspended, "key unusable");
    all
}

fn starts(note: &mut dyn FnMut(&'static str, &str, Value, &str), good: &[u8]) {
    let start = |start: &[u8]| json!({"file": hex([start, &good[START..]].concat())});
    for (name, about, bytes) in [
        ("form-version", "of another version", &b"RTC2\x02k1"[..]),
        ("form-no-id", "with an empty identifier", b"RTC1\0"),
        ("form-long-id", "with an identifier of 25 characters", b"RTC1\x19kkkkkkkkkkkkkkkkkkkkkkkkk"),
        ("form-upper-case", "with an identifier in upper case", b"RTC1\x02K1"),
        ("form-not-text", "with an identifier that is no text", b"RTC1\x02\xff\xfe"),
    ] {
        note(name, about, start(bytes), "malformed");
    }
    for (name, about, end) in [
        ("cut-to-nothing", "of no bytes", 0),
        ("cut-in-magic", "cut within its first four bytes", 3),
        ("cut-in-id", "cut within its identifier", START - 1),
        ("cut-in-head", "cut within its commitment", START + HEAD - 1),
    ] {
        note(name, about, json!({"file": hex(&good[..end])}), "malformed");
    }
}
