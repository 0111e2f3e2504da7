//! What an identity may do with a place, asked without reading what is there.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;

use super::SecretSource;
use crate::error::SourceError;
use crate::reference::SecretRef;

/// A source that can say whether its own identity may read a place.
#[async_trait]
pub trait RightsCheck: SecretSource {
    /// Returns, for each reference in their order, the rights that reading it needs and that are missing.
    ///
    /// An empty list says that it may be read. It reads no value and leaves no trace in what is stored.
    ///
    /// # Errors
    /// As [`SecretSource::check`] where the backend did not tell; `InvalidReference` as [`SecretSource::get`].
    async fn missing_rights(&self, at: &[SecretRef]) -> Vec<Result<Vec<Right>, SourceError>>;
}

/// One right in the backend's own words, such as `secretsmanager:GetSecretValue` on an ARN; it may be shown.
///
/// ```
/// use reticent_core::Right;
///
/// let right = Right::new("read", "secret/data/prod/db");
/// assert_eq!(right.to_string(), "read on secret/data/prod/db");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Right {
    action: Arc<str>,
    resource: Arc<str>,
}

impl Right {
    /// Names `action` on `resource` as a policy of the backend would.
    #[must_use]
    pub fn new(action: impl Into<Arc<str>>, resource: impl Into<Arc<str>>) -> Self {
        Self { action: action.into(), resource: resource.into() }
    }

    /// Returns what may be done: a capability or an action.
    #[must_use]
    pub fn action(&self) -> &str {
        &self.action
    }

    /// Returns what it may be done to: a path or an ARN.
    #[must_use]
    pub fn resource(&self) -> &str {
        &self.resource
    }
}

impl fmt::Display for Right {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} on {}", self.action, self.resource)
    }
}
