//! The source over Secrets Manager.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use async_trait::async_trait;
use aws_config::SdkConfig;
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::config::Builder;
use reticent_core::{
    ErrorKind, Revision, Secret, SecretInfo, SecretList, SecretRef, SecretSource, SourceError,
};

use crate::error::not_meant;
use crate::place::SecretId;
use crate::sdk::{Answer, Aws, NothingInClear, Service};

/// The scheme of secrets in Secrets Manager.
pub(super) const SCHEME: &str = "aws-sm";

/// Reads and writes AWS Secrets Manager: `aws-sm://prod/db`, `aws-sm://prod/db?version=previous#password`.
///
/// The path is a name or a whole ARN, whose region is the one that is asked. A version is `current`, `previous`,
/// `pending`, a version's identifier, or a staging label of one's own. A secret is served as it is stored, text or
/// bytes; a field is taken out of JSON. Many are read twenty at a time.
///
/// A call is made once and given up after the session's timeout; retries are the resolver's.
///
/// ```no_run
/// use reticent_core::SecretSource;
/// use reticent_provider_aws::{Aws, AwsOptions, SecretsManagerSource};
///
/// # async fn password() -> Result<(), Box<dyn std::error::Error>> {
/// let aws = Aws::from_default_chain(AwsOptions::default());
/// let source = SecretsManagerSource::new(&aws);
/// let password = source.get(&"aws-sm://prod/db#password".parse()?).await?;
/// # Ok(())
/// # }
/// ```
pub struct SecretsManagerSource {
    pub(super) label: Arc<str>,
    pub(super) service: Service<Client>,
    pub(super) deletion: Deletion,
    /// Set once a whole batch was denied: the right to read in batches is one of its own.
    pub(super) reads_singly: AtomicBool,
}

/// How long a deleted secret can be restored.
///
/// ```
/// use reticent_provider_aws::Deletion;
///
/// assert_eq!(Deletion::default(), Deletion::AfterDays(30));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Deletion {
    /// It can be restored for this many days: 7 to 30, as AWS allows.
    AfterDays(u8),
    /// It is gone at once, and its name is free.
    AtOnce,
}

impl Default for Deletion {
    fn default() -> Self {
        Self::AfterDays(30)
    }
}

impl SecretsManagerSource {
    /// Makes a source over this account. It reads nothing yet.
    #[must_use]
    pub fn new(aws: &Aws) -> Self {
        Self {
            label: SCHEME.into(),
            service: Service::new(aws, client),
            deletion: Deletion::default(),
            reads_singly: AtomicBool::new(false),
        }
    }

    /// Names this instance in errors and records, as `aws-sm(prod)`.
    #[must_use]
    pub fn with_label(mut self, label: impl Into<Arc<str>>) -> Self {
        self.label = label.into();
        self
    }

    /// Says how long a deleted secret can be restored.
    #[must_use]
    pub fn with_deletion(mut self, deletion: Deletion) -> Self {
        self.deletion = deletion;
        self
    }

    /// Checks the scheme and reads the path.
    pub(super) fn secret_id<'a>(&self, at: &'a SecretRef) -> Result<SecretId<'a>, SourceError> {
        if at.scheme() != SCHEME {
            return Err(not_meant(&self.label, at, format_args!("its scheme is not {SCHEME}")));
        }
        SecretId::of(&self.label, at)
    }

    pub(super) fn error(&self, answer: &Answer, at: &SecretRef) -> SourceError {
        answer.failure.at(&self.label, at)
    }
}

fn client(config: &SdkConfig, aws: &Aws) -> Client {
    let mut builder = Builder::from(config);
    if let Some(endpoint) = aws.options().endpoint() {
        // Said once more, since an endpoint of this one service in the environment would win over the options.
        builder = builder.endpoint_url(endpoint);
    }
    if !aws.options().allows_plain_http() {
        builder = builder.interceptor(NothingInClear);
    }
    Client::from_conf(builder.build())
}

#[async_trait]
impl SecretSource for SecretsManagerSource {
    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.label)
    }

    async fn get(&self, at: &SecretRef) -> Result<Secret, SourceError> {
        self.read(at).await
    }

    /// Reads current values twenty at a time; other versions, and all of them once batches are denied, one by one.
    async fn get_many(&self, at: &[SecretRef]) -> Vec<Result<Secret, SourceError>> {
        self.read_many(at).await
    }

    /// Asks for one entry of the list: an answer, and a refusal by somebody who knows us, both prove what is asked.
    async fn check(&self) -> Result<(), SourceError> {
        let asked = self
            .service
            .call(None, "secretsmanager:ListSecrets", |client| client.list_secrets().max_results(1).send());
        match asked.await {
            Ok(_) => Ok(()),
            Err(answer) if answer.code.is_some() && answer.failure.kind() == ErrorKind::AccessDenied => {
                Ok(())
            }
            Err(answer) => Err(answer.failure.of(&self.label)),
        }
    }

    async fn revision(&self, at: &SecretRef) -> Result<Revision, SourceError> {
        self.present_revision(at).await
    }
}

#[async_trait]
impl SecretList for SecretsManagerSource {
    async fn list(&self, prefix: &str) -> Result<Vec<SecretInfo>, SourceError> {
        self.list_names(prefix).await
    }
}

impl fmt::Debug for SecretsManagerSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecretsManagerSource")
            .field("label", &self.label)
            .field("aws", self.service.aws())
            .field("deletion", &self.deletion)
            .finish_non_exhaustive()
    }
}
