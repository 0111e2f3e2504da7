//! Key-encryption keys that this process holds itself: a key, or one that is made of a passphrase.
//!
//! The decision: a wrapped key is Cobblestone-256 as every other ciphertext here, bound to the identifier of the key
//! and to the caller's context. A keeper in the cloud is another implementation of the same trait.

use std::fmt;
use std::num::NonZeroU32;
use std::sync::Arc;

use async_trait::async_trait;
use reticent_core::{ErrorKind, KeyWrap, Secret, SecretBuffer, SourceError, WrapContext, WrappedKey};
use ring::pbkdf2;
use zeroize::Zeroizing;

use crate::chunked::{self, Message};
use crate::context::Context;
use crate::error::Error;
use crate::key::Key;

/// What the context of every wrapped key begins with.
const PURPOSE: &str = "reticent key wrap";

/// The fewest rounds of PBKDF2 with SHA-256 (OWASP Password Storage Cheat Sheet, 2023).
const FEWEST_ROUNDS: u32 = 600_000;

/// More rounds than this come from nobody who wants an answer: whoever can change what is wrapped could ask for them.
const MOST_ROUNDS: u32 = 10_000_000;

/// How a key wrapped by a passphrase begins.
const VERSION: u8 = 1;

const SALT: usize = 16;

/// Version, rounds and salt, before what is wrapped.
const HEAD: usize = 1 + 4 + SALT;

/// Wraps keys under a key that the process holds, such as one of a variable or a file.
///
/// ```
/// use reticent_core::{KeyWrap, WrapContext};
/// use reticent_crypto::{Key, LocalWrap};
///
/// # futures_util::FutureExt::now_or_never(async {
/// let wrap = LocalWrap::new("env:KEYRING_KEY", Key::generate()?);
/// let context = WrapContext::default().with("keyring", "api-keys");
/// let wrapped = wrap.wrap(&Key::generate()?.to_text(), &context).await?;
/// assert_eq!(wrap.unwrap(&wrapped, &context).await?.len(), 44);
/// assert!(wrap.unwrap(&wrapped, &WrapContext::default()).await.is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).unwrap();
/// ```
pub struct LocalWrap {
    id: Arc<str>,
    key: Key,
}

impl LocalWrap {
    /// Wraps under `key`, which errors and wrapped keys call `id`.
    #[must_use]
    pub fn new(id: impl Into<Arc<str>>, key: Key) -> Self {
        Self { id: id.into(), key }
    }
}

#[async_trait]
impl KeyWrap for LocalWrap {
    fn key_id(&self) -> &str {
        &self.id
    }

    async fn wrap(&self, data_key: &Secret, context: &WrapContext) -> Result<WrappedKey, SourceError> {
        if let Some(defect) = self.key.defect() {
            return Err(refused(&self.id, &Error::Key(defect)));
        }
        let sealed =
            seal(&self.key, &self.id, data_key, context).map_err(|error| refused(&self.id, &error))?;
        Ok(WrappedKey::new(self.id.clone(), sealed))
    }

    async fn unwrap(&self, wrapped: &WrappedKey, context: &WrapContext) -> Result<Secret, SourceError> {
        open(&self.key, &self.id, wrapped.ciphertext(), context).map_err(|error| refused(&self.id, &error))
    }

    async fn rewrap(&self, wrapped: &WrappedKey, context: &WrapContext) -> Result<WrappedKey, SourceError> {
        let data_key = self.unwrap(wrapped, context).await?;
        self.wrap(&data_key, context).await
    }
}

impl fmt::Debug for LocalWrap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalWrap").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Wraps keys under a passphrase: PBKDF2 with SHA-256 (RFC 8018, section 5.2) and a salt for each.
///
/// Each call takes about as long as the passphrase is meant to cost a guesser, and computes for all of that time.
///
/// ```
/// use reticent_core::Secret;
/// use reticent_crypto::PassphraseWrap;
///
/// let wrap = PassphraseWrap::new("passphrase", &Secret::copy_of(b"correct horse battery staple"));
/// assert!(wrap.with_rounds(1_000).is_err());
/// ```
pub struct PassphraseWrap {
    id: Arc<str>,
    passphrase: Secret,
    rounds: u32,
}

impl PassphraseWrap {
    /// Wraps under `passphrase` with 600,000 rounds; errors and wrapped keys call it `id`.
    #[must_use]
    pub fn new(id: impl Into<Arc<str>>, passphrase: &Secret) -> Self {
        Self { id: id.into(), passphrase: passphrase.clone(), rounds: FEWEST_ROUNDS }
    }

    /// Takes more rounds for what is wrapped from now on; what was wrapped says its own.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`] for fewer than 600,000 and more than ten million.
    pub fn with_rounds(mut self, rounds: u32) -> Result<Self, SourceError> {
        if !(FEWEST_ROUNDS..=MOST_ROUNDS).contains(&rounds) {
            let detail = format!("between {FEWEST_ROUNDS} and {MOST_ROUNDS} rounds are taken");
            return Err(SourceError::new(ErrorKind::Unsupported, self.id).with_detail(detail));
        }
        self.rounds = rounds;
        Ok(self)
    }

