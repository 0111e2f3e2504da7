//! How far a job has come.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::key::KeyId;

const SCHEMA: &str = "reticent.rewrap/1";

/// How far one job has come: kept beside the ciphertexts, so that another process can go on with it.
///
/// ```
/// use reticent_crypto::rewrap::{Job, Outcome};
///
/// let mut job = Job::new(&"k2".parse()?);
/// job.note("row 1", Outcome::Rewrapped);
/// job.note("row 2", Outcome::Failed("not authentic".to_owned()));
/// assert_eq!((job.rewrapped(), job.failures().len(), job.cursor()), (1, 1, Some("row 2")));
/// # Ok::<(), reticent_crypto::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Job {
    schema: String,
    key: String,
    cursor: Option<String>,
    rewrapped: u64,
    current: u64,
    failures: Vec<Failure>,
    finished: bool,
}

/// An item that could not be encrypted anew, and why; never any of its bytes.
///
/// ```
/// use reticent_crypto::rewrap::{Job, Outcome};
///
/// let mut job = Job::new(&"k2".parse()?);
/// job.note("row 2", Outcome::Failed("not authentic".to_owned()));
/// assert_eq!(job.failures()[0].to_string(), "row 2: not authentic");
/// # Ok::<(), reticent_crypto::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Failure {
    id: String,
    reason: String,
}

impl Failure {
    pub(crate) fn new(id: &str, reason: String) -> Self {
        Self { id: id.to_owned(), reason }
    }

    /// Returns which item it is.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Returns why.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.reason
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.id, self.reason)
    }
}

/// What became of one item.
///
/// ```
/// use reticent_crypto::rewrap::Outcome;
///
/// assert_ne!(Outcome::Rewrapped, Outcome::Current);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// It is under the primary key now.
    Rewrapped,
    /// It was under the primary key already, or is gone.
    Current,
    /// It is as it was, for this reason.
    Failed(String),
}

impl Job {
    /// Begins a job that brings everything under the key of this identifier.
    #[must_use]
    pub fn new(key: &KeyId) -> Self {
        let (schema, key) = (SCHEMA.to_owned(), key.to_string());
        Self { schema, key, cursor: None, rewrapped: 0, current: 0, failures: Vec::new(), finished: false }
    }

    /// Tells whether it is a job of this version that brings everything under this key and is not over.
    pub(crate) fn goes_on_with(&self, key: &KeyId) -> bool {
        self.schema == SCHEMA && self.key == key.as_str() && !self.finished
    }

    /// Notes what became of the item behind those before it.
    pub fn note(&mut self, id: &str, outcome: Outcome) {
        self.cursor = Some(id.to_owned());
        match outcome {
            Outcome::Rewrapped => self.rewrapped += 1,
            Outcome::Current => self.current += 1,
            Outcome::Failed(reason) => self.failures.push(Failure::new(id, reason)),
        }
    }

    pub(crate) fn finish(&mut self) {
        self.finished = true;
    }

    /// Returns the last item that was dealt with.
    #[must_use]
    pub fn cursor(&self) -> Option<&str> {
        self.cursor.as_deref()
    }

    /// Returns how many items were encrypted anew.
    #[must_use]
    pub fn rewrapped(&self) -> u64 {
        self.rewrapped
    }

    /// Returns how many items were under the key already.
    #[must_use]
    pub fn current(&self) -> u64 {
        self.current
    }

    /// Returns the items that are as they were.
    #[must_use]
    pub fn failures(&self) -> &[Failure] {
        &self.failures
    }

    /// Tells whether every item was dealt with.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.finished
    }

    /// Returns how many items were dealt with.
    #[must_use]
    pub fn done(&self) -> u64 {
        self.rewrapped + self.current + self.failures.len() as u64
    }
}
