//! What is wrong with a setting.

use std::fmt;

/// Why a source could not be made of its settings: which one, what is wrong, and what to do.
///
/// ```
/// use reticent_provider_vault::VaultSettings;
///
/// let error = VaultSettings::new("https://user:word@vault.example.org").build().unwrap_err();
/// assert_eq!(error.setting(), "address");
/// assert_eq!(error.to_string(), "address: credentials do not belong in an address");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingsError {
    setting: &'static str,
    problem: String,
    hint: Option<&'static str>,
}

impl SettingsError {
    pub(crate) fn new(setting: &'static str, problem: impl Into<String>) -> Self {
        Self { setting, problem: problem.into(), hint: None }
    }

    pub(crate) fn with_hint(mut self, hint: &'static str) -> Self {
        self.hint = Some(hint);
        self
    }

    /// Returns which setting it is: `address`, or a variable such as `VAULT_ADDR`.
    #[must_use]
    pub fn setting(&self) -> &'static str {
        self.setting
    }

    /// Returns what to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        self.hint
    }
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.setting, self.problem)
    }
}

impl std::error::Error for SettingsError {}
