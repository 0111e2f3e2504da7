//! The bytes of a token: version, time, initialisation vector, ciphertext, signature (Fernet specification).

use std::time::Duration;

use aes::cipher::{BlockModeDecrypt as _, BlockModeEncrypt as _, InnerIvInit as _};
use aes::{Aes128Dec, Aes128Enc, Block};
use base64_simd::{Out, URL_SAFE};
use reticent_core::Secret;
use ring::hmac;
use zeroize::{Zeroize as _, Zeroizing};

use super::key::FernetKey;
use super::{Compat, MOST_SKEW, lenient};
use crate::error::Error;

const VERSION: u8 = 0x80;
const TIME_END: usize = 9;
pub(super) const IV: usize = 16;
const HEAD: usize = TIME_END + IV;
const BLOCK: usize = 16;
const SIGNATURE: usize = 32;

/// The bytes of a token that is small: of up to 180 bytes of plaintext.
const SMALL: usize = 256;

/// Encrypts and signs. The plaintext is copied once, into the place where its ciphertext then stands.
pub(super) fn seal(key: &FernetKey, plaintext: &[u8], time: u64, iv: &[u8; IV]) -> String {
    let padding = BLOCK - plaintext.len() % BLOCK;
    let length = HEAD + plaintext.len() + padding + SIGNATURE;
    let (mut small, mut large) = ([0; SMALL], Vec::new());
    let bytes = match small.get_mut(..length) {
        Some(bytes) => {
            bytes[HEAD..HEAD + plaintext.len()].copy_from_slice(plaintext);
            bytes
        }
        None => {
            // At once of its size: it must not move with plaintext in it, nor be written twice.
            large.reserve_exact(length);
            large.resize(HEAD, 0);
            large.extend_from_slice(plaintext);
            large.resize(length, 0);
            &mut large[..]
        }
    };
    let (signed, signature) = bytes.split_at_mut(length - SIGNATURE);
    signed[0] = VERSION;
    signed[1..TIME_END].copy_from_slice(&time.to_be_bytes());
    signed[TIME_END..HEAD].copy_from_slice(iv);
    signed[HEAD + plaintext.len()..].fill(u8::try_from(padding).expect("at most a block"));
    let (blocks, _) = Block::slice_as_chunks_mut(&mut signed[HEAD..]);
    cbc::Encryptor::<&Aes128Enc>::inner_iv_init(&key.encrypting, iv.into()).encrypt_blocks(blocks);
    signature.copy_from_slice(hmac::sign(&key.signing, signed).as_ref());
    URL_SAFE.encode_to_string(bytes)
}

/// Where a token is decoded and decrypted; wiped when it is dropped.
///
/// Most tokens are small, and need no allocation.
pub(super) struct Room {
    small: [u8; SMALL],
    used: usize,
    large: Option<Zeroizing<Vec<u8>>>,
}

impl Room {
    pub(super) fn new() -> Self {
        Self { small: [0; SMALL], used: 0, large: None }
    }

    fn decode(&mut self, text: &[u8], compat: Compat) -> Option<&mut [u8]> {
        match compat {
            Compat::Strict => self.strict(text)?,
            // What is canonical means the same to both.
            Compat::Python => self.strict(text).or_else(|| self.lenient(text))?,
        }
        Some(self.large.as_mut().map_or(&mut self.small[..self.used], |large| &mut large[..]))
    }

    /// Decodes a canonical text.
    fn strict(&mut self, text: &[u8]) -> Option<()> {
        if URL_SAFE.estimated_decoded_length(text.len()) > SMALL {
            self.large = Some(Zeroizing::new(URL_SAFE.decode_to_vec(text).ok()?));
            return Some(());
        }
        self.used = URL_SAFE.decode(text, Out::from_slice(&mut self.small)).ok()?.len();
        Some(())
    }

    /// Decodes whatever Python decodes.
    fn lenient(&mut self, text: &[u8]) -> Option<()> {
        self.large = Some(lenient::decode(text)?);
        Some(())
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        self.small[..self.used].zeroize();
    }
}

/// A token whose form is right as far as its time; nothing of it is authentic yet.
pub(super) struct Token<'r> {
    bytes: &'r mut [u8],
}

impl<'r> Token<'r> {
    /// Reads the text of a token.
    pub(super) fn read(room: &'r mut Room, text: &[u8], compat: Compat) -> Result<Self, Error> {
        let bytes = room.decode(text, compat);
        let is_token = |bytes: &&mut [u8]| bytes.first() == Some(&VERSION) && bytes.len() >= TIME_END;
        bytes.filter(is_token).map(|bytes| Self { bytes }).ok_or(Error::NotAuthentic)
    }

    /// Tells whether it has room for its parts, in whole blocks.
    pub(super) fn has_form(&self) -> bool {
        let text = self.bytes.len().checked_sub(HEAD + SIGNATURE);
        text.is_some_and(|length| length > 0 && length % BLOCK == 0)
    }

    /// Returns the time at which it says that it was made, in seconds since 1970.
    pub(super) fn timestamp(&self) -> u64 {
        u64::from_be_bytes(self.bytes[1..TIME_END].try_into().expect("eight bytes"))
    }

    /// Refuses what is older than `ttl`, or more than a minute from the future.
    pub(super) fn check_age(&self, ttl: Duration, current_time: u64) -> Result<(), Error> {
        let (made, ttl, now) =
            (u128::from(self.timestamp()), u128::from(ttl.as_secs()), u128::from(current_time));
        let is_valid = made + ttl >= now && now + u128::from(MOST_SKEW) >= made;
        if is_valid { Ok(()) } else { Err(Error::NotAuthentic) }
    }

    /// Checks the signature.
    pub(super) fn verify(&self, key: &FernetKey) -> Result<(), Error> {
        let end = self.bytes.len().checked_sub(SIGNATURE).ok_or(Error::NotAuthentic)?;
        let (signed, signature) = self.bytes.split_at(end);
        hmac::verify(&key.signing, signed, signature).map_err(|_| Error::NotAuthentic)
    }

    /// Checks the signature and decrypts.
    pub(super) fn open(self, key: &FernetKey) -> Result<Secret, Error> {
        self.verify(key)?;
        let end = self.bytes.len() - SIGNATURE;
        let (head, text) = self.bytes[..end].split_at_mut_checked(HEAD).ok_or(Error::NotAuthentic)?;
        let iv: &[u8; IV] = head[TIME_END..].try_into().expect("sixteen bytes");
        let (blocks, rest) = Block::slice_as_chunks_mut(text);
        if blocks.is_empty() || !rest.is_empty() {
            return Err(Error::NotAuthentic);
        }
        cbc::Decryptor::<&Aes128Dec>::inner_iv_init(&key.decrypting, iv.into()).decrypt_blocks(blocks);
        let length = unpadded_length(text).ok_or(Error::NotAuthentic)?;
        Ok(Secret::copy_of(&text[..length]))
    }
}

/// Returns the length without its padding (PKCS #7; RFC 5652, section 6.3).
fn unpadded_length(text: &[u8]) -> Option<usize> {
    let padding = *text.last()?;
    let length = text.len().checked_sub(usize::from(padding))?;
    let is_padding =
        (1..=BLOCK).contains(&usize::from(padding)) && text[length..].iter().all(|byte| *byte == padding);
    is_padding.then_some(length)
}
