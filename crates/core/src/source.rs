//! The traits that backends implement.
//!
//! The decision: reading is one small trait, and each further ability is another one, so that the compiler refuses
//! an ability that a backend lacks. Three methods of [`SecretSource`] have a default body, which is right for every
//! backend that reads one secret at a time, logs in nowhere and lends nothing. Retry, timeout, cache and records are
//! the resolver's, once for all of them.

mod revision;
mod rights;
mod sink;
mod wrap;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use futures_util::StreamExt as _;

pub use revision::Revision;
pub use rights::{Right, RightsCheck};
pub use sink::{DeleteOptions, Expected, PutOptions, SecretSink, SecretStages};
pub use wrap::{KeyWrap, WrapContext, WrappedKey};

use crate::error::SourceError;
use crate::reference::{SecretRef, VersionId};
use crate::secret::{Lease, Secret};

/// How many single reads [`SecretSource::get_many`] runs at a time unless a source knows better.
const READS_AT_A_TIME: usize = 8;

/// A place that secrets are read from.
///
/// # Contract
/// An implementation reads nothing ahead and caches nothing, starts no task, and is cancel-safe: a dropped call
/// leaves it usable. A name that is absent is `NotFound`, an empty value is a value. Bytes come back as they are
/// stored; where a convention strips something (one newline of a secret file) the source's docs say so.
///
/// ```
/// use std::borrow::Cow;
/// use async_trait::async_trait;
/// use reticent_core::{ErrorKind, Metadata, Revision, Secret, SecretRef, SecretSource, SourceError};
///
/// #[derive(Debug)]
/// struct Greeting;
///
/// #[async_trait]
/// impl SecretSource for Greeting {
///     fn name(&self) -> Cow<'_, str> {
///         "greeting".into()
///     }
///     async fn get(&self, at: &SecretRef) -> Result<Secret, SourceError> {
///         if at.path() != "hello" {
///             return Err(SourceError::new(ErrorKind::NotFound, "greeting").for_key(at.to_string()));
///         }
///         Ok(Secret::copy_of(b"world").with_metadata(Metadata::of_source("greeting")))
///     }
///     async fn check(&self) -> Result<(), SourceError> {
///         Ok(())
///     }
///     async fn revision(&self, _: &SecretRef) -> Result<Revision, SourceError> {
///         Ok(Revision::of("never changes"))
///     }
/// }
/// ```
#[async_trait]
pub trait SecretSource: Send + Sync + fmt::Debug {
    /// Returns the label of this instance for errors and records, such as `vault(prod)`; it holds no credential.
    fn name(&self) -> Cow<'_, str>;

    /// Returns the secret at `at`, in the version and field that it names.
    ///
    /// # Errors
    /// `NotFound`: no such name, version or field. `AccessDenied`: it may exist, we may not read it.
    /// `InvalidReference`: this source cannot mean that. Transient kinds may be retried by the caller.
    async fn get(&self, at: &SecretRef) -> Result<Secret, SourceError>;

    /// Returns one result for each reference, in their order; one failure does not fail its neighbours.
    ///
    /// Sources that can read in batches override it; it reads eight at a time.
    async fn get_many(&self, at: &[SecretRef]) -> Vec<Result<Secret, SourceError>> {
        // Built first: a lazy iterator of borrowing futures is not `Send` to the compiler (rust-lang/rust#102211).
        let reads: Vec<_> = at.iter().map(|at| self.get(at)).collect();
        futures_util::stream::iter(reads).buffered(READS_AT_A_TIME).collect().await
    }

    /// Proves that the backend is reached and knows us, and reads no secret.
    ///
    /// # Errors
    /// `Unavailable`, `Timeout`, `Unauthenticated`, or what else stands in the way.
    async fn check(&self) -> Result<(), SourceError>;

    /// Returns a token that differs when the secret at `at` may have changed; cheaper than reading where possible.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    async fn revision(&self, at: &SecretRef) -> Result<Revision, SourceError>;

    /// Returns the source as the keeper of leases, for one that lends secrets; `None` for the others.
    ///
    /// What [`get`](Self::get) returns under a [`Lease`] is renewed and revoked here.
    fn leases(&self) -> Option<&dyn LeaseKeeper> {
        None
    }

