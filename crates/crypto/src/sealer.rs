//! The type that programs hold to encrypt and decrypt values.

use std::fmt;
use std::io::{Read, Write};
use std::sync::Arc;

use reticent_core::Secret;

use crate::context::Context;
use crate::error::Error;
use crate::fernet::{self, Compat, MultiFernet};
use crate::key::KeyId;
use crate::keyring::{Keyring, Permission};
use crate::stream::{Decryptor, Encryptor};
use crate::text;

/// Encrypts values under the primary key of a keyring, and decrypts them with the key that they name.
///
/// ```
/// use reticent_crypto::{Context, Key, Keyring, Sealer};
///
/// let sealer = Sealer::new(Keyring::of("k1".parse()?, Key::generate()?)?);
/// let row = |id: &str| Context::new("api_keys").with("column", "encrypted_key").with("row_id", id);
/// let sealed = sealer.seal(&row("42"), b"the value")?;
/// assert!(sealed.starts_with("rt1.k1."));
/// assert_eq!(sealer.open(&row("42"), &sealed)?.len(), 9);
/// assert!(sealer.open(&row("43"), &sealed).is_err());
/// # Ok::<(), reticent_crypto::Error>(())
/// ```
#[derive(Clone)]
pub struct Sealer {
    keyring: Arc<Keyring>,
    padding: usize,
    compat: Compat,
}

impl Sealer {
    /// Takes a keyring.
    #[must_use]
    pub fn new(keyring: Keyring) -> Self {
        Self { keyring: Arc::new(keyring), padding: 1, compat: Compat::default() }
    }

    /// Pads values to a multiple of `block` bytes, of a mebibyte at most, so that their length tells less; one byte is
    /// always added.
    #[must_use]
    pub fn with_padding(mut self, block: usize) -> Self {
        self.padding = block.clamp(1, text::LARGEST_BLOCK);
        self
    }

    /// Reads Fernet tokens in the given way; whatever it makes is canonical.
    #[must_use]
    pub fn with_compat(mut self, compat: Compat) -> Self {
        self.compat = compat;
        self
    }

    /// Returns the keyring.
    #[must_use]
    pub fn keyring(&self) -> &Keyring {
        &self.keyring
    }

    /// Encrypts a value as `rt1.<key id>.<base64url>`.
    ///
    /// # Errors
    /// [`Error::NoKey`], [`Error::Key`] when anybody can guess the primary key, [`Error::TooLong`] for a field of the
    /// context, [`Error::NoRandomness`].
    pub fn seal(&self, context: &Context, plaintext: &[u8]) -> Result<String, Error> {
        let (id, key) = self.keyring.sealing()?;
        text::seal(key, id, context, plaintext, self.padding)
    }

    /// Decrypts what [`seal`](Self::seal) made in the same context.
    ///
    /// # Errors
    /// [`Error::NotAuthentic`]: changed, cut, or of another key or context. [`Error::Malformed`]: of another form.
    /// [`Error::UnknownKey`], [`Error::KeyUnusable`].
    pub fn open(&self, context: &Context, sealed: &str) -> Result<Secret, Error> {
        self.open_for(Permission::Decrypt, context, sealed)
    }

    /// Encrypts a value or a Fernet token anew under the primary key; a value that has it already is returned as it is.
    ///
    /// A compromised key decrypts here and nowhere else. A Fernet token, which has no context, gets this one.
    ///
    /// # Errors
    /// As [`open`](Self::open) and [`seal`](Self::seal).
    pub fn rewrap(&self, context: &Context, sealed: &str) -> Result<String, Error> {
        let plaintext = match text::parse(sealed) {
            Some((id, _)) => {
                let plaintext = self.open_for(Permission::Rewrap, context, sealed)?;
                if self.is_current(&id) {
                    return Ok(sealed.to_owned());
                }
                plaintext
            }
            None if self.is_sealed(sealed) => self.fernet_for_rewrapping()?.decrypt(sealed)?,
            None => return Err(Error::Malformed),
        };
        #[expect(clippy::disallowed_methods, reason = "to be encrypted anew")]
        self.seal(context, plaintext.expose_bytes())
    }

    /// Encrypts a Fernet token anew under the primary key and under its own time, as Python's `MultiFernet.rotate` does;
    /// a canonical token that has that key already is returned as it is.
    ///
    /// A compromised key decrypts here and nowhere else.
    ///
    /// # Errors
    /// [`Error::NotAuthentic`], [`Error::NoKey`], [`Error::Key`] when anybody can guess the primary key.
    pub fn rewrap_fernet(&self, token: &str) -> Result<String, Error> {
        match self.keyring.signer_of(token, Compat::Strict) {
            Some(id) if self.is_current(&id) => Ok(token.to_owned()),
            _ => self.fernet_for_rewrapping()?.rotate(token),
        }
    }

