//! When a setting must be there.

use std::fmt;

/// Whether a program starts without a setting.
///
/// ```
/// use reticent_config::{Condition, Required};
///
/// let required = Required::When(vec![Condition::is_on("POSTGRES_ENABLED")]);
/// assert_eq!(required.to_string(), "when POSTGRES_ENABLED is on");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Required {
    /// It must be there.
    #[default]
    Always,
    /// It may be absent.
    Never,
    /// It must be there where all of these hold.
    When(Vec<Condition>),
}

impl fmt::Display for Required {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Always => f.write_str("always"),
            Self::Never => f.write_str("never"),
            Self::When(conditions) => {
                for (index, condition) in conditions.iter().enumerate() {
                    write!(f, "{} {condition}", if index == 0 { "when" } else { " and" })?;
                }
                Ok(())
            }
        }
    }
}

/// What must be true of the environment or of another setting.
///
/// ```
/// use reticent_config::Condition;
///
/// assert_eq!(Condition::in_environments(["staging", "production"]).to_string(), "in staging or production");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Condition {
    /// The program runs in one of these environments.
    InEnvironment(Vec<String>),
    /// The setting of this name is on, by its value or its default.
    IsOn(String),
    /// The setting of this name has this value; for a setting that is no secret.
    Equals(String, String),
    /// A setting whose name begins so was found in a source.
    AnySet(String),
}

impl Condition {
    /// Holds in each of `environments`.
    pub fn in_environments<S: Into<String>>(environments: impl IntoIterator<Item = S>) -> Self {
        Self::InEnvironment(environments.into_iter().map(Into::into).collect())
    }

    /// Holds while the setting `name` is on.
    pub fn is_on(name: impl Into<String>) -> Self {
        Self::IsOn(name.into())
    }

    /// Reads `NAME` as "is on", and `NAME=value` as "has this value".
    #[must_use]
    pub fn on_setting(text: &str) -> Self {
        match text.split_once('=') {
            Some((name, value)) => Self::Equals(name.trim().to_owned(), value.trim().to_owned()),
            None => Self::IsOn(text.trim().to_owned()),
        }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InEnvironment(names) => write!(f, "in {}", names.join(" or ")),
            Self::IsOn(name) => write!(f, "{name} is on"),
            Self::Equals(name, value) => write!(f, "{name} is {value}"),
            Self::AnySet(prefix) => write!(f, "any of {prefix}* is set"),
        }
    }
}
