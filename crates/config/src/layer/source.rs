//! A layer over a source that can list what it holds: the process environment, a mounted folder.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use reticent_core::{Attempt, ErrorKind, SecretList, SecretRef, SourceError};

use super::{Held, Layer};

/// The names and values of a [`SecretList`].
///
/// A reference of the source is a name once `prefix` is taken off its path. A name that ends like a place for a
/// file (`NAME_FILE`) is the source's own matter.
///
/// ```
/// use std::sync::Arc;
/// use reticent_config::{Layer, SourceLayer};
/// use reticent_testkit::MemorySource;
///
/// # tokio::runtime::Builder::new_current_thread().enable_time().build()?.block_on(async {
/// let source = MemorySource::new("mem").with("mem://app/port", "8080");
/// let layer = SourceLayer::new("mounted secrets", Arc::new(source), "mem", "app/");
/// assert_eq!(layer.names().await?, ["port"]);
/// assert_eq!(layer.read("port").await?.place(), "mounted secrets app/port");
/// # Ok::<(), reticent_config::core::SourceError>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct SourceLayer {
    label: String,
    source: Arc<dyn SecretList>,
    scheme: String,
    prefix: String,
    shows_label: bool,
    suffixes: Vec<String>,
}

impl SourceLayer {
    /// Makes a layer of the references `scheme://prefix…` that `source` lists.
    #[must_use]
    pub fn new(
        label: impl Into<String>,
        source: Arc<dyn SecretList>,
        scheme: impl Into<String>,
        prefix: impl Into<String>,
    ) -> Self {
        let (label, scheme, prefix) = (label.into(), scheme.into(), prefix.into());
        Self { label, source, scheme, prefix, shows_label: true, suffixes: Vec::new() }
    }

    /// Shows a place as its path alone, without the label.
    #[must_use]
    pub fn showing_paths(mut self) -> Self {
        self.shows_label = false;
        self
    }

    /// Says that a name is looked for with this ending too, as the environment does with `_FILE`.
    #[must_use]
    pub fn also_with_suffix(mut self, suffix: impl Into<String>) -> Self {
        self.suffixes.push(suffix.into());
        self
    }

    fn shown(&self, name: &str) -> String {
        let path = format!("{}{name}", self.prefix);
        if self.shows_label { format!("{} {path}", self.label) } else { path }
    }
}

#[async_trait]
impl Layer for SourceLayer {
    fn label(&self) -> &str {
        &self.label
    }

    async fn names(&self) -> Result<Vec<String>, SourceError> {
        let infos = match self.source.list(&self.prefix).await {
            Ok(infos) => infos,
            // A folder that is not mounted holds nothing.
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let ours = infos.iter().filter(|info| info.reference().scheme() == self.scheme);
        Ok(ours
            .filter_map(|info| info.reference().path().strip_prefix(&self.prefix))
            .map(str::to_owned)
            .collect())
    }

    fn places(&self, name: &str) -> Vec<Attempt> {
        let endings = std::iter::once("").chain(self.suffixes.iter().map(String::as_str));
        endings
            .map(|ending| {
                Attempt::new(self.label.as_str(), self.shown(&format!("{name}{ending}")), ErrorKind::NotFound)
            })
            .collect()
    }

    async fn read(&self, name: &str) -> Result<Held, SourceError> {
        let at = SecretRef::new(&self.scheme, &format!("{}{name}", self.prefix)).map_err(|error| {
            SourceError::new(ErrorKind::InvalidReference, self.label.as_str()).for_key(name).with_cause(error)
        })?;
        let value = self.source.get(&at).await?;
        Ok(Held::value(value, self.shown(name)).at(at))
    }
}

impl fmt::Debug for SourceLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SourceLayer")
            .field("label", &self.label)
            .field("scheme", &self.scheme)
            .field("prefix", &self.prefix)
            .finish_non_exhaustive()
    }
}
