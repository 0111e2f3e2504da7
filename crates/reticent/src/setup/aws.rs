//! From `[sources.aws]` and AWS's usual chain to sources.

use std::path::PathBuf;
use std::time::Duration;

use reticent_core::{ErrorKind, SecretRef, SourceError};
use reticent_provider_aws::{Aws, AwsOptions, Deletion, OtherRegions, ParameterSource, SecretsManagerSource};
use tokio::sync::OnceCell;

use super::config::AwsTable;
use super::credentials::{Credentials, unread};

/// What the services of one instance share, opened when the first of them is asked.
pub(super) struct Session {
    table: AwsTable,
    label: String,
    base: PathBuf,
    timeout: Duration,
    credentials: Credentials,
    opened: OnceCell<Aws>,
}

/// An opened session, from which sources are made.
pub(super) struct Open<'s> {
    table: &'s AwsTable,
    aws: &'s Aws,
}

impl Session {
    pub(super) fn new(
        table: AwsTable,
        label: String,
        base: PathBuf,
        timeout: Duration,
        credentials: Credentials,
    ) -> Self {
        Self { table, label, base, timeout, credentials, opened: OnceCell::new() }
    }

    pub(super) async fn open(&self) -> Result<Open<'_>, SourceError> {
        let aws = self.opened.get_or_try_init(async || self.options().await.map(Aws::from_default_chain));
        Ok(Open { table: &self.table, aws: aws.await? })
    }

    /// What the table leaves out comes from the usual chain.
    async fn options(&self) -> Result<AwsOptions, SourceError> {
        let table = &self.table;
        let wrong = |error: SourceError| self.wrong(error.detail().unwrap_or_default());
        let mut options = AwsOptions::default().with_timeout(self.timeout);
        if table.plain_http {
            options = options.danger_with_plain_http_anywhere();
        }
        if let Some(region) = &table.region {
            options = options.with_region(region);
        }
        if let Some(profile) = &table.profile {
            options = options.with_profile(profile);
        }
        if let Some(endpoint) = &table.endpoint {
            options = options.with_endpoint(endpoint).map_err(wrong)?;
        }
        if let Some(file) = &table.ca_file {
            let file = self.base.join(file);
            let pem = std::fs::read(&file);
            let pem = pem.map_err(|error| self.wrong(&format!("{}: {error}", file.display())))?;
            options = options.with_roots(pem).map_err(wrong)?;
        }
        if table.refuses_other_regions {
            options = options.with_other_regions(OtherRegions::Refused);
        }
        self.with_credentials(options).await
    }

    async fn with_credentials(&self, options: AwsOptions) -> Result<AwsOptions, SourceError> {
        let table = &self.table;
        let (Some(id), Some(key)) = (&table.access_key_id, &table.secret_access_key) else {
            return Ok(options);
        };
        let read = async |at: &SecretRef| {
            self.credentials.read(at).await.map_err(|error| unread(&self.label, &error))
        };
        let token = match &table.session_token {
            Some(at) => Some(read(at).await?),
            None => None,
        };
        Ok(options.with_credentials(id, read(key).await?, token))
    }

    /// The settings are wrong: nothing was asked, and asking again would not help.
    fn wrong(&self, why: &str) -> SourceError {
        SourceError::new(ErrorKind::Unsupported, self.label.clone())
            .with_detail(format!("its settings: {why}"))
    }
}

impl Open<'_> {
    pub(super) fn secrets_manager(&self, label: &str) -> SecretsManagerSource {
        let source = SecretsManagerSource::new(self.aws).with_label(label);
        match self.table.recovery_days {
            None => source,
            Some(0) => source.with_deletion(Deletion::AtOnce),
            Some(days) => source.with_deletion(Deletion::AfterDays(days)),
        }
    }

    pub(super) fn parameters(&self, label: &str) -> ParameterSource {
        let source = ParameterSource::new(self.aws).with_label(label);
        match &self.table.parameter_key {
            Some(key) => source.with_key(key),
            None => source,
        }
    }
}
