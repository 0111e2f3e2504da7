//! Fernet, byte for byte as Python's `cryptography` has it.
//!
//! The decision: by default a token and a key are read strictly, in their one canonical spelling; [`Compat::Python`]
//! reads whatever Python reads. Time is checked only when an age is asked for, as there. Fernet is AES-128-CBC with
//! HMAC-SHA-256: it binds no context, so a token can be moved from one row to another, and it names no key.

mod key;
mod lenient;
mod multi;
mod token;
#[cfg(test)]
mod wycheproof;

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use reticent_core::{Clock, Secret, SystemClock};

pub use multi::MultiFernet;

use crate::error::{Error, KeyDefect};
use crate::key::Key;
use key::FernetKey;
use token::{Room, Token};

/// Reads a key in whatever spelling Python takes.
pub(crate) fn key_as_python(text: &Secret) -> Result<Key, Error> {
    key::read(text, Compat::Python)
}

/// Tells whether a text has the form of a token when it is read so; it may be anybody's.
pub(crate) fn is_token(text: &[u8], compat: Compat) -> bool {
    Token::read(&mut Room::new(), text, compat).is_ok_and(|token| token.has_form())
}

/// How a token begins whose time is before the year 36812.
const BEGINNING: &[u8] = b"gAAAA";

/// Tells whether a text begins as a token does.
pub(crate) fn begins_as_one(text: &[u8], compat: Compat) -> bool {
    match compat {
        Compat::Strict => text.starts_with(BEGINNING),
        Compat::Python => lenient::beginning(text, BEGINNING.len()) == BEGINNING,
    }
}

/// Tells whether a text that begins so may be a token.
pub(crate) fn may_begin_with(start: &[u8], compat: Compat) -> bool {
    match compat {
        Compat::Strict => start.starts_with(BEGINNING),
        // What begins with nothing of the alphabet may begin with anything behind that.
        Compat::Python => BEGINNING.starts_with(&lenient::beginning(start, BEGINNING.len())),
    }
}

/// How far a token may come from the future when its age is checked, in seconds.
const MOST_SKEW: u64 = 60;

/// How tokens and keys are read.
///
/// ```
/// use reticent_crypto::{Compat, Fernet};
///
/// let fernet = Fernet::new(&Fernet::generate_key()?)?;
/// let wrapped = format!("{}\n", fernet.encrypt(b"value")?);
/// assert!(fernet.decrypt(&wrapped).is_err());
/// assert!(fernet.with_compat(Compat::Python).decrypt(&wrapped).is_ok());
/// # Ok::<(), reticent_crypto::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Compat {
    /// In the canonical spelling alone: base64url (RFC 4648, section 5) with padding, nothing before or behind it.
    #[default]
    Strict,
    /// As Python's `base64.urlsafe_b64decode` reads: characters outside of the alphabet are skipped, `+` and `/` are
    /// taken for `-` and `_`, bits and text behind the end are ignored.
    Python,
}

/// Encrypts and authenticates small values with one key, as `cryptography.fernet.Fernet` does.
///
/// Python encrypts with any key. Here one that anybody can guess, such as one of zeros, decrypts and does not encrypt.
///
/// ```
/// use reticent_crypto::Fernet;
///
/// let key = Fernet::generate_key()?;
/// let fernet = Fernet::new(&key)?;
/// let token = fernet.encrypt(b"my deep dark secret")?;
/// assert_eq!(fernet.decrypt(&token)?.len(), 19);
/// # Ok::<(), reticent_crypto::Error>(())
/// ```
#[derive(Clone)]
pub struct Fernet {
    key: Arc<FernetKey>,
    /// Why it must not encrypt anything, if so.
    defect: Option<KeyDefect>,
    compat: Compat,
    clock: Arc<dyn Clock>,
}

impl Fernet {
    /// Makes a new key: 32 random bytes in base64url, as Python's `Fernet.generate_key()`.
    ///
    /// # Errors
    /// [`Error::NoRandomness`].
    pub fn generate_key() -> Result<Secret, Error> {
        Key::generate().map(|key| key.to_text())
    }

    /// Takes a key as [`generate_key`](Self::generate_key) or Python makes it.
    ///
    /// # Errors
    /// [`Error::Key`] when it is not 32 bytes in canonical base64url.
    pub fn new(key: &Secret) -> Result<Self, Error> {
        Self::read(key, Compat::Strict)
    }

