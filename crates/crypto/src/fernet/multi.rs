//! Several Fernet keys, of which the first encrypts.

use std::time::Duration;

use reticent_core::Secret;

use super::{Compat, Fernet};
use crate::error::Error;

/// Encrypts with the first of several keys and decrypts with any, as `cryptography.fernet.MultiFernet` does.
///
/// A Fernet token does not name its key, so the keys are tried in order; the signature tells which is right.
///
/// ```
/// use reticent_crypto::{Fernet, MultiFernet};
///
/// let old = Fernet::new(&Fernet::generate_key()?)?;
/// let token = old.encrypt(b"value")?;
/// let both = MultiFernet::new([Fernet::new(&Fernet::generate_key()?)?, old.clone()])?;
/// let rotated = both.rotate(&token)?;
/// assert!(old.decrypt(&rotated).is_err());
/// assert_eq!(both.decrypt(&rotated)?.len(), 5);
/// # Ok::<(), reticent_crypto::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct MultiFernet {
    /// One at least.
    keys: Vec<Fernet>,
    /// Whether the first one encrypts.
    encrypts: bool,
}

impl MultiFernet {
    /// Takes the keys, the one that encrypts first.
    ///
    /// # Errors
    /// [`Error::NoKey`] when there is none.
    pub fn new(keys: impl IntoIterator<Item = Fernet>) -> Result<Self, Error> {
        let keys: Vec<_> = keys.into_iter().collect();
        if keys.is_empty() { Err(Error::NoKey) } else { Ok(Self { keys, encrypts: true }) }
    }

    /// Takes keys of which none encrypts.
    pub(crate) fn decrypting(keys: impl IntoIterator<Item = Fernet>) -> Result<Self, Error> {
        Self::new(keys).map(|all| Self { encrypts: false, ..all })
    }

    fn first(&self) -> Result<&Fernet, Error> {
        self.keys.first().filter(|_| self.encrypts).ok_or(Error::NoKey)
    }

    /// Reads tokens in the given way, with each key.
    #[must_use]
    pub fn with_compat(self, compat: Compat) -> Self {
        let keys = self.keys.into_iter().map(|fernet| fernet.with_compat(compat));
        Self { keys: keys.collect(), ..self }
    }

    /// Encrypts with the first key.
    ///
    /// # Errors
    /// As [`Fernet::encrypt`]; [`Error::NoKey`] when it is of a keyring in which none encrypts.
    pub fn encrypt(&self, plaintext: &[u8]) -> Result<String, Error> {
        self.first()?.encrypt(plaintext)
    }

    /// Encrypts with the first key at the given time, in seconds since 1970.
    ///
    /// # Errors
    /// As [`Fernet::encrypt_at_time`].
    pub fn encrypt_at_time(&self, plaintext: &[u8], current_time: u64) -> Result<String, Error> {
        self.first()?.encrypt_at_time(plaintext, current_time)
    }

    /// Decrypts a token of any age with whichever key is right.
    ///
    /// # Errors
    /// [`Error::NotAuthentic`] when none is.
    pub fn decrypt(&self, token: impl AsRef<[u8]>) -> Result<Secret, Error> {
        self.any(|fernet| fernet.decrypt(token.as_ref()))
    }

    /// Decrypts a token that is at most `ttl` old with whichever key is right.
    ///
    /// # Errors
    /// As [`Fernet::decrypt_with_ttl`].
    pub fn decrypt_with_ttl(&self, token: impl AsRef<[u8]>, ttl: Duration) -> Result<Secret, Error> {
        let now = self.keys.first().ok_or(Error::NoKey)?.now()?;
        self.decrypt_at_time(token, ttl, now)
    }

    /// Decrypts as [`decrypt_with_ttl`](Self::decrypt_with_ttl) at the given time, in seconds since 1970.
    ///
    /// # Errors
    /// As [`Fernet::decrypt_at_time`].
    pub fn decrypt_at_time(
        &self,
        token: impl AsRef<[u8]>,
        ttl: Duration,
        current_time: u64,
    ) -> Result<Secret, Error> {
        self.any(|fernet| fernet.decrypt_at_time(token.as_ref(), ttl, current_time))
    }

    /// Returns when an authentic token was made, in seconds since 1970.
    ///
    /// # Errors
    /// [`Error::NotAuthentic`].
    pub fn extract_timestamp(&self, token: impl AsRef<[u8]>) -> Result<u64, Error> {
        self.any(|fernet| fernet.extract_timestamp(token.as_ref()))
    }

    /// Encrypts what a token of any age holds anew with the first key, under the time of the token.
    ///
    /// # Errors
    /// [`Error::NotAuthentic`], and as [`Fernet::encrypt_at_time`].
    pub fn rotate(&self, token: impl AsRef<[u8]>) -> Result<String, Error> {
        let timestamp = self.extract_timestamp(token.as_ref())?;
        let plaintext = self.decrypt(token)?;
        #[expect(clippy::disallowed_methods, reason = "into the place where its ciphertext then stands")]
        let plaintext = plaintext.expose_bytes();
        self.first()?.encrypt_at_time(plaintext, timestamp)
    }

    fn any<T>(&self, read: impl Fn(&Fernet) -> Result<T, Error>) -> Result<T, Error> {
        let mut last = Error::NoKey;
        for fernet in &self.keys {
            match read(fernet) {
                Ok(value) => return Ok(value),
                Err(error) => last = error,
            }
        }
        Err(last)
    }
}
