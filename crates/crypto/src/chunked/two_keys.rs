//! A chunk that two keys open, which AES-GCM takes under both and the format under one.

use aes::Aes256;
use aes::cipher::{Array, BlockCipherEncrypt as _, KeyInit as _};
use ring::aead::NONCE_LEN;

use super::{HEAD, KEY, Message, SALT, TAG, open_in_place};
use crate::error::Error;
use crate::key::Key;

const CONTEXT: &[u8] = b"a context";

/// The product in the field of AES-GCM (NIST SP 800-38D, section 6.3).
fn product(one: u128, other: u128) -> u128 {
    let (mut sum, mut power) = (0, other);
    for bit in (0..128).rev() {
        if one >> bit & 1 == 1 {
            sum ^= power;
        }
        let carry = power & 1;
        power >>= 1;
        if carry == 1 {
            power ^= 0xe1 << 120;
        }
    }
    sum
}

/// The inverse: the power of 2^128 - 2.
fn inverse(element: u128) -> u128 {
    let unit = 1 << 127;
    (1..128)
        .fold((unit, element), |(inverse, power), _| {
            let square = product(power, power);
            (product(inverse, square), square)
        })
        .0
}

/// What authenticates under one key: the point at which the polynomial is evaluated, and the mask.
fn authenticator(key: &Key, salt: &[u8; SALT]) -> (u128, u128) {
    let derived = Message::expand(key, salt, CONTEXT);
    let cipher = Aes256::new(&Array::try_from(&derived[..KEY]).expect("a key"));
    let encrypted = |bytes: [u8; 16]| {
        let mut block = Array::from(bytes);
        cipher.encrypt_block(&mut block);
        u128::from_be_bytes(block.into())
    };
    let mut counter = [0; 16];
    counter[..NONCE_LEN].copy_from_slice(&derived[KEY..KEY + NONCE_LEN]);
    counter[15] = 1;
    (encrypted([0; 16]), encrypted(counter))
}

#[test]
fn the_field_is_one() {
    let (one, other) = (0x1234_5678_9abc_def0_u128 << 60 | 77, 0xfeed_u128 << 100 | 12_345);
    assert_eq!(product(1 << 127, one), one);
    assert_eq!(product(one, other), product(other, one));
    assert_eq!(product(one, inverse(one)), 1 << 127);
}

#[test]
fn a_chunk_that_two_keys_open_is_refused_under_the_second() {
    let keys = [Key::generate().expect("randomness"), Key::generate().expect("randomness")];
    let salt = [7; SALT];
    let [(at, mask), (other_at, other_mask)] = keys.each_ref().map(|key| authenticator(key, &salt));
    // One block of ciphertext c and the lengths l: the tag is c·at² + l·at + mask under each key, and the same if
    // c = (l·(at + other_at) + mask + other_mask) / (at² + other_at²).
    let lengths: u128 = 128;
    let sum = product(lengths, at ^ other_at) ^ mask ^ other_mask;
    let block = product(sum, inverse(product(at, at) ^ product(other_at, other_at)));
    let tag = product(block, product(at, at)) ^ product(lengths, at) ^ mask;
    let chunk = [block.to_be_bytes(), tag.to_be_bytes()].concat();

    for key in &keys {
        let (mut message, _) = Message::derive(key, &salt, CONTEXT);
        assert_eq!(
            message.open(&mut chunk.clone()).map(|plaintext| plaintext.len()),
            Ok(16),
            "AES-GCM takes it"
        );
    }
    let (_, head) = Message::begin_with(&keys[0], &salt, CONTEXT);
    let sealed = [&head[..], &chunk].concat();
    assert_eq!(sealed.len(), HEAD + 16 + TAG);
    assert_eq!(open_in_place(&keys[0], CONTEXT, &mut sealed.clone()), Ok(16));
    assert_eq!(open_in_place(&keys[1], CONTEXT, &mut sealed.clone()), Err(Error::NotAuthentic));
}
