//! A layer in memory.

use std::collections::BTreeMap;
use std::fmt;

use async_trait::async_trait;
use reticent_core::{Attempt, ErrorKind, Secret, SourceError};

use super::{Held, Layer};

/// Values by name, for tests and for what a program has in hand.
///
/// ```
/// use reticent_config::MapLayer;
///
/// let layer = MapLayer::new("command line").with("PORT", "8080").for_environment("production");
/// assert_eq!(format!("{layer:?}"), r#"MapLayer { label: "command line", names: ["PORT"], .. }"#);
/// ```
#[derive(Clone)]
pub struct MapLayer {
    label: String,
    environment: Option<String>,
    values: BTreeMap<String, Secret>,
}

impl MapLayer {
    /// Makes an empty layer of this label.
    #[must_use]
    pub fn new(label: impl Into<String>) -> Self {
        Self { label: label.into(), environment: None, values: BTreeMap::new() }
    }

    /// Adds a value.
    #[must_use]
    pub fn with(self, name: impl Into<String>, value: impl AsRef<[u8]>) -> Self {
        self.with_secret(name, Secret::copy_of(value.as_ref()))
    }

    /// Adds a value that is a secret already.
    #[must_use]
    pub fn with_secret(mut self, name: impl Into<String>, value: Secret) -> Self {
        self.values.insert(name.into(), value);
        self
    }

    /// Lets it count in one environment alone.
    #[must_use]
    pub fn for_environment(mut self, environment: impl Into<String>) -> Self {
        self.environment = Some(environment.into());
        self
    }
}

#[async_trait]
impl Layer for MapLayer {
    fn label(&self) -> &str {
        &self.label
    }

    fn environment(&self) -> Option<&str> {
        self.environment.as_deref()
    }

    async fn names(&self) -> Result<Vec<String>, SourceError> {
        Ok(self.values.keys().cloned().collect())
    }

    fn places(&self, name: &str) -> Vec<Attempt> {
        vec![Attempt::new(self.label.as_str(), format!("{} {name}", self.label), ErrorKind::NotFound)]
    }

    async fn read(&self, name: &str) -> Result<Held, SourceError> {
        let absent = || SourceError::new(ErrorKind::NotFound, self.label.as_str()).for_key(name);
        let value = self.values.get(name).cloned().ok_or_else(absent)?;
        Ok(Held::value(value, format!("{} {name}", self.label)))
    }
}

impl fmt::Debug for MapLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.values.keys().collect();
        f.debug_struct("MapLayer").field("label", &self.label).field("names", &names).finish_non_exhaustive()
    }
}
