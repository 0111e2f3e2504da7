//! What may be said about reaching AWS, all of it optional.

use std::fmt;
use std::time::Duration;

use reticent_core::{ErrorKind, Secret, SourceError};

use super::guard;
use super::tls;

/// After how long a call is given up.
const TIMEOUT: Duration = Duration::from_secs(10);

/// How AWS is reached. What is not said here comes from the usual chain: environment, profiles, the machine's role.
///
/// ```
/// use reticent_provider_aws::AwsOptions;
///
/// let options = AwsOptions::default().with_region("eu-west-1").with_endpoint("https://vpce-1.example.com")?;
/// assert_eq!(options.region(), Some("eu-west-1"));
/// assert!(AwsOptions::default().with_endpoint("http://secrets.example.com").is_err());
/// # Ok::<(), reticent_core::SourceError>(())
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct AwsOptions {
    region: Option<String>,
    profile: Option<String>,
    endpoint: Option<String>,
    roots: Option<Vec<u8>>,
    credentials: Option<Keys>,
    timeout: Duration,
    other_regions: OtherRegions,
    plain_http: PlainHttp,
}

/// Fixed credentials.
#[derive(Clone)]
pub(super) struct Keys {
    pub(super) access_key_id: String,
    pub(super) secret_access_key: Secret,
    pub(super) session_token: Option<Secret>,
}

/// Where requests may go in clear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PlainHttp {
    LoopbackAlone,
    Anywhere,
}

/// What becomes of an ARN that names another region than the session's.
///
/// ```
/// use reticent_provider_aws::{AwsOptions, OtherRegions};
///
/// let options = AwsOptions::default();
/// assert_eq!(options.other_regions(), OtherRegions::Followed);
/// assert_eq!(options.with_other_regions(OtherRegions::Refused).other_regions(), OtherRegions::Refused);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum OtherRegions {
    /// The region of the ARN is asked. An endpoint that was set is of one region, so there it is refused after all.
    #[default]
    Followed,
    /// The reference is refused.
    Refused,
}

impl AwsOptions {
    /// Sets the region of references that name none.
    #[must_use]
    pub fn with_region(mut self, region: impl Into<String>) -> Self {
        self.region = Some(region.into());
        self
    }

    /// Chooses a profile of the shared configuration files.
    #[must_use]
    pub fn with_profile(mut self, profile: impl Into<String>) -> Self {
        self.profile = Some(profile.into());
        self
    }

    /// Sets the address that is asked instead of AWS's own: a private endpoint, a test server.
    ///
    /// # Errors
    /// `InvalidReference`: it is no `https://` address without credentials, query and fragment; `http://` may lead
    /// to this machine alone. The address is not repeated.
    pub fn with_endpoint(mut self, address: impl Into<String>) -> Result<Self, SourceError> {
        let address = address.into();
        guard::endpoint(&address, self.plain_http).map_err(setting)?;
        self.endpoint = Some(address);
        Ok(self)
    }

    /// Trusts the certificates of this PEM text, and no others.
    ///
    /// # Errors
    /// `InvalidReference`: there is no certificate in it, or one that cannot be read.
    pub fn with_roots(mut self, pem: impl Into<Vec<u8>>) -> Result<Self, SourceError> {
        let pem = pem.into();
        tls::check_roots(&pem).map_err(setting)?;
        self.roots = Some(pem);
        Ok(self)
    }

    /// Uses these credentials and no chain.
    #[must_use]
    pub fn with_credentials(
        mut self,
        access_key_id: impl Into<String>,
        secret_access_key: Secret,
        session_token: Option<Secret>,
    ) -> Self {
        self.credentials =
            Some(Keys { access_key_id: access_key_id.into(), secret_access_key, session_token });
        self
    }

    /// Gives up a call after `timeout`; 10 s unless it is set. The call is made once: retries are the resolver's.
    #[must_use]
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Says what becomes of an ARN of another region.
    #[must_use]
    pub fn with_other_regions(mut self, other_regions: OtherRegions) -> Self {
        self.other_regions = other_regions;
        self
    }

    /// Lets requests and their answers travel in clear to any machine.
    ///
    /// # Security
    /// Whoever is on the way reads every secret. For a test network that nothing else can be done about.
    #[must_use]
    pub fn danger_with_plain_http_anywhere(mut self) -> Self {
        self.plain_http = PlainHttp::Anywhere;
        self
    }

    /// Returns the region that was set.
    #[must_use]
    pub fn region(&self) -> Option<&str> {
        self.region.as_deref()
    }

    /// Returns after how long a call is given up.
    #[must_use]
    pub fn timeout(&self) -> Duration {
        self.timeout
    }

    /// Returns what becomes of an ARN of another region.
    #[must_use]
    pub fn other_regions(&self) -> OtherRegions {
        self.other_regions
    }

    pub(super) fn profile(&self) -> Option<&str> {
        self.profile.as_deref()
    }

    pub(crate) fn endpoint(&self) -> Option<&str> {
        self.endpoint.as_deref()
    }

    pub(super) fn roots(&self) -> Option<&[u8]> {
        self.roots.as_deref()
    }

    pub(super) fn credentials(&self) -> Option<&Keys> {
        self.credentials.as_ref()
    }

    pub(crate) fn allows_plain_http(&self) -> bool {
        self.plain_http == PlainHttp::Anywhere
    }
}

impl Default for AwsOptions {
    fn default() -> Self {
        Self {
            region: None,
            profile: None,
            endpoint: None,
            roots: None,
            credentials: None,
            timeout: TIMEOUT,
            other_regions: OtherRegions::default(),
            plain_http: PlainHttp::LoopbackAlone,
        }
    }
}

impl fmt::Debug for AwsOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AwsOptions")
            .field("region", &self.region)
            .field("profile", &self.profile)
            .field("endpoint", &self.endpoint)
            .field("timeout", &self.timeout)
            .field("other_regions", &self.other_regions)
            .finish_non_exhaustive()
    }
}

/// The error of an option that makes no sense.
fn setting(why: &'static str) -> SourceError {
    SourceError::new(ErrorKind::InvalidReference, "aws").with_detail(why)
}
