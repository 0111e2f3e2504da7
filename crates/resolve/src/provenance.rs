//! Where a secret comes from: what was tried, in order, and why it was passed over.

use reticent_core::{Attempt, SecretRef, SourceError, VersionId};

/// What a search for one secret did. It holds no value.
///
/// ```
/// use reticent_resolve::Resolver;
/// # use reticent_testkit::MemorySource;
///
/// # tokio::runtime::Builder::new_current_thread().enable_time().build()?.block_on(async {
/// # let (near, far) = (MemorySource::new("near"), MemorySource::new("far").with("far://DB", "value"));
/// let resolver = Resolver::builder()
///     .source("near", near)
///     .source("far", far)
///     .template("near://{NAME}")
///     .template("far://{NAME}")
///     .build()?;
/// let provenance = resolver.explain_name(&"DB".parse()?).await;
/// assert_eq!(provenance.tried()[0].to_string(), "near://DB: not found");
/// assert_eq!(provenance.found().expect("it is there").place().to_string(), "far://DB");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Provenance {
    pub(crate) tried: Vec<Attempt>,
    pub(crate) followed: Vec<SecretRef>,
    pub(crate) found: Option<Found>,
    pub(crate) failure: Option<SourceError>,
}

impl Provenance {
    /// Returns the places that did not give the secret, in the order in which they were tried.
    #[must_use]
    pub fn tried(&self) -> &[Attempt] {
        &self.tried
    }

    /// Returns the places that held a reference to the next one, in the order in which they were followed. The last
    /// leads to the place that gave the secret, or to the last one that was tried.
    #[must_use]
    pub fn followed(&self) -> &[SecretRef] {
        &self.followed
    }

    /// Returns the place that gave the secret.
    #[must_use]
    pub fn found(&self) -> Option<&Found> {
        self.found.as_ref()
    }

    /// Returns why no place gave it.
    #[must_use]
    pub fn failure(&self) -> Option<&SourceError> {
        self.failure.as_ref()
    }

    pub(crate) fn failed(error: SourceError) -> Self {
        Self { tried: error.tried().to_vec(), followed: Vec::new(), found: None, failure: Some(error) }
    }
}

/// The place that gave a secret.
///
/// ```
/// fn line(found: &reticent_resolve::Found) -> String {
///     format!("{} from {}", found.place(), found.source())
/// }
/// # let _ = line;
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub(crate) place: SecretRef,
    pub(crate) source: Box<str>,
    pub(crate) version: Option<VersionId>,
}

impl Found {
    /// Returns where the secret is.
    #[must_use]
    pub fn place(&self) -> &SecretRef {
        &self.place
    }

    /// Returns the label of the source.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Returns the version that is served, where the backend has them.
    #[must_use]
    pub fn version(&self) -> Option<&VersionId> {
        self.version.as_ref()
    }
}
