//! Cobblestone-256: the chunked encryption of C2SP (c2sp.org/chunked-encryption) with SHA-512 and AES-256-GCM.
//!
//! Each message has a key, a base nonce and a commitment of its own, derived from the key, a random salt and the
//! context. So a ciphertext opens under one key and one context alone, and no counter of messages has to be kept.

use std::ops::Range;

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hkdf::{HKDF_SHA512, KeyType, Prk};
use subtle::ConstantTimeEq as _;
use zeroize::{Zeroize as _, Zeroizing};

use crate::error::Error;
use crate::key::Key;

/// The plaintext bytes of every chunk but the last, which is shorter.
pub(crate) const CHUNK: usize = 16 << 10;

/// The bytes that a chunk is longer encrypted.
pub(crate) const TAG: usize = 16;

pub(crate) const SALT: usize = 24;
pub(crate) const COMMITMENT: usize = 32;

/// Salt and commitment, which stand before the chunks.
pub(crate) const HEAD: usize = SALT + COMMITMENT;

/// The most chunks of one message.
const MOST_CHUNKS: u64 = 1 << 38;

const LABEL: &[u8] = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0";
const KEY: usize = 32;
const DERIVED: usize = KEY + NONCE_LEN + COMMITMENT;

/// How many bytes are derived.
struct Length;

impl KeyType for Length {
    fn len(&self) -> usize {
        DERIVED
    }
}

/// One message's key with its chunk counter. ring's key schedule in it cannot be wiped.
pub(crate) struct Message {
    key: LessSafeKey,
    base_nonce: [u8; NONCE_LEN],
    next_chunk: u64,
}

impl Message {
    /// Derives the key of a message, and its commitment.
    fn derive(key: &Key, salt: &[u8; SALT], context: &[u8]) -> (Self, [u8; COMMITMENT]) {
        let derived = Self::expand(key, salt, context);
        let (key, rest) = derived.split_at(KEY);
        let (nonce, commitment) = rest.split_at(NONCE_LEN);
        let message = Self::with_key(key, nonce.try_into().expect("of the right length"));
        (message, commitment.try_into().expect("of the right length"))
    }

    /// Derives key, base nonce and commitment, in this order.
    pub(crate) fn expand(key: &Key, salt: &[u8; SALT], context: &[u8]) -> Zeroizing<[u8; DERIVED]> {
        let mut derived = Zeroizing::new([0; DERIVED]);
        let prk = Prk::new_less_safe(HKDF_SHA512, key.bytes());
        let info = [LABEL, salt, context];
        let okm = prk.expand(&info, Length).expect("shorter than 255 blocks");
        okm.fill(&mut derived[..]).expect("of the length that was asked for");
        derived
    }

    fn with_key(key: &[u8], base_nonce: [u8; NONCE_LEN]) -> Self {
        let unbound = UnboundKey::new(&AES_256_GCM, key).expect("of the right length");
        Self { key: LessSafeKey::new(unbound), base_nonce, next_chunk: 0 }
    }

    /// Begins a new message and returns its head.
    pub(crate) fn begin(key: &Key, context: &[u8]) -> Result<(Self, [u8; HEAD]), Error> {
        let mut salt = [0; SALT];
        crate::random::fill(&mut salt)?;
        Ok(Self::begin_with(key, &salt, context))
    }

    pub(crate) fn begin_with(key: &Key, salt: &[u8; SALT], context: &[u8]) -> (Self, [u8; HEAD]) {
        let (message, commitment) = Self::derive(key, salt, context);
        let mut head = [0; HEAD];
        head[..SALT].copy_from_slice(salt);
        head[SALT..].copy_from_slice(&commitment);
        (message, head)
    }

    /// Goes on with the message that has this head, when key and context are its own.
    pub(crate) fn resume(key: &Key, head: &[u8; HEAD], context: &[u8]) -> Result<Self, Error> {
        let (salt, claimed) = head.split_at(SALT);
        let salt = salt.try_into().expect("of the right length");
        let (message, commitment) = Self::derive(key, salt, context);
        if bool::from(commitment.ct_eq(claimed)) { Ok(message) } else { Err(Error::NotAuthentic) }
    }

    /// Encrypts the next chunk in its place and returns its tag.
    pub(crate) fn seal(&mut self, chunk: &mut [u8]) -> Result<[u8; TAG], Error> {
        let nonce = self.nonce()?;
        let tag =
            self.key.seal_in_place_separate_tag(nonce, Aad::empty(), chunk).map_err(|_| Error::TooLong)?;
        Ok(tag.as_ref().try_into().expect("of the right length"))
    }

