//! The least that a program must be allowed by a backend, from the references that it declares.

use reticent_core::{SecretRef, SourceError};

use super::Setup;
use super::config::labelled;

/// A backend whose policies can be written.
///
/// ```
/// use reticent::setup::PolicyFor;
///
/// assert_eq!(PolicyFor::Aws.as_str(), "aws");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PolicyFor {
    /// A policy of IAM, as JSON.
    Aws,
    /// A policy of Vault or OpenBao, as HCL.
    Vault,
}

impl PolicyFor {
    /// Returns the word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Aws => "aws",
            Self::Vault => "vault",
        }
    }

    fn schemes(self) -> &'static [&'static str] {
        match self {
            Self::Aws => &["aws-agent", "aws-sm", "aws-ssm"],
            Self::Vault => &["vault"],
        }
    }
}

/// What a policy is about besides the references; what a backend has no word for is left out.
///
/// ```
/// use reticent::setup::PolicyOptions;
///
/// let options = PolicyOptions::default().with_region("eu-west-1").with_watching();
/// assert_ne!(options, PolicyOptions::default());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PolicyOptions {
    instance: String,
    region: Option<String>,
    account: Option<String>,
    keys: Vec<String>,
    watches: bool,
    batches: bool,
    writes: bool,
    lists: bool,
}

impl PolicyOptions {
    /// Writes it for the references of this instance, as `prod` of `vault+prod://…`.
    #[must_use]
    pub fn of_instance(mut self, label: impl Into<String>) -> Self {
        self.instance = label.into();
        self
    }

    /// AWS: the region of names that are no ARNs; without it that of `[sources.aws]`, else any.
    #[must_use]
    pub fn with_region(mut self, region: impl Into<String>) -> Self {
        self.region = Some(region.into());
        self
    }

    /// AWS: the account of names that are no ARNs; without it any.
    #[must_use]
    pub fn with_account(mut self, account: impl Into<String>) -> Self {
        self.account = Some(account.into());
        self
    }

    /// AWS: a key, by its ARN, that encrypts the secrets and is not AWS's own.
    #[must_use]
    pub fn with_key(mut self, arn: impl Into<String>) -> Self {
        self.keys.push(arn.into());
        self
    }

    /// AWS: also to see whether a secret has moved, which a program does that follows rotations. Vault's policies have it.
    #[must_use]
    pub fn with_watching(mut self) -> Self {
        self.watches = true;
        self
    }

    /// AWS: also to read in batches, which IAM grants on all secrets alone; each value still needs its own right.
    #[must_use]
    pub fn with_batches(mut self) -> Self {
        self.batches = true;
        self
    }

    /// Vault: also to write and delete.
    #[must_use]
    pub fn with_writing(mut self) -> Self {
        self.writes = true;
        self
    }

    /// Vault: also to list the folders that the secrets lie in.
    #[must_use]
    pub fn with_listing(mut self) -> Self {
        self.lists = true;
        self
    }
}

impl Setup {
    /// Returns the policy that allows reading those of `at` that live in this backend, and nothing else; `None` when none
    /// of them does.
    ///
    /// It is made of the references alone: no server is asked.
    ///
    /// # Errors
    /// `InvalidReference` for a reference that the backend cannot mean; `Unsupported` where this build has no such backend.
    pub fn policy(
        &self,
        backend: PolicyFor,
        at: &[SecretRef],
        options: &PolicyOptions,
    ) -> Result<Option<String>, SourceError> {
        let plain = |at: &SecretRef| {
            let scheme =
                backend.schemes().iter().find(|scheme| labelled(scheme, &options.instance) == at.scheme())?;
            let renamed = SecretRef::new(scheme, at.path()).ok()?;
            Some(renamed.at_version(at.version().clone()).at_field(at.field().cloned()))
        };
        let mut meant: Vec<SecretRef> = at.iter().filter_map(plain).collect();
        meant.sort_unstable();
        meant.dedup();
        if meant.is_empty() {
            return Ok(None);
        }
        match backend {
            PolicyFor::Aws => self.aws_policy(&meant, options),
            PolicyFor::Vault => self.vault_policy(&meant, options),
        }
        .map(Some)
    }

    #[cfg(feature = "aws-agent")]
    fn aws_policy(&self, at: &[SecretRef], asked: &PolicyOptions) -> Result<String, SourceError> {
        use reticent_provider_aws::policy;
        let table = self.config.remote.aws.get(&asked.instance);
        let mut options = policy::PolicyOptions::default();
        if let Some(region) = asked.region.clone().or_else(|| table?.region.clone()) {
            options = options.with_region(region);
        }
        if let Some(account) = &asked.account {
            options = options.with_account(account);
        }
        options = asked.keys.iter().fold(options, |options, key| options.with_key(key));
        if asked.watches {
            options = options.with_revisions();
        }
        if asked.batches {
            options = options.with_batches();
        }
        policy::for_references(at, &options)
    }

    #[cfg(feature = "vault")]
    fn vault_policy(&self, at: &[SecretRef], asked: &PolicyOptions) -> Result<String, SourceError> {
        use reticent_provider_vault::policy;
        let mut options = policy::PolicyOptions::default();
        let table = self.config.remote.vault.get(&asked.instance);
        for (mount, kind) in table.map_or(&[][..], |table| &table.mounts) {
            options = options.with_mount(mount, super::vault::engine(*kind));
        }
        if asked.writes {
            options = options.with_writes();
        }
        if asked.lists {
            options = options.with_lists();
        }
        policy::for_references(at, &options)
    }

    #[cfg(not(feature = "aws-agent"))]
    fn aws_policy(&self, _: &[SecretRef], _: &PolicyOptions) -> Result<String, SourceError> {
        Err(not_here("aws"))
    }

    #[cfg(not(feature = "vault"))]
    fn vault_policy(&self, _: &[SecretRef], _: &PolicyOptions) -> Result<String, SourceError> {
        Err(not_here("vault"))
    }
}

#[cfg(not(all(feature = "aws-agent", feature = "vault")))]
fn not_here(backend: &'static str) -> SourceError {
    SourceError::new(reticent_core::ErrorKind::Unsupported, backend)
        .with_detail("this build does not have it")
}
