//! What became of a law.

use std::fmt;

/// What became of one law over one source.
///
/// ```
/// use reticent_testkit::Verdict;
///
/// assert_ne!(Verdict::Passed, Verdict::NotApplicable { reason: "it is read-only" });
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "complete: a law holds, is broken, or does not apply")]
pub enum Verdict {
    /// The source keeps the law.
    Passed,
    /// The law needs a part that the harness lacks.
    NotApplicable {
        /// Why it lacks the part.
        reason: &'static str,
    },
    /// The source breaks the law, or its harness is not in order.
    Broken(Broken),
}

/// How a source breaks a law. It holds no value.
///
/// ```
/// use reticent_testkit::Broken;
///
/// assert_eq!(Broken::new("the value came back changed").to_string(), "the value came back changed");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken(String);

impl Broken {
    /// Says how, in one clause without a value.
    #[must_use]
    pub fn new(how: impl Into<String>) -> Self {
        Self(how.into())
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Broken {}