    /// Takes a key as Python reads it, and reads tokens in the same way.
    ///
    /// # Errors
    /// [`Error::Key`] when Python would not take it either.
    pub fn new_as_python(key: &Secret) -> Result<Self, Error> {
        Self::read(key, Compat::Python)
    }

    /// Takes a key of a keyring.
    pub(crate) fn of(key: &Key) -> Self {
        Self::with_key(key, Compat::Strict)
    }

    fn read(text: &Secret, compat: Compat) -> Result<Self, Error> {
        Ok(Self::with_key(&key::read(text, compat)?, compat))
    }

    fn with_key(key: &Key, compat: Compat) -> Self {
        let defect = key.defect();
        let key = Arc::new(FernetKey::from_bytes(key.bytes()));
        Self { key, defect, compat, clock: Arc::new(SystemClock) }
    }

    /// Reads tokens in the given way.
    #[must_use]
    pub fn with_compat(mut self, compat: Compat) -> Self {
        self.compat = compat;
        self
    }

    /// Takes the time from `clock`.
    #[must_use]
    pub fn with_clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Encrypts `plaintext`; the token shows the time, in seconds, and the length, in blocks of 16 bytes.
    ///
    /// # Errors
    /// [`Error::Key`] when anybody can guess the key; [`Error::NoRandomness`], [`Error::Clock`].
    pub fn encrypt(&self, plaintext: &[u8]) -> Result<String, Error> {
        self.encrypt_at_time(plaintext, self.now()?)
    }

    /// Encrypts as [`encrypt`](Self::encrypt) at the given time, in seconds since 1970.
    ///
    /// # Errors
    /// [`Error::Key`] when anybody can guess the key; [`Error::NoRandomness`].
    pub fn encrypt_at_time(&self, plaintext: &[u8], current_time: u64) -> Result<String, Error> {
        if let Some(defect) = self.defect {
            return Err(Error::Key(defect));
        }
        Ok(token::seal(&self.key, plaintext, current_time, &crate::random::iv()?))
    }

    /// Decrypts a token of any age, even one from the future.
    ///
    /// # Errors
    /// [`Error::NotAuthentic`], whatever is wrong with it.
    pub fn decrypt(&self, token: impl AsRef<[u8]>) -> Result<Secret, Error> {
        let mut room = Room::new();
        let token = Token::read(&mut room, token.as_ref(), self.compat)?;
        token.open(&self.key)
    }

    /// Decrypts a token that is at most `ttl` old, counted in whole seconds, and at most a minute from the future.
    ///
    /// # Errors
    /// [`Error::NotAuthentic`], whatever is wrong with it, its age included; [`Error::Clock`].
    pub fn decrypt_with_ttl(&self, token: impl AsRef<[u8]>, ttl: Duration) -> Result<Secret, Error> {
        self.decrypt_at_time(token, ttl, self.now()?)
    }

    /// Decrypts as [`decrypt_with_ttl`](Self::decrypt_with_ttl) at the given time, in seconds since 1970.
    ///
    /// # Errors
    /// [`Error::NotAuthentic`], whatever is wrong with it, its age included.
    pub fn decrypt_at_time(
        &self,
        token: impl AsRef<[u8]>,
        ttl: Duration,
        current_time: u64,
    ) -> Result<Secret, Error> {
        let mut room = Room::new();
        let token = Token::read(&mut room, token.as_ref(), self.compat)?;
        token.check_age(ttl, current_time)?;
        token.open(&self.key)
    }

    /// Returns when an authentic token was made, in seconds since 1970.
    ///
    /// # Errors
    /// [`Error::NotAuthentic`].
    pub fn extract_timestamp(&self, token: impl AsRef<[u8]>) -> Result<u64, Error> {
        let mut room = Room::new();
        let token = Token::read(&mut room, token.as_ref(), self.compat)?;
        token.verify(&self.key)?;
        Ok(token.timestamp())
    }

    fn now(&self) -> Result<u64, Error> {
        let elapsed = self.clock.now().duration_since(SystemTime::UNIX_EPOCH);
        elapsed.map(|elapsed| elapsed.as_secs()).map_err(|_| Error::Clock)
    }
}

impl fmt::Debug for Fernet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fernet").field("compat", &self.compat).finish_non_exhaustive()
    }
}

/// The two halves of a key, for vectors.
#[cfg(test)]
pub(crate) fn signing_and_encrypting(key: &Key) -> (ring::hmac::Key, aes::Aes128Enc) {
    let FernetKey { signing, encrypting, .. } = FernetKey::from_bytes(key.bytes());
    (signing, encrypting)
}
