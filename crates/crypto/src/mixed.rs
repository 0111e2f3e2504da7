//! Values on their way to be sealed: of each row nobody knows whether it is plaintext, a token of Python's or sealed.
//!
//! The decision: what is not sealed is taken until a date and refused from then on. Whoever can write a row can write
//! plaintext into it, which nothing authenticates, so a reader that takes it must stop, and a switch is forgotten where
//! a date is not. The date is set when the move begins; what is left behind it shows as an error, and not as a value.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::SystemTime;

use reticent_core::{Clock, Secret, SecretBuffer, SystemClock};

use crate::context::Context;
use crate::error::Error;
use crate::fernet;
use crate::key::KeyId;
use crate::sealer::{Sealed, Sealer};
use crate::stream;

/// Reads values while a column or a set of files is moved to `rt1`.
///
/// A sealed value or file (`rt1`, `RTC1`) is always read, in its own context. A Fernet token and plaintext are read until the dates that are
/// given, and without a date never. What begins as a ciphertext and is none is never taken for plaintext.
///
/// ```
/// use std::time::{Duration, SystemTime};
///
/// use reticent_core::Secret;
/// use reticent_crypto::{Context, Error, Key, Keyring, MixedReader, Sealer};
///
/// let sealer = Sealer::new(Keyring::of("k1".parse()?, Key::generate()?)?);
/// let in_a_month = SystemTime::now() + Duration::from_secs(30 * 86_400);
/// let reader = MixedReader::new(sealer).with_plaintext_until(in_a_month);
/// let row = Context::new("users").with("column", "token").with("id", "42");
///
/// let stored = Secret::copy_of(b"from before");
/// assert_eq!(reader.open(&row, &stored)?.len(), 11);
/// let sealed = reader.seal_anew(&row, &stored)?.expect("it was not sealed"); // to be written back
/// assert!(sealed.starts_with("rt1.k1."));
/// let stored = Secret::from_string(sealed);
/// assert_eq!(reader.open(&row, &stored)?.len(), 11);
/// assert_eq!(reader.seal_anew(&row, &stored)?, None);
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone)]
pub struct MixedReader {
    sealer: Sealer,
    fernet_until: Option<SystemTime>,
    plaintext_until: Option<SystemTime>,
    clock: Arc<dyn Clock>,
}

/// What a stored value is.
enum Stored<'s> {
    Sealed(&'s str),
    File(&'s [u8]),
    Fernet(&'s str),
    Plaintext,
}

impl MixedReader {
    /// Reads sealed values alone, until it is told otherwise.
    #[must_use]
    pub fn new(sealer: Sealer) -> Self {
        Self { sealer, fernet_until: None, plaintext_until: None, clock: Arc::new(SystemClock) }
    }

    /// Takes Fernet tokens, too, as long as it is before `end`.
    #[must_use]
    pub fn with_fernet_until(mut self, end: SystemTime) -> Self {
        self.fernet_until = Some(end);
        self
    }

    /// Takes what is not encrypted, too, as long as it is before `end`.
    ///
    /// # Security
    /// Until then whoever can write a value decides what is read.
    #[must_use]
    pub fn with_plaintext_until(mut self, end: SystemTime) -> Self {
        self.plaintext_until = Some(end);
        self
    }

    /// Takes the time from `clock`.
    #[must_use]
    pub fn with_clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Returns the value that is stored so.
    ///
    /// # Errors
    /// As [`Sealer::open`]; [`Error::Unsealed`] for what is not sealed when that is not taken, or no longer.
    pub fn open(&self, context: &Context, stored: &Secret) -> Result<Secret, Error> {
        match self.look(stored)? {
            Stored::Sealed(text) => self.sealer.open(context, text),
            Stored::File(bytes) => self.open_file(context, bytes).map(|(plaintext, _)| plaintext),
            Stored::Fernet(token) => self.sealer.open_fernet(token),
            Stored::Plaintext => Ok(stored.clone()),
        }
    }

    /// Seals a stored value under the primary key; `None` when it is so already.
    ///
    /// What is refused by its date is not sealed either: it would be taken for authentic from then on. A sealed file under
    /// another key becomes a value.
    ///
    /// # Errors
    /// As [`open`](Self::open), [`Sealer::rewrap`] and [`Sealer::seal`].
    pub fn seal_anew(&self, context: &Context, stored: &Secret) -> Result<Option<String>, Error> {
        match self.look(stored)? {
            Stored::Sealed(text) | Stored::Fernet(text) => {
                let anew = self.sealer.rewrap(context, text)?;
                Ok((anew != text).then_some(anew))
            }
            Stored::File(bytes) => match self.open_file(context, bytes)? {
                (_, id) if self.sealer.is_current(&id) => Ok(None),
                (plaintext, _) => self.seal(context, &plaintext),
            },
            Stored::Plaintext => self.seal(context, stored),
        }
    }

    fn seal(&self, context: &Context, plaintext: &Secret) -> Result<Option<String>, Error> {
        #[expect(clippy::disallowed_methods, reason = "to be encrypted")]
        let bytes = plaintext.expose_bytes();
        self.sealer.seal(context, bytes).map(Some)
    }

    fn open_file(&self, context: &Context, bytes: &[u8]) -> Result<(Secret, KeyId), Error> {
        let read = || -> io::Result<(Secret, KeyId)> {
            let mut decryptor = self.sealer.decryptor(context, bytes)?;
            let mut plaintext = SecretBuffer::new();
            plaintext.read_to_end(&mut decryptor, bytes.len())?;
            Ok((plaintext.into_secret(), decryptor.key_id().clone()))
        };
        let own =
            |error: &io::Error| error.get_ref().and_then(|inner| inner.downcast_ref::<Error>()).cloned();
        // Bytes in memory fail for no other reason.
        read().map_err(|error| own(&error).unwrap_or(Error::NotAuthentic))
    }

    /// Tells what a stored value is, if that is taken today.
    fn look<'s>(&self, stored: &'s Secret) -> Result<Stored<'s>, Error> {
        #[expect(clippy::disallowed_methods, reason = "to be told from a ciphertext")]
        let bytes = stored.expose_bytes();
        if bytes.starts_with(stream::MAGIC.as_bytes()) {
            return Ok(Stored::File(bytes));
        }
        let text = std::str::from_utf8(bytes).ok().filter(|text| self.sealer.is_sealed(text));
        match text {
            Some(text) if text.starts_with(Sealed::PREFIX) => Ok(Stored::Sealed(text)),
            Some(token) => self.taken(self.fernet_until, Stored::Fernet(token)),
            None if self.begins_sealed(bytes) => Err(Error::Malformed),
            None => self.taken(self.plaintext_until, Stored::Plaintext),
        }
    }

    fn begins_sealed(&self, bytes: &[u8]) -> bool {
        let start = bytes.trim_ascii_start();
        let is_sealed = [Sealed::PREFIX, stream::MAGIC].iter().any(|form| start.starts_with(form.as_bytes()));
        is_sealed || fernet::begins_as_one(start, self.sealer.compat())
    }

    fn taken<'s>(&self, end: Option<SystemTime>, stored: Stored<'s>) -> Result<Stored<'s>, Error> {
        if end.is_some_and(|end| self.clock.now() < end) { Ok(stored) } else { Err(Error::Unsealed) }
    }
}

impl fmt::Debug for MixedReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MixedReader")
            .field("sealer", &self.sealer)
            .field("fernet_until", &self.fernet_until)
            .field("plaintext_until", &self.plaintext_until)
            .finish_non_exhaustive()
    }
}
