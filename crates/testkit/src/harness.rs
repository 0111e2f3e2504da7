//! What a source's author tells the laws: how to plant values without the source, and how to make trouble.
//!
//! The decision: a harness names what it *lacks*, each with a reason, and is held to everything else. A law that
//! needs a lacking part does not apply, and the report says why; a part that is neither there nor declared lacking
//! breaks the laws that need it. The cost is that a new part of this crate must be answered by every harness.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use reticent_core::{Secret, SecretList, SecretRef, SecretSink, SecretSource, SecretStages};

/// Why a side door could not plant or remove a value.
pub type SideDoorError = Box<dyn std::error::Error + Send + Sync>;

/// Gives the laws a source, and a way to its backend that does not lead through it.
///
/// Every law gets a fresh harness. Seed, wipe and trouble must go by a side door (the raw file, raw HTTP, a map):
/// otherwise a reader and a writer that share a mistake would agree.
///
/// ```
/// use std::sync::Arc;
/// use async_trait::async_trait;
/// use reticent_core::{SecretRef, SecretSource};
/// use reticent_testkit::{Harness, MemorySource, Part, SideDoorError};
///
/// struct Mine(MemorySource);
///
/// #[async_trait]
/// impl Harness for Mine {
///     fn label(&self) -> &str {
///         "mine"
///     }
///     fn source(&self) -> Arc<dyn SecretSource> {
///         Arc::new(self.0.clone())
///     }
///     fn place_for(&self, name: &str) -> Option<SecretRef> {
///         SecretRef::new("mem", name).ok()
///     }
///     async fn seed(&self, at: &SecretRef, value: &[u8]) -> Result<(), SideDoorError> {
///         Ok(self.0.set(at, value))
///     }
///     async fn wipe(&self, at: &SecretRef) -> Result<(), SideDoorError> {
///         Ok(self.0.remove(at))
///     }
///     fn lacks(&self) -> Vec<(Part, &'static str)> {
///         vec![(Part::Sink, "it is read-only"), (Part::Stages, "it is read-only")]
///     }
/// }
/// assert!(Mine(MemorySource::new("mine")).sink().is_none());
/// ```
#[async_trait]
pub trait Harness: Send + Sync {
    /// Returns the name under which the laws of this source are reported and pinned.
    fn label(&self) -> &str;

    /// Returns the source under test, over everything that is seeded.
    fn source(&self) -> Arc<dyn SecretSource>;

    /// Returns the reference at which this source holds the secret called `name`; `None` when the name cannot be
    /// written as a reference. Different names have different places.
    fn place_for(&self, name: &str) -> Option<SecretRef>;

    /// Plants `value`, bypassing the source; over an older value it makes a new version.
    ///
    /// # Errors
    /// When the backend cannot hold it: the laws over ordinary names and values then fail.
    async fn seed(&self, at: &SecretRef, value: &[u8]) -> Result<(), SideDoorError>;

    /// Removes what is at `at`, bypassing the source.
    ///
    /// # Errors
    /// When the backend does not let us.
    async fn wipe(&self, at: &SecretRef) -> Result<(), SideDoorError>;

    /// Names each part that is missing, and why: the reason goes into the report word for word.
    fn lacks(&self) -> Vec<(Part, &'static str)>;

    /// Returns the source as a sink.
    fn sink(&self) -> Option<Arc<dyn SecretSink>> {
        None
    }

    /// Returns the source as a list.
    fn list(&self) -> Option<Arc<dyn SecretList>> {
        None
    }

    /// Returns the source as one with stages.
    fn stages(&self) -> Option<Arc<dyn SecretStages>> {
        None
    }

    /// Returns what the source authenticates with; the laws look for it in everything that is shown.
    fn credential(&self) -> Option<Secret> {
        None
    }

    /// Returns the host to which the backend can be made to send its clients.
    fn stranger(&self) -> Option<Arc<dyn Stranger>> {
        None
    }

    /// Returns after how long the source gives up on a backend that hangs.
    fn time_limit(&self) -> Option<Duration> {
        None
    }

    /// Says whether a newline at the end of a stored value is served.
    fn trailing_newline(&self) -> TrailingNewline {
        TrailingNewline::Kept
    }

    /// Plants a value that ends at `expires`; needed where [`Part::Expiry`] is not lacking.
    ///
    /// # Errors
    /// As [`seed`](Self::seed).
    ///
    /// # Panics
    /// By default: a harness that does not lack the part overrides it.
    async fn seed_expiring(&self, _: &SecretRef, _: &[u8], _: SystemTime) -> Result<(), SideDoorError> {
        panic!("{}: does not lack Part::Expiry, so it must override seed_expiring", self.label());
    }

    /// Makes trouble for every call until [`relieve`](Self::relieve); trouble with one place concerns `at`.
    ///
    /// # Panics
    /// By default: a harness that does not lack the trouble overrides it.
    async fn inflict(&self, trouble: Trouble, _: &SecretRef) {
        panic!("{}: does not lack {trouble:?}, so it must override inflict", self.label());
    }

    /// Ends all trouble; called after each law too.
    async fn relieve(&self) {}
}

/// A host that is not the backend's, to which the backend sends its clients: a redirect of HTTP, and what is like it.
///
/// `fake::Redirect` is one for sources that speak HTTP.
///
/// ```
/// use async_trait::async_trait;
/// use reticent_core::{Secret, SecretRef};
/// use reticent_testkit::{Canary, Stranger};
///
/// struct Deaf;
///
/// #[async_trait]
/// impl Stranger for Deaf {
///     async fn lure(&self, _: &SecretRef) {}
///     fn heard(&self) -> Secret {
///         Secret::copy_of(b"")
///     }
/// }
/// assert!(Deaf.heard().is_empty());
/// ```
#[async_trait]
pub trait Stranger: Send + Sync {
    /// Makes the backend answer every request by sending the client to this host, until [`Harness::relieve`]; `at` is
    /// what will be asked for. A source that is made afterwards meets it too.
    async fn lure(&self, at: &SecretRef);

