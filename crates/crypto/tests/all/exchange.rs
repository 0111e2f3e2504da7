//! Tokens, keys and times, exchanged with Python's `cryptography`.

use std::cell::RefCell;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use reticent_core::Secret;
use reticent_crypto::{Compat, Fernet, MultiFernet};
use serde_json::{Value, json};

/// A Python that answers requests.
struct Peer {
    child: Child,
    requests: RefCell<ChildStdin>,
    answers: RefCell<BufReader<ChildStdout>>,
}

impl Peer {
    fn new() -> Self {
        let python =
            std::env::var_os("RETICENT_PYTHON").expect("RETICENT_PYTHON; `cargo xtask test` sets it");
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/all/peer.py");
        let mut command = Command::new(python);
        command.arg(script).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("Python starts");
        let requests = RefCell::new(child.stdin.take().expect("a pipe"));
        let answers = RefCell::new(BufReader::new(child.stdout.take().expect("a pipe")));
        Self { child, requests, answers }
    }

    fn ask(&self, request: &Value) -> Value {
        writeln!(self.requests.borrow_mut(), "{request}").expect("Python listens");
        let mut line = String::new();
        self.answers.borrow_mut().read_line(&mut line).expect("Python answers");
        serde_json::from_str(&line).unwrap_or_else(|_| panic!("Python could not answer {request}"))
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn hex(bytes: impl AsRef<[u8]>) -> String {
    bytes.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn exposed(secret: &Secret) -> Vec<u8> {
    #[expect(clippy::disallowed_methods, reason = "to a peer, which gets keys and texts of this test alone")]
    secret.expose_bytes().to_vec()
}

fn keys(count: usize) -> Vec<Secret> {
    (0..count).map(|_| Fernet::generate_key().expect("randomness")).collect()
}

fn hex_of(keys: &[Secret]) -> Vec<String> {
    keys.iter().map(|key| hex(exposed(key))).collect()
}

fn multi(keys: &[Secret]) -> MultiFernet {
    MultiFernet::new(keys.iter().map(|key| Fernet::new(key).expect("a key"))).expect("a key at least")
}

#[test]
fn each_reads_what_the_other_writes_whatever_its_size() {
    let peer = Peer::new();
    let sizes = [0, 1, 15, 16, 17, 31, 32, 63, 64, 255, 256, 1_000, 4_095, 16_384, 70_000];
    for (size, count) in sizes.into_iter().zip((1..=8).cycle()) {
        let keys = keys(count);
        let plaintext: Vec<u8> = (0..size).map(|at| u8::try_from(at % 251).expect("a byte")).collect();
        let last = Fernet::new(&keys[count - 1]).expect("a key");
        let ours = last.encrypt(&plaintext).expect("randomness");
        let read = peer.ask(&json!({"do": "decrypt", "keys": hex_of(&keys), "token": hex(&ours)}));
        assert_eq!(read, hex(&plaintext), "{size} bytes, {count} keys");
        let request =
            json!({"do": "encrypt", "keys": hex_of(&keys[count - 1..]), "data": hex(&plaintext), "time": 7});
        let theirs = peer.ask(&request);
        let theirs = theirs.as_str().expect("a token");
        assert_eq!(exposed(&multi(&keys).decrypt(theirs).expect("authentic")), plaintext);
        assert_eq!(multi(&keys).extract_timestamp(theirs), Ok(7));
        let rotated = multi(&keys).rotate(theirs).expect("authentic");
        let first =
            json!({"do": "decrypt", "single": true, "keys": hex_of(&keys[..1]), "token": hex(&rotated)});
        assert_eq!(peer.ask(&first), hex(&plaintext));
        let time = json!({"do": "timestamp", "keys": hex_of(&keys[..1]), "token": hex(&rotated)});
        assert_eq!(peer.ask(&time), 7);
    }
}

#[test]
fn a_key_of_either_is_a_key_of_the_other() {
    let peer = Peer::new();
    for _ in 0..20 {
        let theirs = peer.ask(&json!({"do": "generate"}));
        let key = Secret::copy_of(theirs.as_str().expect("a key").as_bytes());
        let token = Fernet::new(&key).expect("a key").encrypt(b"value").expect("randomness");
        let request = json!({"do": "decrypt", "keys": [hex(exposed(&key))], "token": hex(&token)});
        assert_eq!(peer.ask(&request), hex("value"));
    }
}

#[test]
fn age_is_judged_alike_to_the_second() {
    let peer = Peer::new();
    let keys = keys(1);
    let fernet = Fernet::new(&keys[0]).expect("a key");
    let made = 1_700_000_000_u64;
    let token = fernet.encrypt_at_time(b"value", made).expect("randomness");
    for ttl in [0, 1, 59, 60, 61, 3_600, u64::from(u32::MAX), u64::MAX] {
        let around = |time: u64| [time.saturating_sub(1), time, time.saturating_add(1)];
        for now in [made, made - 60, made.saturating_add(ttl), 0, u64::MAX].into_iter().flat_map(around) {
            let request = json!({"do": "decrypt", "keys": hex_of(&keys), "token": hex(&token), "ttl": ttl, "time": now});
            let want = peer.ask(&request);
            let got = fernet.decrypt_at_time(&token, Duration::from_secs(ttl), now);
            assert_eq!(got.is_ok(), want != "invalid", "ttl {ttl}, made {made}, now {now}");
        }
    }
    for made in [0, 1, u64::MAX - 1, u64::MAX] {
        let token = fernet.encrypt_at_time(b"value", made).expect("randomness");
        let request = json!({"do": "decrypt", "keys": hex_of(&keys), "token": hex(&token)});
        assert_eq!(peer.ask(&request), hex("value"));
        assert!(fernet.decrypt(&token).is_ok(), "no age was asked for");
        assert!(fernet.decrypt_at_time(&token, Duration::MAX, u64::MAX).is_ok());
    }
}

#[test]
fn python_takes_every_token_as_its_vector_says() {
    let peer = Peer::new();
    for (name, vector) in crate::kept::vectors("fernet") {
        let text = |field: &str| vector[field].as_str().expect("text");
        let mut request = json!({"do": "decrypt", "keys": [hex(text("key"))], "token": hex(text("token"))});
        if vector["ttl"].is_u64() {
            request["ttl"] = vector["ttl"].clone();
            request["time"] = vector["now"].clone();
        }
        let want = if text("python") == "opens" { text("plaintext") } else { "invalid" };
        assert_eq!(peer.ask(&request), want, "{name}");
    }
}

/// Ways in which a text is spoilt that Python may overlook.
fn spoilt(text: &str) -> impl Strategy<Value = Vec<u8>> {
    let text = text.as_bytes().to_vec();
    let noise = prop::sample::select(vec![
        "\n", "\r\n", " ", "%", "=", "==", "===", "\0", "-", "_", "+", "/", "A", "'", "b'", "\u{e9}", ".",
    ]);
    let edit = (any::<prop::sample::Index>(), noise, 0_usize..3);
    prop::collection::vec(edit, 0..4).prop_map(move |edits| {
        let mut text = text.clone();
        for (at, noise, removed) in edits {
            let at = at.index(text.len() + 1);
            let end = (at + removed).min(text.len());
            text.splice(at..end, noise.bytes());
        }
        text
    })
}

#[test]
fn whatever_python_overlooks_is_overlooked_when_asked_for() {
    let peer = Peer::new();
    let keys = keys(2);
    let fernet = Fernet::new(&keys[0]).expect("a key").with_compat(Compat::Python);
    let token = fernet.encrypt(b"value").expect("randomness");
    let newest = Fernet::new(&keys[1]).expect("a key");
    let (several, strict) = (multi(&[keys[1].clone(), keys[0].clone()]).with_compat(Compat::Python), newest);
    let keys = &keys[..1];
    let swapped = token.replace('-', "+").replace('_', "/");
    let mut runner =
        TestRunner::new(ProptestConfig { cases: 400, failure_persistence: None, ..Default::default() });
    for text in [&token, &swapped] {
        let both = |text: Vec<u8>| {
            let request = json!({"do": "decrypt", "keys": hex_of(keys), "token": hex(&text)});
            let is_valid = peer.ask(&request) != "invalid";
            prop_assert_eq!(fernet.decrypt(&text).is_ok(), is_valid, "{:?}", text);
            // Of several keys the one that is right reads as leniently, and what is rotated is canonical.
            let rotated = several.rotate(&text);
            prop_assert_eq!(rotated.is_ok(), is_valid, "{:?}", text);
            let is_canonical = |token: String| strict.decrypt(token).is_ok();
            prop_assert_eq!(rotated.is_ok_and(is_canonical), is_valid, "{:?}", text);
            Ok(())
        };
        runner.run(&spoilt(text), both).expect("they agree");
    }
}

#[test]
fn whatever_python_takes_for_a_key_is_taken_when_asked_for() {
    let peer = Peer::new();
    let key = keys(1).remove(0);
    let text = String::from_utf8(exposed(&key)).expect("text");
    let mut runner =
        TestRunner::new(ProptestConfig { cases: 300, failure_persistence: None, ..Default::default() });
    let both = |text: Vec<u8>| {
        let ours = Fernet::new_as_python(&Secret::copy_of(&text));
        let token = Fernet::new(&key).expect("a key").encrypt(b"value").expect("randomness");
        let request = json!({"do": "decrypt", "keys": [hex(&text)], "token": hex(&token)});
        let want = peer.ask(&request);
        let got = match ours {
            Err(_) => json!("no key"),
            Ok(fernet) => {
                fernet.decrypt(&token).map_or(json!("invalid"), |secret| json!(hex(exposed(&secret))))
            }
        };
        prop_assert_eq!(got, want, "{:?}", text);
        Ok(())
    };
    runner.run(&spoilt(&text), both).expect("they agree");
}
