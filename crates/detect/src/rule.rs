//! What a detection rule is, and where rules come from.

mod check;
#[cfg(test)]
mod laws;
mod load;
mod pattern;
mod sample;
pub(crate) mod schema;
mod shipped;

use std::fmt;
use std::ops::RangeInclusive;
use std::sync::Arc;

pub use load::RuleError;
pub(crate) use load::from_toml;
pub(crate) use pattern::Pattern;
pub(crate) use shipped::shipped;

use crate::judge::checksum::Checksum;
use crate::judge::structure::Structure;

/// How bad it is when what a rule finds is leaked.
///
/// ```
/// use reticent_detect::Severity;
///
/// assert!(Severity::Critical > Severity::Low);
/// assert_eq!(Severity::High.to_string(), "high");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_enums, reason = "the four grades that reports know")]
pub enum Severity {
    /// It opens little, or nothing alone.
    Low,
    /// It opens something of limited worth.
    Medium,
    /// It opens what a person or a service may do.
    High,
    /// It opens everything of an owner.
    Critical,
}

impl Severity {
    /// All grades, the least first.
    pub const ALL: [Self; 4] = [Self::Low, Self::Medium, Self::High, Self::Critical];

    /// Returns the word of reports and options.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// Reads the word of reports and options.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|severity| severity.as_str() == word)
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How candidates for a rule are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Anchor {
    /// The token begins with one of the keywords.
    Prefix,
    /// One of the keywords stands before or within the token, where a run of token characters begins.
    Inner,
    /// Any run of token characters of a fitting length.
    Run,
    /// One of the keywords begins a host, behind `://` or a dot.
    Url,
    /// The value of a setting whose name holds one of the keywords.
    Name,
    /// A parser in code, which the last part of the id names.
    Form,
    /// One of the keywords stands anywhere; for rules of a user's own.
    Keyword,
}

/// What it means that a rule answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// It opens something.
    Secret,
    /// It names an account or a key, and opens nothing alone.
    Identifier,
    /// It may be shown by its maker's own word; the rule is there so that no other answers.
    Public,
}

/// One detection rule: what it finds, how bad that is, and what to do.
///
/// ```
/// use reticent_detect::RuleSet;
///
/// let rules = RuleSet::shipped();
/// let rule = rules.get("github.pat-classic").expect("a rule that is shipped");
/// assert_eq!((rule.vendor(), rule.severity().as_str()), ("github", "high"));
/// ```
#[derive(Debug)]
pub struct Rule {
    pub(crate) vendor: Arc<str>,
    pub(crate) id: Arc<str>,
    pub(crate) title: Arc<str>,
    pub(crate) risk: Arc<str>,
    pub(crate) fix: Arc<str>,
    pub(crate) references: Vec<Arc<str>>,
    pub(crate) severity: Severity,
    pub(crate) anchor: Anchor,
    pub(crate) pattern: Pattern,
    pub(crate) keywords: Vec<Arc<str>>,
    pub(crate) alphabet: Arc<str>,
    pub(crate) run_len: RangeInclusive<usize>,
    pub(crate) max_len: usize,
    pub(crate) confidence: f32,
    pub(crate) role: Role,
    pub(crate) checksum: Option<Checksum>,
    pub(crate) structure: Option<Structure>,
}

impl Rule {
    /// Returns the name that never changes, such as `github.pat-classic`.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Returns whose secret it is, or `generic`.
    #[must_use]
    pub fn vendor(&self) -> &str {
        &self.vendor
    }

    /// Returns what a person calls it.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.title
    }

    /// Returns what its finder can do with it.
    #[must_use]
    pub fn risk(&self) -> &str {
        &self.risk
    }

    /// Returns what to do about a leak.
    #[must_use]
    pub fn fix(&self) -> &str {
        &self.fix
    }

    /// Returns the pages where its form is stated.
    pub fn references(&self) -> impl Iterator<Item = &str> {
        self.references.iter().map(|page| &**page)
    }

    /// Returns how bad a leak is.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.severity
    }

    /// Returns how sure it is of a match of which nothing more is known, from 0 to 1.
    #[must_use]
    pub fn confidence(&self) -> f32 {
        self.confidence
    }
}
