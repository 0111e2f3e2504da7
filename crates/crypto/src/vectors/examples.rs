//! The worked examples of `docs/formats`, computed step by step and compared with what stands there.

use std::fmt::Write as _;
use std::path::Path;

use base64_simd::{URL_SAFE, URL_SAFE_NO_PAD};

use super::{fernet, hex, key, keyring, rt1, rtc1, text_of};
use crate::chunked::{HEAD, Message, SALT};
use crate::{Key, KeyringFile};

/// Lines of a name and a value.
#[derive(Default)]
struct Example(String);

impl Example {
    fn line(&mut self, name: &str, value: impl AsRef<str>) {
        writeln!(self.0, "{name:<12} {}", value.as_ref()).expect("a string takes all text");
    }

    fn check(&self, document: &str) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/formats").join(document);
        let text = std::fs::read_to_string(&path).expect("the document");
        let (before, rest) = text.split_once("```text\n").expect("an example");
        let (shown, after) = rest.split_once("```").expect("its end");
        if std::env::var_os("RETICENT_WRITE_VECTORS").is_some() {
            std::fs::write(&path, format!("{before}```text\n{}```{after}", self.0)).expect("room");
            return;
        }
        assert_eq!(shown, self.0, "the example of {document}");
    }
}

#[test]
fn the_example_of_fernet_is_what_it_computes() {
    let (key, token) =
        (key("fernet"), fernet::vectors()["valid"]["token"].as_str().expect("text").to_owned());
    let bytes = URL_SAFE.decode_to_vec(&token).expect("base64");
    let mut example = Example::default();
    example.line("key", text_of(&key));
    example.line("signs", hex(&key.bytes()[..16]));
    example.line("encrypts", hex(&key.bytes()[16..]));
    example.line("plaintext", hex("a value"));
    example.line("version", hex(&bytes[..1]));
    example.line("time", format!("{} (1700000000)", hex(&bytes[1..9])));
    example.line("iv", hex(&bytes[9..25]));
    example.line("ciphertext", hex(&bytes[25..41]));
    example.line("signature", hex(&bytes[41..]));
    example.line("token", token);
    example.check("fernet.md");
}

fn derived(example: &mut Example, key: &Key, format: &str, head: &[u8]) {
    let context = rt1::context().bytes(format, "k1").expect("short");
    let (salt, commitment) = head.split_at(SALT);
    let derived = Message::expand(key, salt.try_into().expect("its length"), &context);
    example.line("key", hex(key.bytes()));
    example.line("context", hex(&context));
    example.line("salt", hex(salt));
    example.line("message key", hex(&derived[..32]));
    example.line("base nonce", hex(&derived[32..44]));
    example.line("commitment", hex(&derived[44..]));
    assert_eq!(&derived[44..], commitment);
}

#[test]
fn the_example_of_rt1_is_what_it_computes() {
    let text = rt1::vectors()["valid"]["text"].as_str().expect("text").to_owned();
    let bytes =
        URL_SAFE_NO_PAD.decode_to_vec(text.strip_prefix("rt1.k1.").expect("the form")).expect("base64");
    let mut example = Example::default();
    derived(&mut example, &key("rt1"), "rt1", &bytes[..HEAD]);
    example.line("plaintext", hex("a value"));
    example.line("padded", hex(b"a value\x80"));
    example.line("chunk 0", hex(&bytes[HEAD..]));
    example.line("text", text);
    example.check("rt1.md");
}

#[test]
fn the_example_of_rtc1_is_what_it_computes() {
    let bytes = rtc1::sealed(b"a value");
    let mut example = Example::default();
    derived(&mut example, &key("rtc1"), "RTC1", &bytes[7..7 + HEAD]);
    example.line("plaintext", hex("a value"));
    example.line("start", hex(&bytes[..7]));
    example.line("chunk 0", hex(&bytes[7 + HEAD..]));
    example.line("file", hex(&bytes));
    example.check("rtc1.md");
}

#[test]
fn the_example_of_a_keyring_is_what_it_computes() {
    let bytes = keyring::bytes();
    let (cover, mac_key, authenticated) = keyring::file().parts(&bytes);
    let mut example = Example::default();
    example.line("keeper key", hex(key("keeper").bytes()));
    example.line("wrap context", hex(crate::wrap::tests::bound_to_keyring("env:KEYRING_KEY", "api-keys")));
    example.line("covering key", text_of(&cover));
    example.line("key context", hex(KeyringFile::context_of_key("api-keys", "k2")));
    example.line("k2", text_of(&key("k2")));
    example.line("MAC key", hex(mac_key.bytes()));
    example.line("MAC input", hex(authenticated));
    let file = String::from_utf8(bytes).expect("JSON");
    example.0.push('\n');
    example.0.push_str(&file);
    example.check("keyring.md");
}
