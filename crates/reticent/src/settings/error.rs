//! Why a struct of settings could not be loaded.

use std::fmt;

use reticent_config::{Report, SettingsError};

use crate::setup::SetupError;

/// What stands in the way of settings. `Debug` is what `Display` is, since `main` prints it.
///
/// ```
/// use reticent::config::{Report, SettingsError};
/// use reticent::settings::LoadError;
///
/// let error = LoadError::from(SettingsError::new(Report::new("production")));
/// assert!(error.report().is_some());
/// ```
#[non_exhaustive]
pub enum LoadError {
    /// The configuration, or a place, is not as it should be.
    Setup(SetupError),
    /// Settings are missing or invalid.
    Settings(SettingsError),
}

impl LoadError {
    /// Returns the report where settings are missing or invalid.
    #[must_use]
    pub fn report(&self) -> Option<&Report> {
        match self {
            Self::Settings(error) => Some(error.report()),
            Self::Setup(_) => None,
        }
    }
}

impl From<SetupError> for LoadError {
    fn from(error: SetupError) -> Self {
        Self::Setup(error)
    }
}

impl From<SettingsError> for LoadError {
    fn from(error: SettingsError) -> Self {
        Self::Settings(error)
    }
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Setup(error) => error.fmt(f),
            Self::Settings(error) => error.fmt(f),
        }
    }
}

impl fmt::Debug for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for LoadError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Setup(error) => error.source(),
            Self::Settings(_) => None,
        }
    }
}
