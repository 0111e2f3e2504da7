//! What a caller asks for: a logical name or a reference, told apart from a value.

use std::fmt::{self, Write as _};
use std::sync::Arc;

use reticent_core::hooks::{Access, Action, Actor};
use reticent_core::{ErrorKind, Recognised, Schemes, SecretName, SecretRef, SourceError};

/// How the resolver calls itself in errors.
pub(crate) const RESOLVER: &str = "the resolver";

/// The longest reference that is written without an allocation.
const WRITTEN_ON_STACK: usize = 256;

/// What is asked for, and its one spelling, which is the key of cache and flight.
///
/// A name has no colon and a reference has one, so no name is the key of a reference.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    key: Arc<str>,
    /// The key, or of a sealed value what may be shown of it.
    shown: Arc<str>,
    asked: Asked,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    Name(SecretName),
    Reference(SecretRef),
}

impl Request {
    pub(crate) fn of_name(name: &SecretName) -> Self {
        let key: Arc<str> = name.as_str().into();
        Self { shown: Arc::clone(&key), key, asked: Asked::Name(name.clone()) }
    }

    pub(crate) fn of_reference(at: &SecretRef) -> Self {
        let (key, shown) = (at.spelled().to_string(), at.to_string());
        let key: Arc<str> = key.into();
        let shown = if *shown == *key { Arc::clone(&key) } else { shown.into() };
        Self { key, shown, asked: Asked::Reference(at.clone()) }
    }

    /// Reads a text that may be a value: then the error does not repeat it.
    pub(crate) fn recognise(text: &str, schemes: &Schemes) -> Result<Self, SourceError> {
        match schemes.recognise(text) {
            Recognised::Reference(at) => Ok(Self::of_reference(&at)),
            Recognised::Malformed(error) => Err(refused().with_detail(error.to_string())),
            Recognised::Value => match SecretName::parse(text) {
                Ok(name) => Ok(Self::of_name(&name)),
                Err(error) => Err(refused()
                    .with_detail(format!("neither a name nor a reference: {error}"))
                    .with_hint(registered(schemes))),
            },
        }
    }

    pub(crate) fn key(&self) -> &Arc<str> {
        &self.key
    }

    /// Returns how it is called in errors and records.
    pub(crate) fn shown(&self) -> &Arc<str> {
        &self.shown
    }

    pub(crate) fn asked(&self) -> &Asked {
        &self.asked
    }

    /// Describes a read of it by `actor`, before it is known where a name lives.
    pub(crate) fn access<'a>(&'a self, actor: &'a Actor) -> Access<'a> {
        let access = Access::new(actor, Action::Read, &self.shown);
        match &self.asked {
            Asked::Name(_) => access,
            Asked::Reference(at) => access.at(at),
        }
    }
}

fn refused() -> SourceError {
    SourceError::new(ErrorKind::InvalidReference, RESOLVER)
}

/// The error for a reference whose scheme has no source.
pub(crate) fn no_source_for(at: &SecretRef, schemes: &Schemes) -> SourceError {
    refused()
        .for_key(at.to_string())
        .with_detail(format!("no source is registered for scheme {}", at.scheme()))
        .with_hint(registered(schemes))
}

fn registered(schemes: &Schemes) -> String {
    let schemes: Vec<_> = schemes.iter().collect();
    if schemes.is_empty() {
        "register a source".to_owned()
    } else {
        format!("schemes registered here: {}", schemes.join(", "))
    }
}

/// Writes `at` as the key it has, for a look into the cache that allocates nothing.
pub(crate) fn with_key<T>(at: &SecretRef, use_it: impl FnOnce(&str) -> T) -> T {
    let mut line = Line { bytes: [0; WRITTEN_ON_STACK], length: 0 };
    match write!(line, "{}", at.spelled()) {
        Ok(()) => use_it(line.as_str()),
        Err(fmt::Error) => use_it(&at.spelled().to_string()),
    }
}

struct Line {
    bytes: [u8; WRITTEN_ON_STACK],
    length: usize,
}

impl Line {
    fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[..self.length]).expect("whole strings were written")
    }
}

impl fmt::Write for Line {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.length + text.len();
        let free = self.bytes.get_mut(self.length..end).ok_or(fmt::Error)?;
        free.copy_from_slice(text.as_bytes());
        self.length = end;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_never_repeated() {
        let schemes = Schemes::of(["env", "vault"]);
        for (text, want) in [
            ("postgres://u:hunter2@h/db", "neither a name nor a reference: column 9: "),
            ("two hunter2 words", "neither a name nor a reference: column 4: "),
            ("", "neither a name nor a reference: column 1: "),
            ("vault://me:hunter2@h", "column 9: credentials do not belong in a reference"),
        ] {
            let error = Request::recognise(text, &schemes).expect_err(text);
            assert_eq!(error.kind(), ErrorKind::InvalidReference);
            assert!(error.detail().expect("a detail").starts_with(want), "{error}");
            assert!(!format!("{error} {error:?}").contains("hunter2"));
        }
    }

    #[test]
    fn every_spelling_of_a_reference_has_one_key() {
        let schemes = Schemes::of(["env"]);
        for text in ["env://A?version=current", "ref+env://A", "env://%41", "env://A"] {
            let request = Request::recognise(text, &schemes).expect(text);
            assert_eq!(&**request.key(), "env://A");
        }
    }

    #[test]
    fn a_key_on_the_stack_is_the_key() {
        for path in ["A".to_owned(), "x".repeat(249), "x".repeat(250), "x".repeat(2000)] {
            let at = SecretRef::new("env", &path).expect("a reference");
            with_key(&at, |key| assert_eq!(key, at.spelled().to_string()));
        }
    }
}
