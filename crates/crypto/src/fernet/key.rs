//! A Fernet key: sixteen bytes that sign, then sixteen that encrypt.

use aes::cipher::KeyInit as _;
use aes::{Aes128Dec, Aes128Enc};
use base64ct::{Base64Url, Encoding as _};
use reticent_core::{Secret, SecretBuffer};
use ring::hmac;
use zeroize::Zeroizing;

use super::{Compat, lenient};
use crate::error::{Error, KeyDefect};

/// The bytes of a key.
const LENGTH: usize = 32;

/// The characters of a key: 32 bytes in base64 with padding.
const CHARACTERS: usize = 44;

/// The two halves, ready for use. The cipher's schedules are wiped; ring's HMAC key cannot be.
pub(super) struct FernetKey {
    pub(super) signing: hmac::Key,
    pub(super) encrypting: Aes128Enc,
    pub(super) decrypting: Aes128Dec,
}

impl FernetKey {
    /// Reads a key; the time that it takes depends on where characters of the alphabet stand, not on which they are.
    pub(super) fn read(text: &Secret, compat: Compat) -> Result<Self, Error> {
        #[expect(clippy::disallowed_methods, reason = "into the key's bytes, which are wiped")]
        let text = text.expose_bytes();
        let bytes = match compat {
            Compat::Strict => strict(text),
            Compat::Python => lenient::decode(text),
        };
        match bytes {
            Some(bytes) if bytes.len() == LENGTH => Ok(Self::from_bytes(&bytes)),
            _ => Err(Error::Key(KeyDefect::Encoding)),
        }
    }

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

fn strict(text: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    if text.len() != CHARACTERS {
        return None;
    }
    let mut bytes = Zeroizing::new(vec![0; CHARACTERS]);
    let length = Base64Url::decode(text, &mut bytes).ok()?.len();
    bytes.truncate(length);
    Some(bytes)
}

/// Makes a key in its text form.
pub(super) fn generate() -> Result<Secret, Error> {
    let mut bytes = Zeroizing::new([0; LENGTH]);
    crate::random::fill(&mut bytes[..])?;
    let mut text = Zeroizing::new([0; CHARACTERS]);
    let text = Base64Url::encode(&bytes[..], &mut text[..]).expect("it fits");
    let mut buffer = SecretBuffer::with_capacity(CHARACTERS);
    buffer.extend_from_slice(text.as_bytes());
    Ok(buffer.into_secret())
}
