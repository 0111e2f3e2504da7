//! Secrets of one server, as one identity may see them.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use reticent_core::{
    Clock, ErrorKind, FingerprintKey, LeaseKeeper, Revision, Secret, SecretRef, SecretSource, SourceError,
};

use crate::client::Client;
use crate::config::{SettingsError, VaultSettings};
use crate::error::{Outcome, Problem, narrow, not_meant};
use crate::kv::Asked;
use crate::leased::{Ledger, is_static};
use crate::mounts::{Engine, Mounts, Place};
use crate::session::Session;
use crate::value;

/// The scheme of references.
pub(crate) const SCHEME: &str = "vault";

/// Reads and writes `vault://MOUNT/PATH[?version=N|previous][#field]`; cheap to clone.
///
/// Whether a mount holds version 1 or 2 of keys and values, or hands out leased credentials, is asked of the server
/// once. Without a field a secret is what was put there: one text, or a JSON object (see the crate's documentation).
///
/// ```no_run
/// use reticent_core::SecretSource;
/// use reticent_provider_vault::VaultSettings;
///
/// # async fn read() -> Result<(), Box<dyn std::error::Error>> {
/// let vault = VaultSettings::from_env()?.build()?;
/// let password = vault.get(&"vault://secret/prod/db#password".parse()?).await?;
/// # let _ = password;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct VaultSource {
    inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) label: Arc<str>,
    pub(crate) client: Arc<Client>,
    pub(crate) session: Arc<Session>,
    pub(crate) mounts: Arc<Mounts>,
    pub(crate) leases: Ledger,
    pub(crate) clock: Arc<dyn Clock>,
    /// Tells values apart that have no version; it lives as long as the source.
    key: FingerprintKey,
}

impl VaultSource {
    pub(crate) fn of(settings: VaultSettings) -> Result<Self, SettingsError> {
        let client = Arc::new(Client::of(&settings)?);
        let session = Session::new(Arc::clone(&client), settings.login);
        let mounts = Mounts::new(Arc::clone(&session), settings.mounts);
        let inner = Inner {
            label: settings.label,
            client,
            session,
            mounts,
            leases: Ledger::default(),
            clock: settings.clock,
            key: FingerprintKey::random()
                .map_err(|error| SettingsError::new("randomness", error.to_string()))?,
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    pub(crate) fn inner(&self) -> &Inner {
        &self.inner
    }

    /// Names the reference in a problem.
    pub(crate) fn error(&self, problem: Problem, at: &SecretRef) -> SourceError {
        problem.at(&self.inner.label, at)
    }
}

impl Inner {
    /// Finds where a reference leads and which version of it is asked for.
    pub(crate) async fn place(&self, at: &SecretRef) -> Outcome<(Place, Asked)> {
        if at.scheme() != SCHEME {
            return Err(not_meant("its scheme is not vault"));
        }
        let place = self.mounts.find(at.path()).await?;
        let asked = Asked::of(place.mount.engine, at.version())?;
        Ok((place, asked))
    }

    fn fingerprint(&self, value: &Secret) -> Revision {
        Revision::of(self.key.fingerprint(value).to_string())
    }

    /// Reads the whole object.
    async fn read(&self, place: &Place, asked: Asked) -> Outcome<Secret> {
        match place.mount.engine {
            Engine::KvV1 => self.read_v1(place).await,
            Engine::KvV2 => self.read_v2(place, asked).await,
            Engine::Leased => self.read_leased(place).await,
        }
    }
}

#[async_trait]
impl SecretSource for VaultSource {
    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.inner.label)
    }

    async fn get(&self, at: &SecretRef) -> Result<Secret, SourceError> {
        let inner = &self.inner;
        let found = async {
            let (place, asked) = inner.place(at).await?;
            Ok((inner.read(&place, asked).await?, place.mount.engine))
        };
        let (data, engine) = found.await.map_err(|problem| self.error(problem, at))?;
        match (engine, at.field()) {
            (Engine::Leased, _) => narrow(&inner.label, at, data),
            (_, Some(field)) => value::field(&inner.label, at, field, &data),
            (_, None) => Ok(value::served(&data)),
        }
    }

    async fn check(&self) -> Result<(), SourceError> {
        self.inner.session.check().await.map_err(|problem| problem.of(&self.inner.label))
    }

    /// For version 2 it is the number of the version and its time; reading it needs `read` on `metadata/`, and reads the
    /// value where that is denied. For version 1 the value is read, and a keyed fingerprint of it returned.
    async fn revision(&self, at: &SecretRef) -> Result<Revision, SourceError> {
        let inner = &self.inner;
        let found = async {
            let (place, asked) = inner.place(at).await?;
            match place.mount.engine {
                Engine::KvV2 => inner.revision_v2(&place, asked).await,
                Engine::KvV1 => Ok(inner.fingerprint(&inner.read_v1(&place).await?)),
                Engine::Leased if is_static(&place) => {
                    Ok(inner.fingerprint(&inner.read_leased(&place).await?))
                }
                Engine::Leased => Err(Problem::new(ErrorKind::Unsupported)
                    .with_detail("each read of it makes another credential")),
            }
        };
        found.await.map_err(|problem| self.error(problem, at))
    }

    fn leases(&self) -> Option<&dyn LeaseKeeper> {
        Some(self)
    }

    async fn keep_alive(&self) -> Result<Option<Duration>, SourceError> {
        self.inner.session.keep_alive().await.map_err(|problem| problem.of(&self.inner.label))
    }
}

impl fmt::Debug for VaultSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VaultSource")
            .field("label", &self.inner.label)
            .field("address", self.inner.client.address())
            .finish_non_exhaustive()
    }
}