    /// Decrypts a Fernet token of any age.
    pub(crate) fn open_fernet(&self, token: &str) -> Result<Secret, Error> {
        self.keyring.multi_fernet()?.with_compat(self.compat).decrypt(token)
    }

    pub(crate) fn compat(&self) -> Compat {
        self.compat
    }

    fn fernet_for_rewrapping(&self) -> Result<MultiFernet, Error> {
        Ok(self.keyring.fernet_for(Permission::Rewrap)?.with_compat(self.compat))
    }

    fn open_for(&self, wanted: Permission, context: &Context, sealed: &str) -> Result<Secret, Error> {
        let (id, body) = text::parse(sealed).ok_or(Error::Malformed)?;
        text::open(self.keyring.key(&id, wanted)?, &id, context, body)
    }

    /// Encrypts what is written to it into `sink`, in constant memory.
    ///
    /// # Errors
    /// As [`seal`](Self::seal), and what the sink reports.
    pub fn encryptor<W: Write>(&self, context: &Context, sink: W) -> std::io::Result<Encryptor<W>> {
        let (id, key) = self.keyring.sealing()?;
        Encryptor::new(key, id, context, sink)
    }

    /// Decrypts what an [`Encryptor`] wrote, in constant memory.
    ///
    /// # Errors
    /// As [`open`](Self::open), and what the source reports.
    pub fn decryptor<R: Read>(&self, context: &Context, source: R) -> std::io::Result<Decryptor<R>> {
        self.decryptor_for(Permission::Decrypt, context, source)
    }

    pub(crate) fn decryptor_for<R: Read>(
        &self,
        wanted: Permission,
        context: &Context,
        source: R,
    ) -> std::io::Result<Decryptor<R>> {
        Decryptor::new(|id| self.keyring.key(id, wanted), context, source)
    }

    /// Tells whether this key is the one that encrypts.
    pub(crate) fn is_current(&self, id: &KeyId) -> bool {
        self.keyring.sealing().is_ok_and(|(primary, _)| primary == id)
    }

    /// Tells what a text is encrypted with, if it has the form of a value or a token; it decrypts nothing.
    #[must_use]
    pub fn inspect(&self, text: &str) -> Option<Sealed> {
        match text::parse(text) {
            Some((id, _)) => Some(Sealed::Key(id)),
            None if self.is_sealed(text) => Some(Sealed::Fernet(self.keyring.signer_of(text, self.compat))),
            None => None,
        }
    }

    /// Tells whether a text has the form of a value or a token.
    pub(crate) fn is_sealed(&self, text: &str) -> bool {
        text::parse(text).is_some() || fernet::is_token(text.as_bytes(), self.compat)
    }

    /// Tells whether a text that begins so may be sealed.
    pub(crate) fn may_begin_with(&self, start: &[u8]) -> bool {
        start.starts_with(Sealed::PREFIX.as_bytes()) || fernet::may_begin_with(start, self.compat)
    }
}

/// What a text is encrypted with.
///
/// ```
/// use reticent_crypto::{Context, Key, Keyring, Sealed, Sealer};
///
/// let sealer = Sealer::new(Keyring::of("k1".parse()?, Key::generate()?)?);
/// let text = sealer.seal(&Context::new("test"), b"value")?;
/// assert_eq!(sealer.inspect(&text), Some(Sealed::Key("k1".parse()?)));
/// assert_eq!(sealer.inspect("plain"), None);
/// # Ok::<(), reticent_crypto::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Sealed {
    /// A value, with the key that it names.
    Key(KeyId),
    /// A Fernet token, by the key of the keyring that its signature fits, whatever that key's state.
    Fernet(Option<KeyId>),
}

impl Sealed {
    /// How a value begins.
    pub(crate) const PREFIX: &str = "rt1.";

    /// Tells what a sealed file is encrypted with, from how it begins; it decrypts nothing.
    ///
    /// # Errors
    /// [`Error::Malformed`] in an [`std::io::Error`] when it does not begin as one, and what the source reports.
    pub fn of_file(mut start: impl Read) -> std::io::Result<Self> {
        crate::stream::read_id(&mut start).map(Self::Key)
    }

    /// Tells whether a text has the canonical form of a value or a token.
    pub(crate) fn is_one(text: &str) -> bool {
        text::parse(text).is_some() || fernet::is_token(text.as_bytes(), Compat::Strict)
    }
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sealer").field("keyring", &self.keyring).finish_non_exhaustive()
    }
}
