//! Vectors of sealed values.

use base64_simd::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::{Vectors, hex, key, keys_of, with};
use crate::chunked::{self, CHUNK, HEAD, Message, SALT, TAG};
use crate::random::seeded;
use crate::{Context, Key, text};

pub(super) fn context() -> Context {
    Context::new("api_keys").with("column", "encrypted_key").with("row_id", "42")
}

pub(super) fn context_of(purpose: &str, row: &str) -> Value {
    json!({"purpose": purpose, "pairs": {"column": "encrypted_key", "row_id": row}})
}

fn sealed(plaintext: &[u8], block: usize) -> String {
    let id = "k1".parse().expect("an identifier");
    seeded::with("rt1", || text::seal(&key("rt1"), &id, &context(), plaintext, block)).expect("seeded")
}

/// A message of this plaintext as it stands, without the marker that ends a value.
fn raw(key: &Key, format: &str, padded: &[u8]) -> Vec<u8> {
    let context = context().bytes(format, "k1").expect("short");
    let mut out = Vec::with_capacity(chunked::sealed_length(padded.len()));
    chunked::seal_into(&mut out, padded, Message::begin_with(key, &[5; SALT], &context)).expect("short");
    out
}

fn spelt(id: &str, body: &[u8]) -> String {
    format!("rt1.{id}.{}", URL_SAFE_NO_PAD.encode_to_string(body))
}

/// What notes one vector: its name, what it is about, its fields, and what comes of it.
type Note<'a> = dyn FnMut(&'static str, &str, Value, &str) + 'a;

pub(super) fn vectors() -> Vectors {
    let mut all = Vectors::new();
    let text = sealed(b"a value", 1);
    let valid = json!({
        "about": "a value", "text": text, "keys": keys_of(&[("k1", &key("rt1"), "primary")]),
        "context": context_of("api_keys", "42"), "result": "opens", "plaintext": hex("a value"),
    });
    all.insert("valid", valid.clone());
    let mut note = |name, about: &str, fields: Value, result: &str| {
        all.insert(name, with(&valid, with(&fields, json!({"about": about, "result": result}))));
    };
    for (name, about, plaintext, block) in [
        ("valid-empty", "an empty value", vec![], 1),
        ("valid-padded", "a value padded to a multiple of 64 bytes", b"a value".to_vec(), 64),
        ("valid-like-padding", "a value that ends as padding does", b"a\x80\0\0".to_vec(), 16),
        ("valid-two-chunks", "a value of more than one chunk", vec![b'a'; CHUNK], 1),
    ] {
        let fields = json!({"text": sealed(&plaintext, block), "plaintext": hex(&plaintext)});
        note(name, about, fields, "opens");
    }
    keys(&mut note);
    contexts(&mut note);
    spellings(&mut note, &text);
    let body = text.strip_prefix("rt1.k1.").expect("the form");
    bytes(&mut note, &URL_SAFE_NO_PAD.decode_to_vec(body).expect("base64"));
    plaintexts(&mut note);
    all
}

fn keys(note: &mut Note<'_>) {
    for (name, state, result) in [
        ("key-staged", "staged", "opens"),
        ("key-accepted", "accepted", "opens"),
        ("key-suspended", "suspended", "key unusable"),
        ("key-retired", "retired", "key unusable"),
        ("key-compromised", "compromised", "key unusable"),
        ("key-destroyed", "destroyed", "key unusable"),
    ] {
        let about = format!("its key is {state}");
        note(name, &about, json!({"keys": keys_of(&[("k1", &key("rt1"), state)])}), result);
    }
    let unknown = json!({"keys": keys_of(&[("k2", &key("rt1"), "primary")])});
    note("key-unknown", "the key that it names is not there", unknown, "unknown key");
    let other = json!({"keys": keys_of(&[("k1", &key("another"), "primary")])});
    note("key-other", "another key has the name", other, "not authentic");
}

