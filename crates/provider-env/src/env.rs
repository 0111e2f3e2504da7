//! `env://NAME`: a variable, or the file that `NAME_FILE` names.

mod read;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use reticent_core::{Revision, Secret, SecretInfo, SecretList, SecretRef, SecretSource, SourceError};

use crate::environment::{Environment, ProcessEnvironment};
use crate::error::{self, OwnKey};
use crate::warning::{Warning, Warnings};
use read::Found;

/// The label of the source, and its scheme.
const NAME: &str = "env";

/// What the name of a variable ends with that holds a path.
const SUFFIX: &str = "_FILE";

/// What `NAME_FILE` means.
///
/// ```
/// use reticent_provider_env::FileRule;
///
/// assert_eq!(FileRule::default(), FileRule::OfficialImages);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum FileRule {
    /// As the official container images have it: both set is a conflict, and the named file must be there.
    ///
    /// One line ending at the end of the file is taken off.
    #[default]
    OfficialImages,
    /// As a common Python helper has it: the file if it exists, else the variable.
    ///
    /// White space around the file's content is taken off.
    PythonHelper,
    /// Nothing: `NAME_FILE` is a variable like any other.
    Off,
}

/// Secrets in environment variables, or in files that they name.
///
/// ```
/// use std::collections::BTreeMap;
/// use std::ffi::OsString;
/// use reticent_core::{ErrorKind, SecretSource};
/// use reticent_provider_env::EnvSource;
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let both = BTreeMap::from([
///     ("TOKEN".to_owned(), OsString::from("abc")),
///     ("TOKEN_FILE".to_owned(), OsString::from("/run/secrets/token")),
/// ]);
/// let error = EnvSource::new(both).get(&"env://TOKEN".parse()?).await.unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::Conflict);
/// assert_eq!(error.to_string(), "env://TOKEN: conflict in env: TOKEN and TOKEN_FILE are both set");
/// # Ok::<(), reticent_core::ReferenceError>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct EnvSource(Arc<Inner>);

struct Inner {
    environment: Box<dyn Environment>,
    file_rule: FileRule,
    warnings: Warnings,
    key: OwnKey,
}

impl EnvSource {
    /// Reads the environment of this process.
    #[must_use]
    pub fn process() -> Self {
        Self::new(ProcessEnvironment)
    }

    /// Reads `environment` by the rules of the official images.
    #[must_use]
    pub fn new(environment: impl Environment + 'static) -> Self {
        Self::with_file_rule(environment, FileRule::default())
    }

    /// Reads `environment` by `file_rule`.
    ///
    /// ```
    /// use reticent_provider_env::{EnvSource, FileRule, ProcessEnvironment};
    ///
    /// let source = EnvSource::with_file_rule(ProcessEnvironment, FileRule::Off);
    /// assert!(source.warnings().is_empty());
    /// ```
    #[must_use]
    pub fn with_file_rule(environment: impl Environment + 'static, file_rule: FileRule) -> Self {
        Self(Arc::new(Inner {
            environment: Box::new(environment),
            file_rule,
            warnings: Warnings::default(),
            key: OwnKey::default(),
        }))
    }

    /// Returns what the reads so far have found that is allowed and unwise.
    #[must_use]
    pub fn warnings(&self) -> Vec<Warning> {
        self.0.warnings.list()
    }

    fn read(&self, at: &SecretRef) -> Result<Secret, SourceError> {
        match self.0.find(at)? {
            Found::Variable(secret) => Ok(secret),
            Found::File(path) => self.0.file(at, &path),
        }
    }
}

#[async_trait]
impl SecretSource for EnvSource {
    fn name(&self) -> Cow<'_, str> {
        NAME.into()
    }

    async fn get(&self, at: &SecretRef) -> Result<Secret, SourceError> {
        let secret = self.read(at)?;
        match at.field() {
            Some(field) => error::field(NAME, at, field, &secret),
            None => Ok(secret),
        }
    }

    async fn check(&self) -> Result<(), SourceError> {
        Ok(())
    }

    async fn revision(&self, at: &SecretRef) -> Result<Revision, SourceError> {
        match self.0.find(at)? {
            Found::Variable(secret) => {
                let fingerprint = self.0.key.fingerprint(NAME, at, &secret)?;
                Ok(Revision::of(format!("variable {fingerprint}")))
            }
            Found::File(path) => {
                let state = self.0.state(at, &path)?;
                Ok(Revision::of(format!("file {state}")))
            }
        }
    }
}

#[async_trait]
impl SecretList for EnvSource {
    /// Lists variables, and for each `NAME_FILE` that is followed the `NAME` that it serves; names alone are read.
    async fn list(&self, prefix: &str) -> Result<Vec<SecretInfo>, SourceError> {
        let mut names = self.0.environment.names();
        if self.0.file_rule != FileRule::Off {
            let served: Vec<_> =
                names.iter().filter_map(|name| name.strip_suffix(SUFFIX)).map(str::to_owned).collect();
            names.extend(served);
        }
        names.retain(|name| name.starts_with(prefix));
        let mut references: Vec<_> =
            names.iter().filter_map(|name| SecretRef::new(NAME, name).ok()).collect();
        references.sort_unstable();
        references.dedup();
        Ok(references.into_iter().map(SecretInfo::new).collect())
    }
}

impl fmt::Debug for EnvSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EnvSource").field("file_rule", &self.0.file_rule).finish_non_exhaustive()
    }
}
