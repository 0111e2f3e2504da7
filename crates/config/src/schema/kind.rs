//! What form a value has.

use std::fmt;

/// The form of a setting's value.
///
/// ```
/// use reticent_config::Kind;
///
/// assert_eq!(Kind::PORT.to_string(), "a whole number 0–65535");
/// assert_eq!(Kind::Flag.as_str(), "bool");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// UTF-8 text, byte for byte.
    Text,
    /// Any bytes, kept in a [`Secret`](reticent_core::Secret).
    Secret,
    /// `true` or `false`, and the words that pydantic knows.
    Flag,
    /// A whole number between two bounds, both included.
    Whole {
        /// The least.
        least: i128,
        /// The greatest.
        greatest: u128,
    },
    /// A number with a fraction.
    Number,
    /// A length of time: `250ms`, `30s`, `1h30m`, `00:05:00`, or a number of seconds.
    Duration,
    /// A path.
    Path,
    /// One of a few words, in any case.
    Choice(Vec<String>),
    /// Several values: a JSON list, or a list with commas.
    List(Box<Self>),
    /// What a type of the program reads; this says what that is.
    Other(String),
}

impl Kind {
    /// A port number.
    pub const PORT: Self = Self::Whole { least: 0, greatest: u16::MAX as u128 };

    /// Returns the stable token for JSON and `reticent.toml`.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Secret => "secret",
            Self::Flag => "bool",
            Self::Whole { .. } => "integer",
            Self::Number => "number",
            Self::Duration => "duration",
            Self::Path => "path",
            Self::Choice(_) => "choice",
            Self::List(_) => "list",
            Self::Other(_) => "other",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text => f.write_str("UTF-8 text"),
            Self::Secret => f.write_str("a secret"),
            Self::Flag => f.write_str("true or false"),
            Self::Whole { least: 0, greatest: u128::MAX } => f.write_str("a whole number 0 or more"),
            Self::Whole { least, greatest } => write!(f, "a whole number {least}–{greatest}"),
            Self::Number => f.write_str("a number"),
            Self::Duration => f.write_str("a duration such as 250ms, 30s, 5m or 1h30m"),
            Self::Path => f.write_str("a path"),
            Self::Choice(words) => write!(f, "one of {}", words.join(", ")),
            Self::List(inner) => {
                write!(f, "a list with commas or a JSON list, each entry {inner}")
            }
            Self::Other(what) => f.write_str(what),
        }
    }
}
