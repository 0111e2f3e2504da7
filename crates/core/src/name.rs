//! What a program calls a secret, wherever it lives.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use crate::reference::ReferenceError;

/// The longest logical name.
const LONGEST: usize = 255;

/// A logical name, such as `DB_PASSWORD` or `db/password`, which the resolver routes to a place.
///
/// Names are exact here: sources may disagree about case, so whoever folds it says so.
///
/// ```
/// use reticent_core::SecretName;
///
/// assert_eq!(SecretName::parse("db/password")?.as_str(), "db/password");
/// assert_eq!(SecretName::parse("../etc").unwrap_err().column(), 1);
/// # Ok::<(), reticent_core::ReferenceError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SecretName(Arc<str>);

impl SecretName {
    /// Checks a name: 1 to 255 ASCII letters, digits, `_`, `-`, `.` and `/`; it begins with a letter, a digit or
    /// `_`; no part between slashes is empty, `.` or `..`.
    ///
    /// # Errors
    /// [`ReferenceError`] with the column; it does not repeat the text, which may be a value in the wrong place.
    pub fn parse(text: &str) -> Result<Self, ReferenceError> {
        if text.is_empty() || text.len() > LONGEST {
            return Err(ReferenceError::name_form(text.len().min(LONGEST) + 1));
        }
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"_-./".contains(&byte);
        if let Some(offset) = text.chars().position(|character| !u8::try_from(character).is_ok_and(fits)) {
            return Err(ReferenceError::name_form(offset + 1));
        }
        if !text.starts_with(|first: char| first.is_ascii_alphanumeric() || first == '_') {
            return Err(ReferenceError::name_form(1));
        }
        let mut column = 1;
        for part in text.split('/') {
            if matches!(part, "" | "." | "..") {
                return Err(ReferenceError::name_form(column));
            }
            column += part.len() + 1;
        }
        Ok(Self(text.into()))
    }

    /// Returns the name as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for SecretName {
    type Err = ReferenceError;

    fn from_str(text: &str) -> Result<Self, ReferenceError> {
        Self::parse(text)
    }
}

impl AsRef<str> for SecretName {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SecretName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_checked_and_never_repeated() {
        for (text, column) in [
            ("", 1),
            ("/a", 1),
            ("-a", 1),
            ("a//b", 3),
            ("a/../b", 3),
            ("a/", 3),
            ("hunter2!", 8),
            ("p w", 2),
            ("\u{e9}", 1),
        ] {
            let error = SecretName::parse(text).expect_err(text);
            assert_eq!(error.column(), column, "{text}");
            assert!(!error.to_string().contains("hunter2"));
        }
        assert_eq!(SecretName::parse(&"x".repeat(256)).expect_err("too long").column(), 256);
        for text in ["DB_PASSWORD", "db.password", "_x", "9lives", "a/b-c.d", "..a".trim_start_matches('.')] {
            assert_eq!(SecretName::parse(text).expect("a name").to_string(), text);
        }
    }
}