fn contexts(note: &mut Note<'_>) {
    let context = |context: Value| json!({"context": context});
    note("context-purpose", "of another purpose", context(context_of("api_key", "42")), "not authentic");
    note("context-value", "of another row", context(context_of("api_keys", "43")), "not authentic");
    let fewer = json!({"purpose": "api_keys", "pairs": {"row_id": "42"}});
    note("context-fewer", "of one name and value less", context(fewer), "not authentic");
    let swapped = json!({"purpose": "api_keys", "pairs": {"encrypted_key": "column", "row_id": "42"}});
    note("context-swapped", "of a name and a value in each other's place", context(swapped), "not authentic");
}

fn spellings(note: &mut Note<'_>, text: &str) {
    let body = text.strip_prefix("rt1.k1.").expect("the form");
    assert!(body.contains('-') && body.contains('_'), "the seed is chosen so that the text shows both");
    let (rest, last) = body.split_at(body.len() - 1);
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let spare = alphabet.find(last).and_then(|at| alphabet[at + 1..].chars().next()).expect("spare bits");
    for (name, about, text) in [
        ("form-version", "of another version", format!("rt2.k1.{body}")),
        ("form-upper-case", "with an identifier in upper case", format!("rt1.K1.{body}")),
        ("form-no-id", "with an empty identifier", format!("rt1..{body}")),
        ("form-long-id", "with an identifier of 25 characters", format!("rt1.{}.{body}", "k".repeat(25))),
        ("form-no-body", "without a body", "rt1.k1".to_owned()),
        ("form-empty-body", "with an empty body", "rt1.k1.".to_owned()),
        ("form-padding", "with padding of base64", format!("{text}=")),
        ("form-line-break", "with a line break behind it", format!("{text}\n")),
        ("form-space", "with a space before it", format!(" {text}")),
        ("form-standard-alphabet", "in the alphabet with + and /", text.replace('-', "+").replace('_', "/")),
        ("form-spare-bits", "with bits set that stand for nothing", format!("rt1.k1.{rest}{spare}")),
        ("form-short", "too short for salt and commitment", spelt("k1", &[0; HEAD - 1])),
    ] {
        note(name, about, json!({"text": text}), "malformed");
    }
}

fn bytes(note: &mut Note<'_>, good: &[u8]) {
    let text = |bytes: &[u8]| json!({"text": spelt("k1", bytes)});
    for (name, about, at) in [
        ("changed-salt", "with a bit of its salt changed", 0),
        ("changed-commitment", "with a bit of its commitment changed", HEAD - 1),
        ("changed-text", "with a bit of its ciphertext changed", HEAD),
        ("changed-tag", "with a bit of its tag changed", good.len() - 1),
    ] {
        let mut bytes = good.to_vec();
        bytes[at] ^= 1;
        note(name, about, text(&bytes), "not authentic");
    }
    note("cut", "without its last byte", text(&good[..good.len() - 1]), "not authentic");
    note("cut-to-head", "without any chunk", text(&good[..HEAD]), "not authentic");
    note("longer", "with a byte behind it", text(&[good, &[0]].concat()), "not authentic");
    let renamed = with(&text(good), json!({"text": spelt("k2", good)}));
    let keys = keys_of(&[("k1", &key("rt1"), "accepted"), ("k2", &key("another"), "primary")]);
    note("renamed", "with the name of another key", with(&renamed, json!({"keys": keys})), "not authentic");
    let mut two = raw(&key("rt1"), "rt1", &[b'a'; CHUNK]);
    two.truncate(HEAD + CHUNK + TAG);
    note("cut-at-chunk", "without its last chunk", text(&two), "not authentic");
}

/// Authentic messages that are no values.
fn plaintexts(note: &mut Note<'_>) {
    let text = |format: &str, padded: &[u8]| json!({"text": spelt("k1", &raw(&key("rt1"), format, padded))});
    note("unmarked", "without the marker that ends a value", text("rt1", b"a value\0"), "not authentic");
    note("empty-plaintext", "of no bytes, not even the marker", text("rt1", b""), "not authentic");
    note("all-padding", "of zeros alone", text("rt1", &[0; 16]), "not authentic");
    note("of-a-file", "bound to the format of files", text("RTC1", b"a value\x80"), "not authentic");
}
