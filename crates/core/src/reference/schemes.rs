//! Which schemes make a text a reference.

use std::collections::BTreeSet;

use super::{ReferenceError, SecretRef, parse};

/// The registered schemes of a program.
///
/// ```
/// use reticent_core::{Recognised, Schemes};
///
/// let schemes = Schemes::of(["env", "vault"]);
/// assert!(matches!(schemes.recognise("env://DB_PASSWORD"), Recognised::Reference(at) if at.path() == "DB_PASSWORD"));
/// assert!(matches!(schemes.recognise("postgres://user:word@host/db"), Recognised::Value));
/// assert!(matches!(schemes.recognise("vault://db?versoin=3"), Recognised::Malformed(error) if error.column() == 12));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schemes(BTreeSet<Box<str>>);

/// What a text turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "complete: a text is one of these three")]
pub enum Recognised {
    /// A reference with a registered scheme.
    Reference(SecretRef),
    /// A registered scheme, and a defect behind it.
    Malformed(ReferenceError),
    /// Anything else: a value, which must not be repeated.
    Value,
}

impl Schemes {
    /// Registers `schemes`, such as `env` or `aws-sm`.
    pub fn of<S: Into<Box<str>>>(schemes: impl IntoIterator<Item = S>) -> Self {
        Self(schemes.into_iter().map(Into::into).collect())
    }

    /// Registers one more.
    pub fn register(&mut self, scheme: &str) {
        self.0.insert(scheme.into());
    }

    /// Tells whether `scheme` is registered.
    #[must_use]
    pub fn contains(&self, scheme: &str) -> bool {
        self.0.contains(scheme)
    }

    /// Returns the registered schemes in alphabetical order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(AsRef::as_ref)
    }

    /// Tells a reference from a value. `ref+vault://…`, as another tool writes it, is a reference too.
    #[must_use]
    pub fn recognise(&self, text: &str) -> Recognised {
        let plain = text.strip_prefix("ref+").unwrap_or(text);
        let Some((scheme, rest)) = plain.split_once(':') else { return Recognised::Value };
        if !self.contains(scheme) || !(rest.starts_with("//") || parse::is_opaque(scheme)) {
            return Recognised::Value;
        }
        match plain.parse() {
            Ok(reference) => Recognised::Reference(reference),
            Err(error) => Recognised::Malformed(error.moved_by(text.len() - plain.len())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_registered_scheme_makes_a_reference() {
        let schemes = Schemes::of(["env", "sealed"]);
        for value in [
            "postgres://u:p@h/db",
            "https://x.y/z",
            "vault://secret/x",
            "env:not-one",
            "ENV://A",
            "env",
            "",
            "a sentence: with colon",
            "file+env://A",
        ] {
            assert_eq!(schemes.recognise(value), Recognised::Value, "{value}");
        }
        for reference in ["env://A", "ref+env://A", "sealed:rt1.k.AA"] {
            assert!(matches!(schemes.recognise(reference), Recognised::Reference(_)), "{reference}");
        }
    }

    #[test]
    fn the_column_counts_the_prefix() {
        let Recognised::Malformed(error) = Schemes::of(["env"]).recognise("ref+env://") else {
            panic!("a malformed reference")
        };
        assert_eq!(error.column(), 11);
    }
}
