//! Where the declared secrets live, without reading those that are not on this machine.
//!
//! The decision: the loader runs as for a check, with a source behind it that answers for every other machine with a
//! stand-in, so that what is found is found by the same rules; what it judges of a stand-in is thrown away.

use std::borrow::Cow;

use async_trait::async_trait;
use reticent_core::{LeaseKeeper, Revision, Secret, SecretRef, SecretSource, SourceError};
use reticent_resolve::Resolver;

use super::Prepared;
use super::places::LOCAL;

/// A declared secret, and the references that a program would read it by.
///
/// ```
/// use reticent::settings::Places;
/// use reticent::setup::Config;
///
/// # let folder = tempfile::tempdir()?;
/// let text = "[secrets]\nDB_PASSWORD = \"file:///run/secrets/db\"\n";
/// let config = Config::parse(text, folder.path().join("reticent.toml"))?;
/// # tokio::runtime::Builder::new_current_thread().enable_time().build()?.block_on(async {
/// let prepared = Places::usual().with_config(config).prepare()?;
/// let (environment, referred) = prepared.referred().await;
/// assert_eq!((environment.as_str(), referred[0].name()), ("development", "DB_PASSWORD"));
/// assert_eq!(referred[0].references()[0].to_string(), "file:///run/secrets/db");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Referred {
    name: String,
    kind: String,
    references: Vec<SecretRef>,
}

impl Referred {
    /// Returns what the program calls it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the token of its form: `secret`, `url`.
    #[must_use]
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// Returns the references, in the order in which they are tried.
    #[must_use]
    pub fn references(&self) -> &[SecretRef] {
        &self.references
    }
}

impl Prepared {
    /// Returns the environment, and each setting with the references that it is read by there: those of its own line,
    /// and the one that a place of this machine holds; and what opens the keyring. No value of another machine is read.
    pub async fn referred(&self) -> (String, Vec<Referred>) {
        let stand_in = StandIn(self.setup().resolver().clone());
        let loader = self.loader().clone().with_source(self.setup().schemes(), stand_in);
        let report = loader.check(self.schema()).await;
        let environment = report.environment().to_owned();
        let own = Some(environment.as_str()).filter(|name| self.config().has_environment(name));
        let declared = self.config().secrets(own).unwrap_or_default();
        let referred = report.items().iter().map(|item| {
            let line = declared.iter().find(|line| line.name().as_str().eq_ignore_ascii_case(item.name()));
            let mut references: Vec<SecretRef> = line.map_or(Vec::new(), |line| line.places().to_vec());
            let found = item.reference().and_then(|text| text.parse().ok());
            if let (true, Some(line)) = (references.is_empty(), line) {
                let usual = self.setup().resolver().places(line.name()).into_iter();
                references.extend(usual.filter(|place| !LOCAL.contains(&place.scheme())));
            }
            references.extend(found.filter(|at| !references.contains(at)));
            Referred { name: item.name().to_owned(), kind: item.kind().to_owned(), references }
        });
        let mut referred: Vec<Referred> =
            referred.filter(|referred| !referred.references.is_empty()).collect();
        referred.extend(self.keyring());
        (environment, referred)
    }

    /// What opens the keyring is read by the program as well.
    #[cfg(feature = "crypto")]
    fn keyring(&self) -> Option<Referred> {
        let references = self.config().keyring_references();
        let keyring = Referred { name: "[keyring]".to_owned(), kind: "key".to_owned(), references };
        (!keyring.references.is_empty()).then_some(keyring)
    }

    #[cfg(not(feature = "crypto"))]
    fn keyring(&self) -> Option<Referred> {
        None
    }
}

/// Reads what is on this machine, and stands in for everything else.
#[derive(Debug)]
struct StandIn(Resolver);

#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl SecretSource for StandIn {
    fn name(&self) -> Cow<'_, str> {
        "a stand-in".into()
    }

    async fn get(&self, at: &SecretRef) -> Result<Secret, SourceError> {
        if LOCAL.contains(&at.scheme()) { self.0.get_ref(at).await } else { Ok(Secret::copy_of(b"x")) }
    }

    async fn get_many(&self, at: &[SecretRef]) -> Vec<Result<Secret, SourceError>> {
        let mut answers = Vec::with_capacity(at.len());
        for at in at {
            answers.push(self.get(at).await);
        }
        answers
    }

    async fn check(&self) -> Result<(), SourceError> {
        Ok(())
    }

    async fn revision(&self, at: &SecretRef) -> Result<Revision, SourceError> {
        Ok(Revision::of(at.spelled().to_string()))
    }

    fn leases(&self) -> Option<&dyn LeaseKeeper> {
        None
    }

    async fn keep_alive(&self) -> Result<Option<std::time::Duration>, SourceError> {
        Ok(None)
    }
}
