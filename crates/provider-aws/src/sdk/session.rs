//! The settings and credentials that all sources of one account share.
//!
//! They are loaded by the first call, so that making a source neither waits nor fails, and loaded anew once when AWS
//! says that the session has ended.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_secretsmanager::config::IdentityCache;
use reticent_core::ErrorKind;

use super::credentials::{self, Checked};
use super::options::{AwsOptions, OtherRegions};
use super::tls;
use crate::error::Failure;

/// A way to one account of AWS. Clones share it; each source is made of one.
///
/// ```
/// use reticent_provider_aws::{Aws, AwsOptions, SecretsManagerSource};
///
/// let aws = Aws::from_default_chain(AwsOptions::default().with_region("eu-west-1"));
/// let source = SecretsManagerSource::new(&aws);
/// # use reticent_core::SecretSource;
/// assert_eq!(source.name(), "aws-sm");
/// ```
#[derive(Clone)]
pub struct Aws(Arc<Shared>);

struct Shared {
    options: AwsOptions,
    given: Option<SdkConfig>,
    loaded: Mutex<Option<Arc<Session>>>,
    loading: tokio::sync::Mutex<()>,
}

/// Settings and credentials as they were loaded once.
pub(crate) struct Session {
    /// Counts the loadings, so that a caller can say which one has ended.
    pub(crate) number: u64,
    pub(crate) config: SdkConfig,
}

impl Aws {
    /// Reads what the options do not say from the usual chain: environment, profiles, web identity, the container's
    /// or the machine's role. The first call reads it.
    #[must_use]
    pub fn from_default_chain(options: AwsOptions) -> Self {
        Self::new(options, None)
    }

    /// Takes over the settings and credentials of a program that uses the SDK itself; the options win.
    ///
    /// Its retries are switched off, since the resolver has its own, and its timeouts are replaced.
    #[must_use]
    pub fn from_sdk_config(config: &SdkConfig, options: AwsOptions) -> Self {
        Self::new(options, Some(config.clone()))
    }

    fn new(options: AwsOptions, given: Option<SdkConfig>) -> Self {
        Self(Arc::new(Shared {
            options,
            given,
            loaded: Mutex::new(None),
            loading: tokio::sync::Mutex::new(()),
        }))
    }

    pub(crate) fn options(&self) -> &AwsOptions {
        &self.0.options
    }

    /// Returns the present session; the first caller loads it.
    pub(crate) async fn session(&self) -> Arc<Session> {
        self.session_after(None).await
    }

    /// Returns a session that is newer than the one of this number.
    pub(crate) async fn session_after(&self, ended: Option<u64>) -> Arc<Session> {
        if let Some(session) = self.newer_than(ended) {
            return session;
        }
        let _turn = self.0.loading.lock().await;
        if let Some(session) = self.newer_than(ended) {
            return session;
        }
        let number = ended.map_or(0, |ended| ended + 1);
        let session = Arc::new(Session { number, config: self.load().await });
        *self.0.loaded.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&session));
        session
    }

    fn newer_than(&self, ended: Option<u64>) -> Option<Arc<Session>> {
        let loaded = self.0.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        loaded.clone().filter(|session| ended.is_none_or(|ended| session.number > ended))
    }

    async fn load(&self) -> SdkConfig {
        let Shared { options, given, .. } = &*self.0;
        let loaded = match given {
            Some(config) => config.clone(),
            None => from_chain(options).await,
        };
        let mut builder = loaded
            .to_builder()
            .retry_config(RetryConfig::disabled())
            .timeout_config(timeouts(options))
            // A cache of its own: the old one would go on serving the credentials that have ended.
            .identity_cache(IdentityCache::lazy().load_timeout(options.timeout()).build());
        if loaded.behavior_version().is_none() {
            builder = builder.behavior_version(behavior());
        }
        if loaded.http_client().is_none() || options.roots().is_some() {
            builder = builder.http_client(tls::client(options));
        }
        if let Some(region) = options.region() {
            builder = builder.region(Region::new(region.to_owned()));
        }
        if let Some(endpoint) = options.endpoint() {
            builder = builder.endpoint_url(endpoint);
        }
        let own = options.credentials().map(|keys| SharedCredentialsProvider::new(credentials::fixed(keys)));
        if let Some(provider) = own.or_else(|| loaded.credentials_provider()) {
            builder = builder.credentials_provider(SharedCredentialsProvider::new(Checked(provider)));
        }
        builder.build()
    }

    /// Says which region is asked for a reference: the ARN's, the options', the chain's.
    pub(crate) fn region<'a>(
        &self,
        session: &'a Session,
        named: Option<&'a str>,
    ) -> Result<&'a str, Failure> {
        let own = session.config.region().map(Region::as_ref);
        let Some(named) = named else { return own.ok_or_else(no_region) };
        let is_fixed = self.options().endpoint().is_some() || session.config.endpoint_url().is_some();
        let is_refused = is_fixed || self.options().other_regions() == OtherRegions::Refused;
        if is_refused && own.is_some_and(|own| own != named) {
            let why =
                if is_fixed { "an endpoint is set, which is of one region" } else { "the options refuse it" };
            return Err(Failure::new(ErrorKind::InvalidReference)
                .because(format!("the ARN names another region than the source's, and {why}"))
                .hinting("read it by a source of its own region"));
        }
        Ok(named)
    }
}

fn no_region() -> Failure {
    Failure::new(ErrorKind::InvalidReference)
        .because("no region is known")
        .hinting("set AWS_REGION, a region in the configuration or the profile, or write the whole ARN")
}

/// The SDK's behaviour as of this date; a newer one is a decision, and stands in the reference (docs/reference/aws.md).
fn behavior() -> BehaviorVersion {
    BehaviorVersion::v2026_01_12()
}

fn timeouts(options: &AwsOptions) -> TimeoutConfig {
    TimeoutConfig::builder()
        .operation_timeout(options.timeout())
        .operation_attempt_timeout(options.timeout())
        .connect_timeout(options.timeout())
        .build()
}

async fn from_chain(options: &AwsOptions) -> SdkConfig {
    let mut loader =
        aws_config::defaults(behavior()).http_client(tls::client(options)).timeout_config(timeouts(options));
    if let Some(profile) = options.profile() {
        loader = loader.profile_name(profile);
    }
    // Said here as well, so that the chain does not ask the machine's metadata for what is known.
    if let Some(region) = options.region() {
        loader = loader.region(Region::new(region.to_owned()));
    }
    if let Some(keys) = options.credentials() {
        loader = loader.credentials_provider(credentials::fixed(keys));
    }
    loader.load().await
}

impl fmt::Debug for Aws {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Aws").field("options", &self.0.options).finish_non_exhaustive()
    }
}