    /// Decrypts the next chunk, which ends with its tag, in its place, and returns the plaintext.
    pub(crate) fn open<'c>(&mut self, chunk: &'c mut [u8]) -> Result<&'c mut [u8], Error> {
        let nonce = self.nonce()?;
        self.key.open_in_place(nonce, Aad::empty(), chunk).map_err(|_| Error::NotAuthentic)
    }

    /// The base nonce with the number of the chunk.
    fn nonce(&mut self) -> Result<Nonce, Error> {
        if self.next_chunk >= MOST_CHUNKS {
            return Err(Error::TooLong);
        }
        let mut nonce = self.base_nonce;
        let number = self.next_chunk.to_be_bytes();
        nonce[NONCE_LEN - number.len()..].iter_mut().zip(number).for_each(|(byte, part)| *byte ^= part);
        self.next_chunk += 1;
        Ok(Nonce::assume_unique_for_key(nonce))
    }
}

/// Returns how long a ciphertext of `length` bytes is, head and tags included.
pub(crate) fn sealed_length(length: usize) -> usize {
    HEAD + length + (length / CHUNK + 1) * TAG
}

/// Encrypts a whole message, and appends it to `out`.
///
/// The plaintext is copied into the place where its ciphertext then stands, and wiped there where it could not be
/// encrypted; `out` must have room, or it would move.
pub(crate) fn seal_into(
    out: &mut Vec<u8>,
    plaintext: &[u8],
    begun: (Message, [u8; HEAD]),
) -> Result<(), Error> {
    seal_with(out, plaintext.len(), |out, place| out.extend_from_slice(&plaintext[place]), begun)
}

/// Encrypts a message of `length` bytes as [`seal_into`] does, which `put` appends piece by piece.
pub(crate) fn seal_with(
    out: &mut Vec<u8>,
    length: usize,
    put: impl Fn(&mut Vec<u8>, Range<usize>),
    (mut message, head): (Message, [u8; HEAD]),
) -> Result<(), Error> {
    debug_assert!(out.capacity() - out.len() >= sealed_length(length), "the plaintext would move");
    out.extend_from_slice(&head);
    for from in (0..=length).step_by(CHUNK) {
        let start = out.len();
        put(out, from..length.min(from + CHUNK));
        let tag = message.seal(&mut out[start..]).inspect_err(|_| out[start..].zeroize())?;
        out.extend_from_slice(&tag);
    }
    Ok(())
}

/// Decrypts a whole message in its place, and returns the length of the plaintext, which then stands at the beginning.
pub(crate) fn open_in_place(key: &Key, context: &[u8], sealed: &mut [u8]) -> Result<usize, Error> {
    let (head, chunks) = sealed.split_first_chunk_mut::<HEAD>().ok_or(Error::Malformed)?;
    if chunks.len() % (CHUNK + TAG) < TAG {
        return Err(Error::NotAuthentic);
    }
    let mut message = Message::resume(key, head, context)?;
    let mut length = 0;
    let (mut at, end) = (HEAD, sealed.len());
    while at < end {
        let next = end.min(at + CHUNK + TAG);
        let opened = message.open(&mut sealed[at..next])?.len();
        sealed.copy_within(at..at + opened, length);
        length += opened;
        at = next;
    }
    Ok(length)
}

#[cfg(test)]
mod two_keys;
#[cfg(test)]
mod wycheproof;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::tests::{decoded, sample};

    #[test]
    fn the_samples_of_an_independent_implementation_come_out_byte_for_byte() {
        let file = sample();
        let samples = file["valid"].as_array().expect("samples");
        assert_eq!(samples.len(), 4);
        for sample in samples {
            let field = |name: &str| decoded(sample[name].as_str().expect("hex"));
            let (key, context, plaintext) = (Key::from_bytes(field("key")), field("context"), field("pt"));
            let salt = field("salt").try_into().expect("24 bytes");
            let mut out = Vec::with_capacity(sealed_length(plaintext.len()));
            seal_into(&mut out, &plaintext, Message::begin_with(&key, &salt, &context)).expect("short");
            assert_eq!(out, field("ct"));
            let length = open_in_place(&key, &context, &mut out).expect("its own");
            assert_eq!(out[..length], plaintext);
        }
    }

    #[test]
    fn the_length_of_each_message_is_told_before() {
        let key = Key::generate().expect("randomness");
        for length in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 7] {
            let plaintext = vec![7; length];
            let mut out = Vec::with_capacity(sealed_length(length));
            seal_into(&mut out, &plaintext, Message::begin(&key, b"c").expect("randomness")).expect("short");
            assert_eq!(out.len(), sealed_length(length));
            for end in [0, HEAD - 1, HEAD, HEAD + TAG - 1, out.len() - TAG, out.len() - 1] {
                assert!(open_in_place(&key, b"c", &mut out.clone()[..end]).is_err(), "{length} cut at {end}");
            }
            assert!(open_in_place(&key, b"d", &mut out.clone()).is_err());
            assert_eq!(open_in_place(&key, b"c", &mut out), Ok(length));
            assert_eq!(out[..length], plaintext);
        }
    }
}
