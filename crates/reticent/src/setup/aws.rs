//! From `[sources.aws]` and AWS's usual chain to sources.

use std::path::Path;
use std::time::Duration;

use reticent_core::{ErrorKind, SourceError};
use reticent_provider_aws::{Aws, AwsOptions, Deletion, OtherRegions, SecretsManagerSource};

use super::config::AwsTable;
use super::credentials::{Credentials, unread};

/// Makes the session that the services of one instance share. What the table leaves out comes from the usual chain.
pub(super) async fn session(
    table: &AwsTable,
    label: &str,
    base: &Path,
    timeout: Duration,
    credentials: &Credentials,
) -> Result<Aws, SourceError> {
    let wrong = |error: SourceError| wrong(label, error.detail().unwrap_or_default());
    let mut options = AwsOptions::default().with_timeout(timeout);
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
        let file = base.join(file);
        let pem = std::fs::read(&file);
        let pem = pem.map_err(|error| self::wrong(label, &format!("{}: {error}", file.display())))?;
        options = options.with_roots(pem).map_err(wrong)?;
    }
    if table.refuses_other_regions {
        options = options.with_other_regions(OtherRegions::Refused);
    }
    if let (Some(id), Some(key)) = (&table.access_key_id, &table.secret_access_key) {
        let read = async |at| credentials.read(at).await.map_err(|error| unread(label, &error));
        let token = match &table.session_token {
            Some(at) => Some(read(at).await?),
            None => None,
        };
        options = options.with_credentials(id, read(key).await?, token);
    }
    Ok(Aws::from_default_chain(options))
}

/// Makes the source over Secrets Manager.
pub(super) fn secrets_manager(aws: &Aws, table: &AwsTable, label: String) -> SecretsManagerSource {
    let source = SecretsManagerSource::new(aws).with_label(label);
    match table.recovery_days {
        None => source,
        Some(0) => source.with_deletion(Deletion::AtOnce),
        Some(days) => source.with_deletion(Deletion::AfterDays(days)),
    }
}

/// The settings are wrong: nothing was asked, and asking again would not help.
fn wrong(label: &str, why: &str) -> SourceError {
    SourceError::new(ErrorKind::Unsupported, label.to_owned()).with_detail(format!("its settings: {why}"))
}