    /// Returns everything that has come to this host.
    fn heard(&self) -> Secret;
}

/// What a backend or its harness may be without.
///
/// ```
/// use reticent_testkit::{Part, Trouble};
///
/// assert!(Part::ALL.contains(&Part::Trouble(Trouble::Denied)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Part {
    /// It can be written to: [`Harness::sink`].
    Sink,
    /// It can be listed: [`Harness::list`].
    List,
    /// Its secrets have stages: [`Harness::stages`].
    Stages,
    /// It authenticates with a credential that is a secret: [`Harness::credential`].
    Credential,
    /// It can send its clients to another host: [`Harness::stranger`].
    Stranger,
    /// Older versions can be read.
    Versions,
    /// A field can be taken out of a JSON value.
    Fields,
    /// A value may be any bytes.
    AnyBytes,
    /// A value may be empty.
    EmptyValues,
    /// A value that is changed by the side door is seen by a source that was made before.
    LiveChanges,
    /// Values can end: [`Harness::seed_expiring`].
    Expiry,
    /// The harness can make this trouble.
    Trouble(Trouble),
}

impl Part {
    /// Every part that a harness has or lacks.
    pub const ALL: &'static [Self] = &[
        Self::Sink,
        Self::List,
        Self::Stages,
        Self::Credential,
        Self::Stranger,
        Self::Versions,
        Self::Fields,
        Self::AnyBytes,
        Self::EmptyValues,
        Self::LiveChanges,
        Self::Expiry,
        Self::Trouble(Trouble::Denied),
        Self::Trouble(Trouble::BadCredentials),
        Self::Trouble(Trouble::Unreachable),
        Self::Trouble(Trouble::Throttled),
        Self::Trouble(Trouble::MalformedReply),
        Self::Trouble(Trouble::TruncatedReply),
        Self::Trouble(Trouble::Hanging),
        Self::Trouble(Trouble::FailingWrites),
    ];

    /// Every trouble among them.
    pub(crate) fn troubles() -> impl Iterator<Item = Trouble> {
        Self::ALL.iter().filter_map(|part| match part {
            Self::Trouble(trouble) => Some(*trouble),
            _ => None,
        })
    }
}

/// What can go wrong between a source and its backend.
///
/// ```
/// assert_eq!(format!("{:?}", reticent_testkit::Trouble::Hanging), "Hanging");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Trouble {
    /// The place may not be read.
    Denied,
    /// The credential is refused.
    BadCredentials,
    /// The backend does not answer, or says that it cannot serve.
    Unreachable,
    /// The backend asks to slow down, and says for how long.
    Throttled,
    /// The reply, or what is stored, has not the expected form.
    MalformedReply,
    /// The reply breaks off in the middle.
    TruncatedReply,
    /// The backend takes the request and never answers.
    Hanging,
    /// Writes fail half-way.
    FailingWrites,
}

/// What becomes of a newline at the end of a stored value.
///
/// ```
/// use reticent_testkit::TrailingNewline;
///
/// assert_eq!(TrailingNewline::OneStripped.served(b"value\r\n"), b"value");
/// assert_eq!(TrailingNewline::OneStripped.served(b"value\n\n"), b"value\n");
/// assert_eq!(TrailingNewline::Kept.served(b"value\n"), b"value\n");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TrailingNewline {
    /// It is part of the value.
    Kept,
    /// Exactly one `\n` or `\r\n` is taken off, and the source's docs say so.
    OneStripped,
}

impl TrailingNewline {
    /// Returns what is served of `stored`.
    #[must_use]
    pub fn served(self, stored: &[u8]) -> &[u8] {
        let Self::OneStripped = self else { return stored };
        let Some(line) = stored.strip_suffix(b"\n") else { return stored };
        line.strip_suffix(b"\r").unwrap_or(line)
    }
}