    fn key(&self, rounds: u32, salt: &[u8]) -> Key {
        let rounds = NonZeroU32::new(rounds).unwrap_or(NonZeroU32::MIN);
        #[expect(clippy::disallowed_methods, reason = "into a key, which is wiped")]
        let passphrase = self.passphrase.expose_bytes();
        let derive = |bytes: &mut [u8; 32]| {
            pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, rounds, salt, passphrase, bytes);
            Ok(())
        };
        Key::filled(derive).expect("filled")
    }
}

#[async_trait]
impl KeyWrap for PassphraseWrap {
    fn key_id(&self) -> &str {
        &self.id
    }

    async fn wrap(&self, data_key: &Secret, context: &WrapContext) -> Result<WrappedKey, SourceError> {
        if self.passphrase.is_empty() {
            let error = SourceError::new(ErrorKind::Unsupported, self.id.clone());
            return Err(error.with_detail("the passphrase is empty"));
        }
        let mut salt = [0; SALT];
        let cannot = |error: Error| refused(&self.id, &error);
        crate::random::fill(&mut salt).map_err(cannot)?;
        let mut wrapped = vec![VERSION];
        wrapped.extend_from_slice(&self.rounds.to_be_bytes());
        wrapped.extend_from_slice(&salt);
        let key = self.key(self.rounds, &salt);
        wrapped.extend_from_slice(&seal(&key, &self.id, data_key, context).map_err(cannot)?);
        Ok(WrappedKey::new(self.id.clone(), wrapped))
    }

    async fn unwrap(&self, wrapped: &WrappedKey, context: &WrapContext) -> Result<Secret, SourceError> {
        let malformed = || refused(&self.id, &Error::NotAuthentic);
        let (head, sealed) = wrapped.ciphertext().split_at_checked(HEAD).ok_or_else(malformed)?;
        let rounds = u32::from_be_bytes([head[1], head[2], head[3], head[4]]);
        if head[0] != VERSION || !(FEWEST_ROUNDS..=MOST_ROUNDS).contains(&rounds) {
            return Err(malformed());
        }
        let key = self.key(rounds, &head[5..]);
        open(&key, &self.id, sealed, context).map_err(|error| refused(&self.id, &error))
    }

    async fn rewrap(&self, wrapped: &WrappedKey, context: &WrapContext) -> Result<WrappedKey, SourceError> {
        let data_key = self.unwrap(wrapped, context).await?;
        self.wrap(&data_key, context).await
    }
}

impl fmt::Debug for PassphraseWrap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PassphraseWrap")
            .field("id", &self.id)
            .field("rounds", &self.rounds)
            .finish_non_exhaustive()
    }
}

fn bound(id: &str, context: &WrapContext) -> Result<Vec<u8>, Error> {
    let pairs = context.iter();
    let context = pairs.fold(Context::new(PURPOSE), |context, (name, value)| context.with(name, value));
    context.bytes("wrap", id)
}

fn seal(key: &Key, id: &str, data_key: &Secret, context: &WrapContext) -> Result<Vec<u8>, Error> {
    #[expect(clippy::disallowed_methods, reason = "into the place where its ciphertext then stands")]
    let plaintext = data_key.expose_bytes();
    let mut sealed = Vec::with_capacity(chunked::sealed_length(plaintext.len()));
    chunked::seal_into(&mut sealed, plaintext, Message::begin(key, &bound(id, context)?)?)?;
    Ok(sealed)
}

fn open(key: &Key, id: &str, sealed: &[u8], context: &WrapContext) -> Result<Secret, Error> {
    let mut opened = Zeroizing::new(sealed.to_vec());
    let length = chunked::open_in_place(key, &bound(id, context)?, &mut opened)?;
    let mut buffer = SecretBuffer::with_capacity(length);
    buffer.extend_from_slice(&opened[..length]);
    Ok(buffer.into_secret())
}

/// What cannot be opened is one kind, whatever is wrong with it.
fn refused(id: &Arc<str>, error: &Error) -> SourceError {
    let kind = match error {
        Error::NotAuthentic | Error::Malformed => ErrorKind::Malformed,
        Error::NoRandomness => ErrorKind::Unavailable,
        _ => ErrorKind::Unsupported,
    };
    let error = if kind == ErrorKind::Malformed { &Error::NotAuthentic } else { error };
    SourceError::new(kind, id.clone()).with_detail(error.to_string())
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// What the covering key of a keyring of this name is bound to.
    pub(crate) fn bound_to_keyring(id: &str, name: &str) -> Vec<u8> {
        bound(id, &WrapContext::default().with("keyring", name)).expect("short")
    }
}