    /// Does what is due to stay logged in, and returns after how long to call it again.
    ///
    /// `None` says that nothing will ever be due. It does little and soon returns: a login that is good for a while
    /// yet is left alone. A source starts no task, so a resolver's `keep_fresh` is what calls this.
    ///
    /// # Errors
    /// As [`check`](Self::check); the caller tries again with a backoff, and reads go on as long as they can.
    async fn keep_alive(&self) -> Result<Option<Duration>, SourceError> {
        Ok(None)
    }
}

/// A source that can say which names it holds.
#[async_trait]
pub trait SecretList: SecretSource {
    /// Returns the secrets whose path begins with `prefix`, sorted by reference; an empty prefix is all of them.
    ///
    /// # Errors
    /// As [`SecretSource::check`].
    async fn list(&self, prefix: &str) -> Result<Vec<SecretInfo>, SourceError>;
}

/// A source whose secrets are leased.
#[async_trait]
pub trait LeaseKeeper: SecretSource {
    /// Tells whether what is at `at` is lent: made anew for each read, and handed out under a [`Lease`].
    ///
    /// Such a place is read as a whole, since its fields belong together: a user name from one read and a password
    /// from another are no credential. What is lent is a JSON object. It is asked before each read, so it is cheap
    /// once the backend is known; a source that cannot tell says yes.
    ///
    /// # Errors
    /// As [`SecretSource::check`].
    async fn lends(&self, at: &SecretRef) -> Result<bool, SourceError>;

    /// Asks to extend `lease` by `wanted` from now, and returns the lease as granted, which may be shorter.
    ///
    /// # Errors
    /// `Expired`: it has ended or was revoked.
    async fn renew(&self, lease: &Lease, wanted: Duration) -> Result<Lease, SourceError>;

    /// Ends `lease`; one that has ended already is no error.
    ///
    /// # Errors
    /// As [`SecretSource::check`].
    async fn revoke(&self, lease: &Lease) -> Result<(), SourceError>;
}

/// What a listing tells about one secret; never its value.
///
/// ```
/// use reticent_core::SecretInfo;
///
/// let info = SecretInfo::new("env://HOME".parse()?);
/// assert_eq!(info.reference().path(), "HOME");
/// # Ok::<(), reticent_core::ReferenceError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretInfo {
    reference: SecretRef,
    version: Option<VersionId>,
    modified: Option<SystemTime>,
}

impl SecretInfo {
    /// Names a secret that is there.
    #[must_use]
    pub fn new(reference: SecretRef) -> Self {
        Self { reference, version: None, modified: None }
    }

    /// Adds its current version.
    #[must_use]
    pub fn with_version(mut self, version: VersionId) -> Self {
        self.version = Some(version);
        self
    }

    /// Adds when it was last written.
    #[must_use]
    pub fn with_modified(mut self, modified: SystemTime) -> Self {
        self.modified = Some(modified);
        self
    }

    /// Returns the reference that reads it.
    #[must_use]
    pub fn reference(&self) -> &SecretRef {
        &self.reference
    }

    /// Returns its current version, where the backend tells.
    #[must_use]
    pub fn version(&self) -> Option<&VersionId> {
        self.version.as_ref()
    }

    /// Returns when it was last written, where the backend tells.
    #[must_use]
    pub fn modified(&self) -> Option<SystemTime> {
        self.modified
    }
}

macro_rules! forward_source {
    ($pointer:ident) => {
        #[deny(clippy::missing_trait_methods)]
        #[async_trait]
        impl<S: SecretSource + ?Sized> SecretSource for $pointer<S> {
            fn name(&self) -> Cow<'_, str> {
                (**self).name()
            }
            async fn get(&self, at: &SecretRef) -> Result<Secret, SourceError> {
                (**self).get(at).await
            }
            async fn get_many(&self, at: &[SecretRef]) -> Vec<Result<Secret, SourceError>> {
                (**self).get_many(at).await
            }
            async fn check(&self) -> Result<(), SourceError> {
                (**self).check().await
            }
            async fn revision(&self, at: &SecretRef) -> Result<Revision, SourceError> {
                (**self).revision(at).await
            }
            fn leases(&self) -> Option<&dyn LeaseKeeper> {
                (**self).leases()
            }
            async fn keep_alive(&self) -> Result<Option<Duration>, SourceError> {
                (**self).keep_alive().await
            }
        }
    };
}

forward_source!(Arc);
forward_source!(Box);
