//! Everything that a source showed, so that it can be searched.

use std::error::Error;
use std::fmt;

use reticent_core::SourceError;

use crate::canary::{Canary, Spelling};

/// Collects what is shown: `Debug` texts, and every part of every error.
///
/// ```
/// use reticent_core::{ErrorKind, SourceError};
/// use reticent_testkit::{Canary, Capture};
///
/// let canary = Canary::new();
/// let mut capture = Capture::new();
/// let error = SourceError::new(ErrorKind::Malformed, "leaky").with_hint(format!("cannot use {}", canary.core()));
/// capture.error("get", &error);
/// let leak = capture.find(&canary).expect("the hint leaks");
/// assert_eq!(leak.to_string(), "Debug of the error of get (Plain)");
/// ```
#[derive(Debug, Default)]
pub struct Capture {
    shown: Vec<(String, String)>,
}

/// Where a value was found, and how it was spelt there.
///
/// ```
/// use reticent_testkit::{Canary, Capture};
///
/// let mut capture = Capture::new();
/// capture.text("the log", "nothing to see");
/// assert!(capture.find(&Canary::new()).is_none());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leak {
    place: String,
    spelling: Spelling,
}

impl Leak {
    /// Returns where it was shown.
    #[must_use]
    pub fn place(&self) -> &str {
        &self.place
    }

    /// Returns how it was spelt.
    #[must_use]
    pub fn spelling(&self) -> Spelling {
        self.spelling
    }
}

impl fmt::Display for Leak {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({:?})", self.place, self.spelling)
    }
}

impl Capture {
    /// Makes an empty collection.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Keeps a text that `place` showed.
    pub fn text(&mut self, place: &str, text: &str) {
        self.shown.push((place.to_owned(), text.to_owned()));
    }

    /// Keeps both `Debug` forms of a thing.
    pub fn debug(&mut self, place: &str, thing: &dyn fmt::Debug) {
        self.text(&format!("Debug of {place}"), &format!("{thing:?} {thing:#?}"));
    }

    /// Keeps every part of an error, and of each of its causes.
    pub fn error(&mut self, operation: &str, error: &SourceError) {
        let place = format!("the error of {operation}");
        self.debug(&place, error);
        self.text(&format!("Display of {place}"), &error.to_string());
        self.text(&format!("the hint of {place}"), error.hint().unwrap_or_default());
        for attempt in error.tried() {
            self.text(&format!("an attempt in {place}"), &attempt.to_string());
        }
        let mut cause = error.source();
        while let Some(next) = cause {
            self.text(&format!("a cause of {place}"), &format!("{next} {next:?} {next:#?}"));
            cause = next.source();
        }
    }

    /// Keeps what an operation gave: its error, or `Debug` of its result.
    pub fn result<T: fmt::Debug>(&mut self, operation: &str, result: &Result<T, SourceError>) {
        match result {
            Ok(value) => self.debug(&format!("what {operation} gave"), value),
            Err(error) => self.error(operation, error),
        }
    }

    /// Looks for a canary in all that was kept.
    #[must_use]
    pub fn find(&self, canary: &Canary) -> Option<Leak> {
        self.shown.iter().find_map(|(place, text)| {
            Some(Leak { place: place.clone(), spelling: canary.find_in(text.as_bytes())? })
        })
    }
}
