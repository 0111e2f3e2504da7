//! Vectors of Fernet: a token, how each way of reading takes it, and at what time.

use aes::cipher::{BlockModeEncrypt as _, InnerIvInit as _};
use aes::{Aes128Enc, Block};
use base64_simd::URL_SAFE;
use ring::hmac;
use serde_json::json;

use super::{Vectors, hex, key, text_of, with};
use crate::fernet::signing_and_encrypting;

const MADE: u64 = 1_700_000_000;

/// Signs a token of these parts, whose text is encrypted as it stands, in whole blocks or not.
fn token(version: u8, padded: &[u8]) -> Vec<u8> {
    let (signing, encrypting) = signing_and_encrypting(&key("fernet"));
    let iv = [0x1f; 16];
    let mut bytes = [&[version][..], &MADE.to_be_bytes(), &iv, padded].concat();
    let (blocks, _) = Block::slice_as_chunks_mut(&mut bytes[25..]);
    cbc::Encryptor::<&Aes128Enc>::inner_iv_init(&encrypting, &iv.into()).encrypt_blocks(blocks);
    let signature = hmac::sign(&signing, &bytes);
    bytes.extend_from_slice(signature.as_ref());
    bytes
}

pub(super) fn vectors() -> Vectors {
    let mut all = Vectors::new();
    let padded = b"a value\x09\x09\x09\x09\x09\x09\x09\x09\x09";
    let good = token(0x80, padded);
    let valid = json!({
        "about": "a token", "key": text_of(&key("fernet")), "token": URL_SAFE.encode_to_string(&good),
        "strict": "opens", "python": "opens", "plaintext": hex("a value"), "timestamp": MADE,
    });
    all.insert("valid", valid.clone());
    let mut both = |name, about: &str, fields: serde_json::Value, strict: bool, python: bool| {
        let said = |opens| if opens { "opens" } else { "not authentic" };
        let fields = with(&fields, json!({"about": about, "strict": said(strict), "python": said(python)}));
        all.insert(name, with(&valid, fields));
    };
    let spelt = |bytes: &[u8]| json!({"token": URL_SAFE.encode_to_string(bytes)});
    let empty = with(&spelt(&token(0x80, &[16; 16])), json!({"plaintext": ""}));
    both("valid-empty", "an empty value, which is one block of padding", empty, true, true);
    times(&mut both);
    signed(&mut both, &spelt);
    changed(&mut both, &spelt, &good);
    spellings(&mut both, &URL_SAFE.encode_to_string(&good));
    both("other-key", "of another key", json!({"key": text_of(&key("another"))}), false, false);
    all
}

/// What notes one vector: its name, what it is about, its fields, and whether it opens when read strictly and as
/// Python reads.
type Note<'a> = dyn FnMut(&'static str, &str, serde_json::Value, bool, bool) + 'a;

fn times(note: &mut Note<'_>) {
    let at = |now: u64| json!({"ttl": 60, "now": now});
    note("valid-last-second", "as old as it may be", at(MADE + 60), true, true);
    note("valid-most-skew", "as far from the future as it may be", at(MADE - 60), true, true);
    note("expired", "a second older than it may be", at(MADE + 61), false, false);
    note("future", "a second further from the future than it may be", at(MADE - 61), false, false);
}

/// What the key has signed, and is no token all the same.
fn signed(note: &mut Note<'_>, spelt: &dyn Fn(&[u8]) -> serde_json::Value) {
    let unequal = *b"a value\x09\x09\x09\x08\x09\x09\x09\x09\x09";
    for (name, about, version, padded) in [
        ("signed-version", "of another version, signed", 0x81, &[16; 16][..]),
        ("signed-no-text", "without ciphertext, signed", 0x80, b""),
        ("signed-part-of-block", "with a part of a block behind the last, signed", 0x80, &[1; 17]),
        ("signed-padding-0", "with padding of no bytes, signed", 0x80, &[0; 16]),
        ("signed-padding-17", "with padding of more than a block, signed", 0x80, &[17; 32]),
        ("signed-padding-unequal", "with a byte of padding unlike the others, signed", 0x80, &unequal),
    ] {
        note(name, about, spelt(&token(version, padded)), false, false);
    }
}

fn changed(note: &mut Note<'_>, spelt: &dyn Fn(&[u8]) -> serde_json::Value, good: &[u8]) {
    for (name, about, at) in [
        ("changed-version", "with a bit of its version changed", 0),
        ("changed-time", "with a bit of its time changed", 8),
        ("changed-iv", "with a bit of its initialisation vector changed", 9),
        ("changed-text", "with a bit of its ciphertext changed", 25),
        ("changed-signature", "with a bit of its signature changed", good.len() - 1),
    ] {
        let mut bytes = good.to_vec();
        bytes[at] ^= 1;
        note(name, about, spelt(&bytes), false, false);
    }
    for (name, about, end) in [
        ("cut-to-nothing", "of no bytes", 0),
        ("cut-in-time", "cut within its time", 8),
        ("cut-behind-time", "cut behind its time", 9),
        ("cut-behind-iv", "cut behind its initialisation vector", 25),
        ("cut-signature", "without the last byte of its signature", good.len() - 1),
    ] {
        note(name, about, spelt(&good[..end]), false, false);
    }
}

fn spellings(note: &mut Note<'_>, text: &str) {
    let swapped = text.replace('-', "+").replace('_', "/");
    assert!(swapped != text && text.ends_with('='), "the key is chosen so that the token shows both");
    let bare = text.trim_end_matches('=');
    let bits = format!("{}{}", &bare[..bare.len() - 1], following(bare));
    let padding = &text[bare.len()..];
    for (name, about, token, python) in [
        ("spelt-line-break", "with a line break behind it", format!("{text}\n"), true),
        ("spelt-wrapped", "wrapped in lines", format!("{}\r\n{}", &text[..64], &text[64..]), true),
        ("spelt-space", "with a space before it", format!(" {text}"), true),
        ("spelt-standard-alphabet", "in the alphabet with + and /", swapped, true),
        ("spelt-more-padding", "with one = more", format!("{text}="), true),
        ("spelt-text-behind", "with a character behind its padding", format!("{text}A"), true),
        ("spelt-spare-bits", "with bits set that stand for nothing", format!("{bits}{padding}"), true),
        ("spelt-without-padding", "without its padding", bare.to_owned(), false),
        ("spelt-as-python-bytes", "as Python shows bytes", format!("b'{text}'"), false),
    ] {
        note(name, about, json!({"token": token}), false, python);
    }
}

/// The character behind the last one in the alphabet.
fn following(bare: &str) -> char {
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let last = bare.chars().next_back().and_then(|last| alphabet.find(last)).expect("of the alphabet");
    alphabet[last + 1..].chars().next().expect("the spare bits are zero")
}
