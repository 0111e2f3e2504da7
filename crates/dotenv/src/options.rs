//! How a file is read.

use std::fmt;
use std::sync::Arc;

use reticent_core::Secret;

/// Finds a variable that is not in the file.
pub(crate) type Lookup = Arc<dyn Fn(&str) -> Option<Secret> + Send + Sync>;

/// Which dialect a file is read in.
///
/// ```
/// use reticent_dotenv::Mode;
///
/// assert_eq!(Mode::default(), Mode::StrictLiteral);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mode {
    /// `$` is an ordinary character.
    #[default]
    StrictLiteral,
    /// `$NAME` and `${NAME}` are replaced, and `KEY: value` is read.
    Compose,
}

/// The dialect, and where variables come from that the file does not define.
///
/// ```
/// use reticent_core::Secret;
/// use reticent_dotenv::{Document, Mode, ParseOptions};
///
/// let options = ParseOptions::default()
///     .with_mode(Mode::Compose)
///     .with_lookup(|name| (name == "HOST").then(|| Secret::copy_of(b"db")));
/// let document = Document::parse(b"URL=tcp://${HOST}:${PORT:-5432}", &options)?;
/// assert!(document.get("URL").expect("it is there").ct_eq(&Secret::copy_of(b"tcp://db:5432")));
/// # Ok::<(), reticent_dotenv::ParseErrors>(())
/// ```
#[derive(Clone, Default)]
pub struct ParseOptions {
    mode: Mode,
    lookup: Option<Lookup>,
}

impl ParseOptions {
    /// Reads in `mode`.
    #[must_use]
    pub fn with_mode(mut self, mode: Mode) -> Self {
        self.mode = mode;
        self
    }

    /// Asks `lookup` for a variable before the file's own earlier lines; only [`Mode::Compose`] has variables.
    ///
    /// The process environment is consulted only if `lookup` does so.
    #[must_use]
    pub fn with_lookup(mut self, lookup: impl Fn(&str) -> Option<Secret> + Send + Sync + 'static) -> Self {
        self.lookup = Some(Arc::new(lookup));
        self
    }

    /// Returns the dialect.
    #[must_use]
    pub fn mode(&self) -> Mode {
        self.mode
    }

    pub(crate) fn look_up(&self, name: &str) -> Option<Secret> {
        self.lookup.as_ref().and_then(|lookup| lookup(name))
    }
}

impl fmt::Debug for ParseOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ParseOptions")
            .field("mode", &self.mode)
            .field("has_lookup", &self.lookup.is_some())
            .finish()
    }
}
