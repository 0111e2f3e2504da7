//! `sealed:rt1.<key id>.<base64url>`: a reference that is its own ciphertext.
//!
//! The decision: a sealed value stands where a reference stands, so a configuration file can be committed with it. Who
//! reads it knows a reference and no name, so the context is the same for all of them: a purpose, and nothing else.
//! The cost is that whoever may write the file can put one sealed value in another's place; they could as well write a
//! value of their own.

use std::borrow::Cow;

use async_trait::async_trait;
use reticent_core::{
    ErrorKind, FieldError, Metadata, Revision, Secret, SecretRef, SecretSource, SourceError, Version,
};

use crate::context::Context;
use crate::error::Error;
use crate::keyring::Permission;
use crate::sealer::Sealer;

/// What every value in a configuration is sealed for.
const PURPOSE: &str = "reticent config";

/// Opens references that hold a sealed value.
///
/// An error names the key and never the text, since somebody may have put a value there that is not sealed.
/// A key that is not here or may not decrypt is `AccessDenied`, so no default of another place is taken instead.
///
/// ```
/// use reticent_core::SecretSource as _;
/// use reticent_crypto::{Key, Keyring, SealedSource, Sealer};
///
/// # futures_util::FutureExt::now_or_never(async {
/// let sealer = Sealer::new(Keyring::of("k1".parse()?, Key::generate()?)?);
/// let line = SealedSource::reference(&sealer, b"correct horse")?;
/// let password = SealedSource::new(sealer).get(&line.parse()?).await?;
/// assert_eq!(password.len(), 13);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).unwrap().unwrap();
/// ```
#[derive(Clone, Debug)]
pub struct SealedSource {
    sealer: Sealer,
}

impl SealedSource {
    /// Opens with the keys of `sealer`.
    #[must_use]
    pub fn new(sealer: Sealer) -> Self {
        Self { sealer }
    }

    /// The scheme of its references, and its label.
    pub const SCHEME: &'static str = "sealed";

    /// Encrypts a value as a reference that stands for it: `sealed:rt1.<key id>.<base64url>`.
    ///
    /// # Errors
    /// As [`Sealer::seal`].
    pub fn reference(sealer: &Sealer, plaintext: &[u8]) -> Result<String, Error> {
        let sealed = sealer.seal(&Self::context(), plaintext)?;
        Ok(format!("{}:{sealed}", Self::SCHEME))
    }

    /// Returns the context in which a value must be sealed to stand in a configuration.
    #[must_use]
    pub fn context() -> Context {
        Context::new(PURPOSE)
    }

    fn open(&self, at: &SecretRef) -> Result<Secret, SourceError> {
        if *at.version() != Version::Current {
            let error = about(ErrorKind::InvalidReference, at).with_detail("it has no versions");
            return Err(error.with_hint("leave ?version= out"));
        }
        let opened = self.sealer.open(&Self::context(), at.path()).map_err(|error| told(at, &error))?;
        let opened = opened.with_metadata(Metadata::of_source(SealedSource::SCHEME));
        match at.field() {
            Some(field) => opened.field(field).map_err(|error| {
                let is_absent = matches!(error, FieldError::Missing { .. });
                let kind = if is_absent { ErrorKind::NotFound } else { ErrorKind::Malformed };
                about(kind, at).with_detail(error.to_string())
            }),
            None => Ok(opened),
        }
    }
}

#[async_trait]
impl SecretSource for SealedSource {
    fn name(&self) -> Cow<'_, str> {
        Self::SCHEME.into()
    }

    async fn get(&self, at: &SecretRef) -> Result<Secret, SourceError> {
        self.open(at)
    }

    async fn check(&self) -> Result<(), SourceError> {
        let mut states = self.sealer.keyring().entries().map(crate::Entry::state);
        if states.any(|state| state.permits(Permission::Decrypt)) {
            return Ok(());
        }
        Err(SourceError::new(ErrorKind::AccessDenied, Self::SCHEME).with_detail("no key here may decrypt"))
    }

    async fn revision(&self, at: &SecretRef) -> Result<Revision, SourceError> {
        self.open(at).map(|_| Revision::of(at.path()))
    }
}

/// An error about a reference, of which the key alone is shown.
fn about(kind: ErrorKind, at: &SecretRef) -> SourceError {
    SourceError::new(kind, SealedSource::SCHEME).for_key(at.to_string())
}

fn told(at: &SecretRef, error: &Error) -> SourceError {
    let kind = match error {
        Error::NotAuthentic => ErrorKind::Malformed,
        Error::Malformed => ErrorKind::InvalidReference,
        _ => ErrorKind::AccessDenied,
    };
    about(kind, at).with_detail(error.to_string())
}
