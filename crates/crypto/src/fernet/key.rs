//! A Fernet key: sixteen bytes that sign, then sixteen that encrypt.

use aes::cipher::KeyInit as _;
use aes::{Aes128Dec, Aes128Enc};
use reticent_core::Secret;
use ring::hmac;
use zeroize::Zeroizing;

use super::{Compat, lenient};
use crate::error::{Error, KeyDefect};
use crate::key::Key;

/// The bytes of a key.
const LENGTH: usize = 32;

/// The two halves, ready for use. The cipher's schedules are wiped; ring's HMAC key cannot be.
pub(super) struct FernetKey {
    pub(super) signing: hmac::Key,
    pub(super) encrypting: Aes128Enc,
    pub(super) decrypting: Aes128Dec,
}

/// Reads a key; the time that it takes depends on where characters of the alphabet stand, not on which they are.
pub(super) fn read(text: &Secret, compat: Compat) -> Result<Key, Error> {
    if compat == Compat::Strict {
        return Key::parse(text);
    }
    #[expect(clippy::disallowed_methods, reason = "into the key's bytes, which are wiped")]
    let bytes = lenient::decode(text.expose_bytes()).ok_or(Error::Key(KeyDefect::Encoding))?;
    Key::of(&bytes)
}

impl FernetKey {
    pub(super) fn from_bytes(bytes: &[u8]) -> Self {
        let (signing, encrypting) = bytes.split_at(LENGTH / 2);
        let half: Zeroizing<[u8; 16]> = Zeroizing::new(encrypting.try_into().expect("half of 32 bytes"));
        Self {
            signing: hmac::Key::new(hmac::HMAC_SHA256, signing),
            encrypting: Aes128Enc::new((&*half).into()),
            decrypting: Aes128Dec::new((&*half).into()),
        }
    }
}
