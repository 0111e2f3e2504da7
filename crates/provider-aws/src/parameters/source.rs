//! The source over parameters.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use aws_config::SdkConfig;
use aws_sdk_ssm::Client;
use aws_sdk_ssm::config::Builder;
use reticent_core::{
    ErrorKind, Revision, Secret, SecretInfo, SecretList, SecretRef, SecretSource, SourceError,
};

use crate::error::not_meant;
use crate::place::ParameterName;
use crate::sdk::{Answer, Aws, NothingInClear, Service};

/// The scheme of parameters.
pub(super) const SCHEME: &str = "aws-ssm";

/// Reads and writes parameters of AWS Systems Manager: `aws-ssm://prod/db`, `aws-ssm://prod/db?version=3#password`.
///
/// The path is a name or a whole ARN; a name with slashes begins with one, written or not. A version is `current`,
/// `previous`, a number, or a label. Values are decrypted; many are read ten at a time. What is written is a
/// `SecureString`. A call is made once and given up after the session's timeout.
///
/// ```no_run
/// use reticent_core::SecretSource;
/// use reticent_provider_aws::{Aws, AwsOptions, ParameterSource};
///
/// # async fn password() -> Result<(), Box<dyn std::error::Error>> {
/// let source = ParameterSource::new(&Aws::from_default_chain(AwsOptions::default()));
/// let password = source.get(&"aws-ssm://prod/db/password".parse()?).await?;
/// # Ok(())
/// # }
/// ```
pub struct ParameterSource {
    pub(super) label: Arc<str>,
    pub(super) service: Service<Client>,
    pub(super) key: Option<String>,
}

impl ParameterSource {
    /// Makes a source over this account. It reads nothing yet.
    #[must_use]
    pub fn new(aws: &Aws) -> Self {
        Self { label: SCHEME.into(), service: Service::new(aws, client), key: None }
    }

    /// Names this instance in errors and records, as `aws-ssm(prod)`.
    #[must_use]
    pub fn with_label(mut self, label: impl Into<Arc<str>>) -> Self {
        self.label = label.into();
        self
    }

    /// Encrypts what is written under this key of KMS, by its identifier, ARN or alias, instead of AWS's own.
    #[must_use]
    pub fn with_key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// Checks the scheme and reads the path.
    pub(super) fn parameter<'a>(&self, at: &'a SecretRef) -> Result<ParameterName<'a>, SourceError> {
        if at.scheme() != SCHEME {
            return Err(not_meant(&self.label, at, format_args!("its scheme is not {SCHEME}")));
        }
        ParameterName::of(&self.label, at)
    }

    pub(super) fn error(&self, answer: &Answer, at: &SecretRef) -> SourceError {
        answer.failure.at(&self.label, at)
    }
}

fn client(config: &SdkConfig, aws: &Aws) -> Client {
    let mut builder = Builder::from(config);
    if let Some(endpoint) = aws.options().endpoint() {
        builder = builder.endpoint_url(endpoint);
    }
    if !aws.options().allows_plain_http() {
        builder = builder.interceptor(NothingInClear);
    }
    Client::from_conf(builder.build())
}

#[async_trait]
impl SecretSource for ParameterSource {
    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.label)
    }

    async fn get(&self, at: &SecretRef) -> Result<Secret, SourceError> {
        self.read(at).await
    }

    /// Reads current values ten at a time, and other versions one by one.
    async fn get_many(&self, at: &[SecretRef]) -> Vec<Result<Secret, SourceError>> {
        self.read_many(at).await
    }

    /// Asks for one entry of the list: an answer, and a refusal by somebody who knows us, both prove what is asked.
    async fn check(&self) -> Result<(), SourceError> {
        let asked = self.service.call(None, "ssm:DescribeParameters", |client| {
            client.describe_parameters().max_results(1).send()
        });
        match asked.await {
            Ok(_) => Ok(()),
            Err(answer) if answer.code.is_some() && answer.failure.kind() == ErrorKind::AccessDenied => {
                Ok(())
            }
            Err(answer) => Err(answer.failure.of(&self.label)),
        }
    }

    /// Reads the parameter without decrypting it, and tells its version.
    async fn revision(&self, at: &SecretRef) -> Result<Revision, SourceError> {
        self.present_revision(at).await
    }
}

#[async_trait]
impl SecretList for ParameterSource {
    async fn list(&self, prefix: &str) -> Result<Vec<SecretInfo>, SourceError> {
        self.list_names(prefix).await
    }
}

impl fmt::Debug for ParameterSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ParameterSource")
            .field("label", &self.label)
            .field("aws", self.service.aws())
            .finish_non_exhaustive()
    }
}
