//! Where settings come from, one layer above the other.
//!
//! The decision: a layer tells its names without reading a value, so what is not asked for is not read. It is given
//! by the caller; nothing here reads the environment or opens a file.

mod dotenv;
mod map;
mod source;

use std::fmt;

use async_trait::async_trait;
use reticent_core::{Attempt, Secret, SecretRef, SourceError};

pub use dotenv::DotenvLayer;
pub use map::MapLayer;
pub use source::SourceLayer;

/// One place that may hold values for settings.
///
/// ```
/// use reticent_config::{Layer, MapLayer};
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let layer = MapLayer::new("test").with("PORT", "8080");
/// assert_eq!(layer.names().await?, ["PORT"]);
/// assert_eq!(layer.read("PORT").await?.place(), "test PORT");
/// # Ok::<(), reticent_config::core::SourceError>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[async_trait]
pub trait Layer: Send + Sync + fmt::Debug {
    /// Returns what it is called in reports: `env`, `.env`.
    fn label(&self) -> &str;

    /// Returns the environment that it belongs to alone; `None` is all of them.
    fn environment(&self) -> Option<&str> {
        None
    }

    /// Returns every name that it holds, as spelt there; no value is read.
    ///
    /// # Errors
    /// What keeps it from being looked through. A layer that is not there has no names.
    async fn names(&self) -> Result<Vec<String>, SourceError>;

    /// Returns where it looks for `name`, for a report of what is missing.
    fn places(&self, name: &str) -> Vec<Attempt>;

    /// Reads what stands under `name`, as [`names`](Self::names) spells it.
    ///
    /// # Errors
    /// As [`SecretSource::get`](reticent_core::SecretSource::get).
    async fn read(&self, name: &str) -> Result<Held, SourceError>;
}

/// What a layer holds under a name, and where.
///
/// ```
/// use reticent_config::Held;
/// use reticent_config::core::Secret;
///
/// let held = Held::value(Secret::copy_of(b"8080"), ".env:7").at("dotenv://.env#PORT".parse()?);
/// assert_eq!(format!("{held:?}"), r#"Held { place: ".env:7", reference: Some(SecretRef(dotenv://.env#PORT)), .. }"#);
/// # Ok::<(), reticent_config::core::ReferenceError>(())
/// ```
#[derive(Clone)]
pub struct Held {
    pub(crate) content: Content,
    place: String,
    reference: Option<SecretRef>,
}

#[derive(Clone)]
pub(crate) enum Content {
    /// A value, which may be the text of a reference.
    Value(Secret),
    /// A value that is never taken for a reference.
    Literal(Secret),
    /// Places to try in order.
    Places(Vec<SecretRef>),
}

impl Held {
    /// Says that `value` stands at `place`; text with a registered scheme is followed.
    #[must_use]
    pub fn value(value: Secret, place: impl Into<String>) -> Self {
        Self { content: Content::Value(value), place: place.into(), reference: None }
    }

    /// Says that `value` stands at `place`, and is never followed.
    #[must_use]
    pub fn literal(value: Secret, place: impl Into<String>) -> Self {
        Self { content: Content::Literal(value), place: place.into(), reference: None }
    }

    /// Says that `place` names where the value lives: `references` are tried in order.
    #[must_use]
    pub fn references(references: Vec<SecretRef>, place: impl Into<String>) -> Self {
        Self { content: Content::Places(references), place: place.into(), reference: None }
    }

    /// Adds the reference that reads this very place.
    #[must_use]
    pub fn at(mut self, reference: SecretRef) -> Self {
        self.reference = Some(reference);
        self
    }

    /// Returns the place as a person reads it: `env PORT`, `.env:7`.
    #[must_use]
    pub fn place(&self) -> &str {
        &self.place
    }

    /// Returns the reference that reads this very place.
    #[must_use]
    pub fn reference(&self) -> Option<&SecretRef> {
        self.reference.as_ref()
    }
}

impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Held")
            .field("place", &self.place)
            .field("reference", &self.reference)
            .finish_non_exhaustive()
    }
}
