//! What is told about one place: the rule, the span, how sure it is, and why.

use std::ops::Range;
use std::sync::Arc;

use crate::hits::Hit;
use crate::layers::Layer;
use crate::reason::Reason;
use crate::rule::{Rule, Severity};
use crate::set::RuleSet;

/// A place that holds a secret, or a candidate that was suppressed.
///
/// It holds no byte of the secret: whoever has the text can take [`span`](Self::span) from it.
///
/// ```
/// use reticent_detect::Scanner;
///
/// let text = b"db_password = 'q8Zt0vLw2nXc5Rb7'\n";
/// let findings = Scanner::new().scan_bytes(text);
/// assert_eq!(findings.len(), 1);
/// assert_eq!(findings[0].rule().id(), "generic.password");
/// assert_eq!(findings[0].span(), 15..31);
/// ```
#[derive(Clone, Debug)]
pub struct Finding {
    set: Arc<RuleSet>,
    hit: Hit,
}

impl Finding {
    pub(crate) fn new(set: Arc<RuleSet>, hit: Hit) -> Self {
        Self { set, hit }
    }

    /// Returns the rule that answers for it.
    #[must_use]
    pub fn rule(&self) -> &Rule {
        self.set.rule(self.hit.rule)
    }

    /// Returns where the secret itself stands, in bytes of the text as it was given.
    #[must_use]
    pub fn span(&self) -> Range<usize> {
        self.hit.span.clone()
    }

    /// Returns how sure it is, from 0 to 1: of ten findings at 0.9, nine are secrets.
    #[must_use]
    pub fn confidence(&self) -> f32 {
        self.hit.confidence
    }

    /// Returns how bad a leak of it is.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.rule().severity()
    }

    /// Returns the encodings that were taken off before it was seen, the outermost first.
    #[must_use]
    pub fn layers(&self) -> &[Layer] {
        &self.hit.layers
    }

    /// Returns the secret: decoded where it was encoded, else from `text`, in which it was found.
    ///
    /// # Panics
    /// If `text` is shorter than the one that was scanned.
    ///
    /// # Security
    /// This is the plaintext; a copy of it is its maker's to wipe.
    #[must_use]
    pub fn secret<'a>(&'a self, text: &'a [u8]) -> &'a [u8] {
        match &self.hit.decoded {
            Some(decoded) => decoded,
            None => &text[self.span()],
        }
    }

    /// Returns why it is none, for a candidate that was suppressed.
    #[must_use]
    pub fn suppressed(&self) -> Option<Reason> {
        self.hit.suppressed
    }
}
