//! `sealed:` references, opened with the program's keyring.
//!
//! The decision: the keyring is opened when the first sealed value is read, so a program without one needs no key.
//! A stored keyring is read again when its file has moved, since a key may have been suspended or promoted meanwhile;
//! the keys of a variable cost nothing to read each time. The keyring is looked for without sealed references, so a key
//! that covers others cannot itself be sealed under them.

use std::borrow::Cow;
use std::path::Path;

use async_trait::async_trait;
use reticent_core::{ErrorKind, Revision, Secret, SecretRef, SecretSource, SourceError};
use reticent_crypto::{SealedSource, Sealer};
use reticent_files::FileState;
use reticent_resolve::Resolver;
use tokio::sync::Mutex;

use super::Config;
use super::keyring::{KeyringPlace, Keyrings};

const NO_KEYRING: &str =
    "set ENCRYPTION_KEY, or store a keyring (reticent key generate); it is the one that sealed the value";
const NO_COVER: &str =
    "the file is to be where [keyring] says, and what covers it at KEYRING_KEY, or where [keyring] says";

/// Opens sealed references with whatever keyring the program has when they are read.
#[derive(Debug)]
pub(super) struct ProgramSealed {
    config: Config,
    /// Over every source but this one.
    resolver: Resolver,
    kept: Mutex<Option<(FileState, SealedSource)>>,
}

impl ProgramSealed {
    pub(super) fn new(config: Config, resolver: Resolver) -> Self {
        Self { config, resolver, kept: Mutex::new(None) }
    }

    async fn opened(&self) -> Result<SealedSource, SourceError> {
        let keyrings = Keyrings::of(&self.config, &self.resolver);
        match keyrings.place() {
            KeyringPlace::File(path) => self.stored(&keyrings, &path).await,
            KeyringPlace::Variable => {
                let told = |error| unopened(error, "there is no keyring to open it with", NO_KEYRING);
                Ok(source(keyrings.open().await.map_err(told)?))
            }
        }
    }

    /// Returns the keyring of a file; of many readers one opens it, since a passphrase takes its time.
    async fn stored(&self, keyrings: &Keyrings<'_>, path: &Path) -> Result<SealedSource, SourceError> {
        let mut kept = self.kept.lock().await;
        // Looked at first: a change while it is opened is noticed at the next look.
        let state = FileState::of(path).ok();
        if let (Some(state), Some((seen, source))) = (&state, &*kept)
            && state == seen
        {
            return Ok(source.clone());
        }
        let told = |error| unopened(error, "the keyring cannot be opened", NO_COVER);
        let opened = source(keyrings.open().await.map_err(told)?);
        *kept = state.map(|state| (state, opened.clone()));
        Ok(opened)
    }
}

#[async_trait]
impl SecretSource for ProgramSealed {
    fn name(&self) -> Cow<'_, str> {
        SealedSource::SCHEME.into()
    }

    async fn get(&self, at: &SecretRef) -> Result<Secret, SourceError> {
        self.opened().await?.get(at).await
    }

    async fn check(&self) -> Result<(), SourceError> {
        self.opened().await?.check().await
    }

    async fn revision(&self, at: &SecretRef) -> Result<Revision, SourceError> {
        self.opened().await?.revision(at).await
    }
}

fn source(keyring: reticent_crypto::Keyring) -> SealedSource {
    SealedSource::new(Sealer::new(keyring))
}

/// A keyring that is not there, or that nothing opens, is no sealed value that is not there: another place must not be
/// asked instead.
fn unopened(error: SourceError, missing: &str, remedy: &str) -> SourceError {
    if error.kind() != ErrorKind::NotFound {
        return error;
    }
    SourceError::new(ErrorKind::AccessDenied, SealedSource::SCHEME).with_detail(missing).with_hint(remedy)
}
