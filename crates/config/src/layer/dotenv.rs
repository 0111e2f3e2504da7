//! A `.env` file as a layer, with the line of each value.

use async_trait::async_trait;
use reticent_core::{Attempt, ErrorKind, Field, SecretBuffer, SecretRef, SourceError, Visible};
use reticent_dotenv::{Document, ParseErrors, ParseOptions};

use super::{Held, Layer};

/// A `.env` file that the caller has read.
///
/// ```
/// use reticent_config::{DotenvLayer, Layer};
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let layer = DotenvLayer::parse(".env", b"# the port\nPORT=8080\n");
/// assert_eq!(layer.read("PORT").await?.place(), ".env:2");
/// let broken = DotenvLayer::parse(".env", b"PORT='8080");
/// assert!(broken.names().await.is_err());
/// # Ok::<(), reticent_config::core::SourceError>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct DotenvLayer {
    path: String,
    environment: Option<String>,
    document: Result<Document, SourceError>,
}

impl DotenvLayer {
    /// Reads `text`, which stands in the file `path`, in strict-literal mode.
    #[must_use]
    pub fn parse(path: impl Into<String>, text: &[u8]) -> Self {
        Self::of(path, Document::parse(text, &ParseOptions::default()))
    }

    /// Reads `text` without copying it.
    #[must_use]
    pub fn from_buffer(path: impl Into<String>, text: SecretBuffer) -> Self {
        Self::of(path, Document::from_buffer(text, &ParseOptions::default()))
    }

    /// Lets it count in one environment alone: `.env.production`.
    #[must_use]
    pub fn for_environment(mut self, environment: impl Into<String>) -> Self {
        self.environment = Some(environment.into());
        self
    }

    /// Makes a layer of a file that could not be read: nothing below it is taken for its values unnoticed.
    #[must_use]
    pub fn unreadable(path: impl Into<String>, why: SourceError) -> Self {
        Self { path: path.into(), environment: None, document: Err(why) }
    }

    fn of(path: impl Into<String>, document: Result<Document, ParseErrors>) -> Self {
        let path = path.into();
        let document = document.map_err(|errors| {
            // Every mistake, so that one look at the report mends them all.
            let each: Vec<String> =
                errors.iter().map(|error| format!("{}:{error}", Visible(&path))).collect();
            SourceError::new(ErrorKind::Malformed, path.as_str())
                .with_detail(each.join("; "))
                .with_hint(errors.first().remedy())
        });
        Self { path, environment: None, document }
    }
}

#[async_trait]
impl Layer for DotenvLayer {
    fn label(&self) -> &str {
        &self.path
    }

    fn environment(&self) -> Option<&str> {
        self.environment.as_deref()
    }

    async fn names(&self) -> Result<Vec<String>, SourceError> {
        let document = self.document.as_ref().map_err(SourceError::clone)?;
        let mut names: Vec<String> = document.entries().map(|entry| entry.key().to_owned()).collect();
        names.sort_unstable();
        names.dedup();
        Ok(names)
    }

    fn places(&self, _: &str) -> Vec<Attempt> {
        vec![Attempt::new("dotenv", self.path.as_str(), ErrorKind::NotFound)]
    }

    async fn read(&self, name: &str) -> Result<Held, SourceError> {
        let entry = self.document.as_ref().ok().and_then(|document| document.entry(name));
        let absent = || SourceError::new(ErrorKind::NotFound, "dotenv").for_key(name);
        let entry = entry.ok_or_else(absent)?;
        let held = Held::value(entry.value().clone(), format!("{}:{}", self.path, entry.line()));
        let reference = SecretRef::new("dotenv", &self.path).ok();
        Ok(match (reference, Field::parse(name)) {
            (Some(reference), Ok(field)) => held.at(reference.at_field(Some(field))),
            _ => held,
        })
    }
}
