//! Which version of a secret is meant.

use std::fmt;
use std::sync::Arc;

use super::error::{Problem, ReferenceError};

/// The longest version identifier that any backend gives.
const LONGEST: usize = 256;

/// A backend's own identifier of one version: a number, a UUID, a label.
///
/// ```
/// use reticent_core::VersionId;
///
/// assert_eq!(VersionId::parse("7")?.as_str(), "7");
/// assert!(VersionId::parse("two words").is_err());
/// # Ok::<(), reticent_core::ReferenceError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct VersionId(Arc<str>);

impl VersionId {
    /// Checks an identifier: 1 to 256 characters, none of them blank or a control character.
    ///
    /// # Errors
    /// [`ReferenceError`] for anything else.
    pub fn parse(text: &str) -> Result<Self, ReferenceError> {
        let unfit = |character: char| character.is_control() || character.is_whitespace();
        if text.is_empty() || text.len() > LONGEST || text.contains(unfit) {
            return Err(ReferenceError::at(1, Problem::VersionForm));
        }
        Ok(Self(text.into()))
    }

    /// Returns the identifier as the backend spells it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for VersionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Which version a reference asks for: a stage that moves, or one fixed version.
///
/// ```
/// use reticent_core::Version;
///
/// assert_eq!(Version::parse("previous")?, Version::Previous);
/// assert_eq!(Version::parse("7")?.as_str(), "7");
/// # Ok::<(), reticent_core::ReferenceError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Version {
    /// The one in use: `AWSCURRENT`, the newest in Vault. The default.
    #[default]
    Current,
    /// The one before the current: `AWSPREVIOUS`.
    Previous,
    /// The one that a rotation has made and not yet promoted: `AWSPENDING`.
    Pending,
    /// One fixed version.
    Id(VersionId),
}

impl Version {
    /// Reads `current`, `previous`, `pending` or an identifier.
    ///
    /// # Errors
    /// [`ReferenceError`] when it is none of them.
    pub fn parse(text: &str) -> Result<Self, ReferenceError> {
        Ok(match text {
            "current" => Self::Current,
            "previous" => Self::Previous,
            "pending" => Self::Pending,
            id => Self::Id(VersionId::parse(id)?),
        })
    }

    /// Returns the text that [`parse`](Self::parse) reads.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Current => "current",
            Self::Previous => "previous",
            Self::Pending => "pending",
            Self::Id(id) => id.as_str(),
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
