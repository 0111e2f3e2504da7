//! `reticent.toml` → a resolver over every source of this build.
//!
//! The decision: here alone concrete backends are named. Everything below works on traits, and everything above (the
//! program, an application) asks [`Setup`]. The cost is that this module grows with each backend.

#[cfg(feature = "aws-agent")]
mod agent;
#[cfg(feature = "aws")]
mod aws;
mod changes;
mod collection;
mod comparing;
mod config;
#[cfg(any(feature = "aws-agent", feature = "vault"))]
mod credentials;
#[cfg(any(feature = "aws-agent", feature = "vault"))]
mod deferred;
mod error;
mod file;
mod kept;
#[cfg(feature = "crypto")]
mod keyring;
mod known;
mod policy;
mod remote;
mod rights;
mod rotation;
#[cfg(feature = "crypto")]
mod sealed;
mod sources;
#[cfg(feature = "vault")]
mod vault;
mod writing;

use std::collections::HashSet;

use reticent_core::hooks::{Actor, Hooks};
use reticent_core::{ErrorKind, Schemes, Secret, SecretList as _, SecretName, SecretRef, SourceError};
use reticent_resolve::{Provenance, Resolver};

use sources::Sources;

pub use changes::Changes;
pub use collection::{Collection, Member};
pub use comparing::Comparing;
pub use config::{Config, Declared};
pub use error::SetupError;
pub use kept::Kept;
#[cfg(feature = "crypto")]
pub use keyring::{KeyringPlace, Keyrings, Opened, Replica, StoredKeyring};
pub use known::Known;
pub use policy::{PolicyFor, PolicyOptions};
pub use rotation::{Finding, Previous, Rotation};

pub(crate) use known::variable;

/// A program's secrets: what it declares, the resolver over all sources, and the places that can be written.
///
/// Clones share everything.
///
/// ```
/// use reticent::setup::{Config, Setup};
///
/// # let folder = tempfile::tempdir()?;
/// # std::fs::write(folder.path().join(".env"), "DB_PASSWORD=correct horse\n")?;
/// # let base = folder.path();
/// let setup = Setup::of(Config::without_file(base), None)?;
/// # let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
/// # runtime.block_on(async {
/// let password = setup.resolver().get("DB_PASSWORD").await?;
/// assert_eq!(password.len(), 13);
/// # Ok::<(), reticent::core::SourceError>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Setup {
    config: Config,
    declared: Vec<Declared>,
    sources: Sources,
    resolver: Resolver,
    hooks: Hooks,
    actor: Actor,
}

impl Setup {
    /// Builds the sources that `config` names and the resolver over them, for one environment or for none.
    ///
    /// # Errors
    /// [`SetupError`] when the environment is not declared, or the configuration contradicts itself.
    pub fn of(config: Config, environment: Option<&str>) -> Result<Self, SetupError> {
        Self::with_hooks(config, environment, Hooks::none(), Actor::default())
    }

    /// Builds as [`of`](Self::of) does, and lets `hooks` decide, record and mask what `actor` does.
    ///
    /// # Errors
    /// As [`of`](Self::of).
    pub fn with_hooks(
        config: Config,
        environment: Option<&str>,
        hooks: Hooks,
        actor: Actor,
    ) -> Result<Self, SetupError> {
        let declared = config.secrets(environment)?;
        let sources = Sources::of(&config);
        let resolver = sources.resolver(&config, &declared, hooks.clone(), actor.clone())?;
        Ok(Self { config, declared, sources, resolver, hooks, actor })
    }

    /// Returns what `reticent.toml` says.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Returns the resolver over every source.
    #[must_use]
    pub fn resolver(&self) -> &Resolver {
        &self.resolver
    }

    /// Returns the schemes that make a text a reference here.
    #[must_use]
    pub fn schemes(&self) -> Schemes {
        self.config.schemes().clone()
    }

    /// Returns the secrets that are declared, then the keys of `.env` that are not. Names are read, and no value.
    ///
    /// # Errors
    /// `Malformed` when `.env` cannot be parsed, and what else keeps it from being read.
    pub async fn known(&self) -> Result<Vec<Known>, SourceError> {
        let declared = self.declared.iter();
        let mut known: Vec<Known> =
            declared.map(|declared| Known::declared(declared, self.places(declared.name()))).collect();
        let in_file = match self.sources.dotenv.list(".env").await {
            Ok(list) => list,
            Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(error),
        };
        let mut names: HashSet<String> = known.iter().map(|known| known.name().to_owned()).collect();
        for info in in_file {
            let place = info.reference();
            let Some(key) = place.field().and_then(|field| field.tokens().first()) else { continue };
            if names.insert(key.clone()) {
                known.push(Known::in_file(key, place.clone()));
            }
        }
        Ok(known)
    }

    /// Resolves all of `wanted`, in their order and in one call to each source; `None` is an optional secret that is
    /// nowhere.
    pub async fn resolve(&self, wanted: &[Known]) -> Vec<Result<Option<Secret>, SourceError>> {
        let texts: Vec<String> = wanted.iter().map(Known::asked).collect();
        let results = self.resolver.get_many(&texts).await;
        let each = wanted.iter().zip(results);
        each.map(|(known, result)| match result {
            Ok(secret) => Ok(Some(secret)),
            Err(error) if known.is_optional() && error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        })
        .collect()
    }

    /// Watches all of `wanted` that are there.
    ///
    /// # Errors
    /// What keeps one of them from being read now.
    pub async fn changes(&self, wanted: &[Known]) -> Result<Changes, SourceError> {
        let mut handles = Vec::new();
        for known in wanted {
            match self.resolver.watch(&known.asked()).await {
                Ok(handle) => handles.push((known.name().to_owned(), handle)),
                Err(error) if known.is_optional() && error.kind() == ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Changes::of(Box::pin(self.resolver.keep_fresh()), handles))
    }

    /// Returns the place that gives `name` now.
    ///
    /// # Errors
    /// As a read of it.
    pub async fn place_of(&self, name: &SecretName) -> Result<SecretRef, SourceError> {
        let provenance: Provenance = self.resolver.explain_name(name).await;
        match (provenance.found(), provenance.failure()) {
            (Some(found), _) => Ok(found.place().clone()),
            (None, Some(error)) => Err(error.clone()),
            (None, None) => Err(SourceError::new(ErrorKind::NotFound, "the resolver").for_key(name.as_str())),
        }
    }

    /// Returns what is unwise about the files that were read so far, and about those of `places` that are there: lines
    /// for the operator, without a value.
    #[must_use]
    pub fn warnings(&self, places: &[SecretRef]) -> Vec<String> {
        self.sources.warnings(places)
    }

    fn places(&self, name: &SecretName) -> Vec<SecretRef> {
        self.resolver.places(name)
    }
}
