//! The type that people hold: rules, and what of their findings is wanted.

use std::sync::Arc;

use crate::finding::Finding;
use crate::form::assignment;
use crate::hits::Hit;
use crate::layers;
use crate::set::RuleSet;
use crate::text::Text;

/// Finds secrets in bytes.
///
/// It keeps no state between texts and can be shared by threads.
///
/// ```
/// use reticent_detect::Scanner;
///
/// let scanner = Scanner::new();
/// assert!(scanner.scan_bytes(b"password = 'correct-horse-7-battery'").len() == 1);
/// assert!(scanner.scan_bytes(b"password = os.environ['DB_PASSWORD']").is_empty());
/// ```
#[derive(Clone, Debug)]
pub struct Scanner {
    set: Arc<RuleSet>,
    min_confidence: f32,
    shows_suppressed: bool,
}

impl Default for Scanner {
    fn default() -> Self {
        Self::new()
    }
}

impl Scanner {
    /// From this confidence on a candidate is told.
    pub const DEFAULT_MIN_CONFIDENCE: f32 = 0.5;

    /// Looks with the rules that come with the crate.
    #[must_use]
    pub fn new() -> Self {
        Self::with_rules(RuleSet::shipped())
    }

    /// Looks with `rules`.
    #[must_use]
    pub fn with_rules(rules: Arc<RuleSet>) -> Self {
        Self { set: rules, min_confidence: Self::DEFAULT_MIN_CONFIDENCE, shows_suppressed: false }
    }

    /// Tells findings from `confidence` on; 0 is all of them.
    #[must_use]
    pub fn with_min_confidence(mut self, confidence: f32) -> Self {
        self.min_confidence = confidence;
        self
    }

    /// Tells candidates that were suppressed too, with their reasons.
    #[must_use]
    pub fn with_suppressed(mut self) -> Self {
        self.shows_suppressed = true;
        self
    }

    /// Returns its rules.
    #[must_use]
    pub fn rules(&self) -> &Arc<RuleSet> {
        &self.set
    }

    /// Returns what is found in `bytes`, in their order.
    #[must_use]
    pub fn scan_bytes(&self, bytes: &[u8]) -> Vec<Finding> {
        self.scan_named("", bytes)
    }

    /// Returns what is found in the bytes of the file `path`, whose name tells how they are written.
    #[must_use]
    pub fn scan_named(&self, path: &str, bytes: &[u8]) -> Vec<Finding> {
        let hits = layers::look(&self.set, &Text::of(path, bytes));
        hits.into_iter().filter_map(|hit| self.wanted(hit)).collect()
    }

    /// Returns what is found in lines of a text, none of which depends on the lines below it.
    ///
    /// It is for texts that arrive line by line, of which up to 4 KiB before them were given as well: what is found in
    /// a line is the same whatever follows. A private key that its line does not close is found up to the line's end,
    /// and what only a whole document tells is not found.
    #[must_use]
    pub fn scan_lines(&self, bytes: &[u8]) -> Vec<Finding> {
        let hits = layers::look(&self.set, &Text { is_by_line: true, ..Text::of("", bytes) });
        hits.into_iter().filter_map(|hit| self.wanted(hit)).collect()
    }

    /// Judges `value` as that of a setting called `name`, whatever its length.
    ///
    /// ```
    /// use reticent_detect::Scanner;
    ///
    /// let finding = Scanner::new().judge_value("db_password", "q8Zt0vLw2n").expect("it is one");
    /// assert_eq!(finding.rule().id(), "generic.password");
    /// assert!(Scanner::new().judge_value("user", "q8Zt0vLw2n").is_none());
    /// ```
    #[must_use]
    pub fn judge_value(&self, name: &str, value: &str) -> Option<Finding> {
        let mut hits = Vec::new();
        assignment::named(&self.set, &Text::of("", value.as_bytes()), name.as_bytes(), &mut hits);
        hits.into_iter().find_map(|hit| self.wanted(hit))
    }

    /// Makes a finding of a hit that is to be told.
    pub(crate) fn wanted(&self, hit: Hit) -> Option<Finding> {
        let is_wanted = match hit.suppressed {
            Some(_) => self.shows_suppressed,
            None => hit.confidence >= self.min_confidence,
        };
        is_wanted.then(|| Finding::new(Arc::clone(&self.set), hit))
    }
}
