//! What is known about a secret besides its bytes: all of it may be shown.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::reference::VersionId;

/// Where a secret came from and how long it is good for.
///
/// Every part is safe to print. What a backend does not tell stays `None`.
///
/// ```
/// use reticent_core::{Metadata, VersionId};
///
/// let metadata = Metadata::of_source("vault(prod)").with_version(VersionId::parse("7")?);
/// assert_eq!(metadata.source(), "vault(prod)");
/// assert_eq!(metadata.version().map(VersionId::as_str), Some("7"));
/// # Ok::<(), reticent_core::ReferenceError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metadata {
    source: Arc<str>,
    version: Option<VersionId>,
    created: Option<SystemTime>,
    expires: Option<SystemTime>,
    lease: Option<Lease>,
}

impl Metadata {
    /// Starts from the label of the source that served the secret.
    #[must_use]
    pub fn of_source(source: impl Into<Arc<str>>) -> Self {
        Self { source: source.into(), ..Self::default() }
    }

    /// Adds the version that the backend gave the value.
    #[must_use]
    pub fn with_version(mut self, version: VersionId) -> Self {
        self.version = Some(version);
        self
    }

    /// Adds the time at which this version was written.
    #[must_use]
    pub fn with_created(mut self, created: SystemTime) -> Self {
        self.created = Some(created);
        self
    }

    /// Adds the time after which the value is no longer valid.
    #[must_use]
    pub fn with_expires(mut self, expires: SystemTime) -> Self {
        self.expires = Some(expires);
        self
    }

    /// Adds the lease under which the value was handed out.
    #[must_use]
    pub fn with_lease(mut self, lease: Lease) -> Self {
        self.lease = Some(lease);
        self
    }

    /// Returns the label of the source: `env`, `vault(prod)`; empty for a value made by the program itself.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Returns the version that the backend gave the value.
    #[must_use]
    pub fn version(&self) -> Option<&VersionId> {
        self.version.as_ref()
    }

    /// Returns the time at which this version was written.
    #[must_use]
    pub fn created(&self) -> Option<SystemTime> {
        self.created
    }

    /// Returns the earlier of the value's own end and its lease's end.
    #[must_use]
    pub fn expires(&self) -> Option<SystemTime> {
        match (self.expires, self.lease.as_ref().map(Lease::expires)) {
            (Some(value), Some(lease)) => Some(value.min(lease)),
            (value, lease) => value.or(lease),
        }
    }

    /// Returns the lease under which the value was handed out.
    #[must_use]
    pub fn lease(&self) -> Option<&Lease> {
        self.lease.as_ref()
    }
}

/// A backend's promise to keep a dynamic secret alive for a while.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use reticent_core::Lease;
///
/// let granted_at = SystemTime::UNIX_EPOCH;
/// let lease = Lease::new("database/creds/app/8f2", granted_at, Duration::from_secs(60)).renewable();
/// assert_eq!(lease.expires(), granted_at + Duration::from_secs(60));
/// assert!(lease.is_renewable());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    id: Arc<str>,
    granted_at: SystemTime,
    duration: Duration,
    renewable: bool,
}

impl Lease {
    /// Describes a lease granted at `granted_at` for `duration`.
    #[must_use]
    pub fn new(id: impl Into<Arc<str>>, granted_at: SystemTime, duration: Duration) -> Self {
        Self { id: id.into(), granted_at, duration, renewable: false }
    }

    /// Says that the backend will extend it.
    #[must_use]
    pub fn renewable(mut self) -> Self {
        self.renewable = true;
        self
    }

    /// Returns the backend's identifier of the lease.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Returns how long the lease was granted for, counted from [`granted_at`](Self::granted_at).
    #[must_use]
    pub fn duration(&self) -> Duration {
        self.duration
    }

    /// Returns when the lease was granted or last renewed.
    #[must_use]
    pub fn granted_at(&self) -> SystemTime {
        self.granted_at
    }

    /// Returns when the lease ends; a duration beyond what the clock can hold ends at the grant.
    #[must_use]
    pub fn expires(&self) -> SystemTime {
        self.granted_at.checked_add(self.duration).unwrap_or(self.granted_at)
    }

    /// Tells whether the backend will extend it.
    #[must_use]
    pub fn is_renewable(&self) -> bool {
        self.renewable
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_earlier_end_counts() {
        let start = SystemTime::UNIX_EPOCH;
        let at = |seconds| start + Duration::from_secs(seconds);
        let lease = Lease::new("l", start, Duration::from_secs(60));
        let both = Metadata::of_source("x").with_expires(at(90)).with_lease(lease.clone());
        assert_eq!(both.expires(), Some(at(60)));
        assert_eq!(Metadata::of_source("x").with_expires(at(9)).with_lease(lease).expires(), Some(at(9)));
        assert_eq!(Metadata::of_source("x").expires(), None);
    }
}
