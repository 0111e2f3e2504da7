//! Where a secret lives, as text: `scheme://path[?version=…][#field]`.
//!
//! The decision: a text is a reference only if its scheme is registered ([`Schemes`]), since `postgres://u:p@h` is
//! a value and must never be taken apart or repeated. The cost is that a parser needs to be told the schemes.

mod error;
mod field;
mod parse;
mod schemes;
mod version;

use std::fmt::{self, Write as _};
use std::str::FromStr;
use std::sync::Arc;

pub use error::ReferenceError;
pub use field::Field;
pub use schemes::{Recognised, Schemes};
pub use version::{Version, VersionId};

/// Where one secret lives, in one version, and which field of it is meant.
///
/// Cheap to clone, and a key in maps. Its parts are decoded: a `#`, `?` or `%` in a path is written `%23`, `%3F`,
/// `%25` in text.
///
/// ```
/// use reticent_core::{Field, SecretRef, Version};
///
/// let at: SecretRef = "vault://secret/prod/db?version=previous#password".parse()?;
/// assert_eq!((at.scheme(), at.path()), ("vault", "secret/prod/db"));
/// assert_eq!(at.version(), &Version::Previous);
/// assert_eq!(at.field().map(Field::to_string).as_deref(), Some("password"));
/// assert_eq!(at.to_string(), "vault://secret/prod/db?version=previous#password");
///
/// let misspelt = "vault://secret/prod/db?versoin=3".parse::<SecretRef>().unwrap_err();
/// assert_eq!(misspelt.to_string(), r#"column 24: unknown parameter "versoin"; did you mean "version"?"#);
/// # Ok::<(), reticent_core::ReferenceError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SecretRef {
    scheme: Arc<str>,
    path: Arc<str>,
    version: Version,
    field: Option<Field>,
    opaque: bool,
}

impl SecretRef {
    /// Returns the whole text that reads as this reference again, in its one spelling.
    ///
    /// ```
    /// use reticent_core::SecretRef;
    ///
    /// let at: SecretRef = "sealed:rt1.k1.AAAA".parse()?;
    /// assert_eq!(at.spelled().to_string(), "sealed:rt1.k1.AAAA");
    /// assert_eq!(at.to_string(), "sealed:rt1.k1.…");
    /// # Ok::<(), reticent_core::ReferenceError>(())
    /// ```
    pub fn spelled(&self) -> impl fmt::Display + '_ {
        Spelled(self)
    }

    /// Builds a reference from a scheme and a decoded path, to the current version of the whole value.
    ///
    /// # Errors
    /// [`ReferenceError`] when the scheme is not one (RFC 3986 section 3.1, lower case), or the path is empty or
    /// holds a control character.
    pub fn new(scheme: &str, path: &str) -> Result<Self, ReferenceError> {
        parse::scheme(scheme)?;
        parse::decoded_path(path, 1)?;
        Ok(Self {
            scheme: scheme.into(),
            path: path.into(),
            version: Version::Current,
            field: None,
            opaque: parse::is_opaque(scheme),
        })
    }

    /// Returns the same place in another version.
    #[must_use]
    pub fn at_version(mut self, version: Version) -> Self {
        self.version = version;
        self
    }

    /// Returns the same place narrowed to one field, or widened to the whole value.
    #[must_use]
    pub fn at_field(mut self, field: Option<Field>) -> Self {
        self.field = field;
        self
    }

    /// Returns the scheme, which chooses the source: `env`, `vault`.
    #[must_use]
    pub fn scheme(&self) -> &str {
        &self.scheme
    }

    /// Returns the decoded path; what it means is the source's to say.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Returns which version is meant.
    #[must_use]
    pub fn version(&self) -> &Version {
        &self.version
    }

    /// Returns which field of a structured value is meant; `None` is the whole value.
    #[must_use]
    pub fn field(&self) -> Option<&Field> {
        self.field.as_ref()
    }
}

impl FromStr for SecretRef {
    type Err = ReferenceError;

    /// Reads a reference of any scheme. Text of unknown origin goes through [`Schemes::recognise`] instead.
    fn from_str(text: &str) -> Result<Self, ReferenceError> {
        parse::reference(text)
    }
}

/// For people: as [`SecretRef::spelled`], but of an opaque text the key alone is shown, since somebody may have put
/// there what is not encrypted.
impl fmt::Display for SecretRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.opaque {
            return self.spelled().fmt(f);
        }
        match self.path.split('.').collect::<Vec<_>>()[..] {
            [form @ "rt1", key, _] if is_key_id(key) => write!(f, "{}:{form}.{key}.…", self.scheme),
            _ => write!(f, "{}:…", self.scheme),
        }
    }
}

/// Tells whether this has the form of a key's identifier: 1 to 24 lower-case letters and digits.
fn is_key_id(text: &str) -> bool {
    (1..=24).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
}

struct Spelled<'r>(&'r SecretRef);

impl fmt::Display for Spelled<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(at) = self;
        f.write_str(&at.scheme)?;
        f.write_str(if at.opaque { ":" } else { "://" })?;
        parse::Encoded(f).write_str(&at.path)?;
        if at.version != Version::Current {
            f.write_str("?version=")?;
            parse::Encoded(f).write_str(at.version.as_str())?;
        }
        if let Some(field) = &at.field {
            f.write_str("#")?;
            write!(parse::Encoded(f), "{field}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for SecretRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretRef({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_reference_agree() {
        for text in [
            "env://DB_PASSWORD",
            "file:///run/secrets/db",
            "dotenv://.env#KEY",
            "systemd://db",
            "aws-sm://prod/db#password",
            "aws-sm://arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/db-AbCdEf?version=previous",
            "vault://secret/prod/db?version=3#/a/b~1c",
            "sealed:rt1.k1.AAAA",
            "file:///odd %23 %3F %25 name",
            "store://user/provider?version=pending",
        ] {
            let at: SecretRef = text.parse().expect(text);
            assert_eq!(at.spelled().to_string(), text);
        }
    }

    #[test]
    fn of_an_opaque_text_the_key_alone_is_shown() {
        for (text, shown) in [
            ("sealed:rt1.k1.AAAA", "sealed:rt1.k1.…"),
            ("sealed:rt1.k1.AAAA#user", "sealed:rt1.k1.…"),
            ("sealed:hunter2", "sealed:…"),
            ("sealed:my.open.secret", "sealed:…"),
            ("sealed:rt1.My Secret.AAAA", "sealed:…"),
            ("sealed:rt1.k1.AA.AA", "sealed:…"),
        ] {
            let at: SecretRef = text.parse().expect(text);
            assert_eq!((at.to_string().as_str(), format!("{at:?}")), (shown, format!("SecretRef({shown})")));
        }
        let made = SecretRef::new("sealed", "rt1.k1.AAAA").expect("a reference");
        assert_eq!(made, "sealed:rt1.k1.AAAA".parse().expect("a reference"));
    }

    #[test]
    fn parts_are_decoded() {
        let at: SecretRef = "file:///a%23b%3Fc%25?version=v%231#k%2Fey".parse().expect("a reference");
        assert_eq!(at.path(), "/a#b?c%");
        assert_eq!(at.version(), &Version::Id(VersionId::parse("v#1").expect("an id")));
        assert_eq!(at.field().expect("a field").tokens(), ["k/ey"]);
    }

    #[test]
    fn every_defect_has_its_column_and_no_text_of_the_value() {
        for (text, want) in [
            ("", "column 1: no scheme; a reference is written scheme://path"),
            ("plain", "column 1: no scheme; a reference is written scheme://path"),
            ("Env://A", "column 1: a scheme is lower-case letters, digits, + - and ."),
            ("env://", "column 7: the path is empty"),
            ("env://A?version=1&version=2", "column 19: parameter \"version\" is given twice"),
            ("env://A?version", "column 9: parameter \"version\" has no value; write version=…"),
            ("env://A?version=", "column 17: a version is 1 to 256 visible characters"),
            ("env://A?stage=x", "column 9: unknown parameter \"stage\""),
            ("env://A?", "column 9: a parameter is missing after ?"),
            ("env://A#", "column 9: the field is empty"),
            ("env://A#/a~2", "column 9: in a JSON pointer ~ stands before 0 or 1 only"),
            ("env://A%2", "column 8: % starts an escape of two hex digits; write %25 for a percent sign"),
            ("env://A%00", "column 8: control characters are not allowed here"),
            ("env://A%ff", "column 8: the escapes are not UTF-8 text"),
            ("env://A\nB", "column 8: control characters are not allowed here"),
            ("vault://me:hunter2@host/x", "column 9: credentials do not belong in a reference"),
        ] {
            let error = text.parse::<SecretRef>().expect_err(text);
            assert_eq!(error.to_string(), want, "{text:?}");
            assert!(!format!("{error:?}").contains("hunter2"));
        }
    }
}
