//! What was found in one text, before it is told to anybody.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use zeroize::Zeroizing;

use crate::layers::Layer;
use crate::reason::Reason;
use crate::rule::Role;
use crate::set::RuleSet;

/// A candidate with its verdict.
#[derive(Clone)]
pub(crate) struct Hit {
    /// The place of its rule in the set.
    pub(crate) rule: u32,
    /// The secret itself.
    pub(crate) span: Range<usize>,
    pub(crate) confidence: f32,
    pub(crate) suppressed: Option<Reason>,
    /// The encodings around it, the outermost first.
    pub(crate) layers: Vec<Layer>,
    /// The secret itself, where it does not stand in the text as it is.
    pub(crate) decoded: Option<Arc<Zeroizing<Vec<u8>>>>,
}

impl Hit {
    pub(crate) fn new(rule: u32, span: Range<usize>, confidence: f32) -> Self {
        Self { rule, span, confidence, suppressed: None, layers: Vec::new(), decoded: None }
    }

    pub(crate) fn suppressed(rule: u32, span: Range<usize>, reason: Reason) -> Self {
        Self { suppressed: Some(reason), ..Self::new(rule, span, 0.0) }
    }

    /// How much it says: a finding before a suppressed one, a vendor's before a general one, then the surer and longer.
    fn weight(&self, set: &RuleSet) -> (bool, bool, u32, usize) {
        let is_verdict = self.is_verdict(set);
        let is_vendors = set.rule(self.rule).vendor() != "generic";
        (
            self.suppressed.is_none() || is_verdict,
            is_vendors,
            (self.confidence * 1000.0) as u32,
            self.span.len(),
        )
    }

    /// Whether it is suppressed by what a vendor says of the form: a wrong checksum, or that it may be shown.
    fn is_verdict(&self, set: &RuleSet) -> bool {
        match self.suppressed {
            Some(Reason::Checksum) => true,
            Some(Reason::Public) => set.rule(self.rule).role == Role::Public,
            _ => false,
        }
    }

    /// Takes what the other knows about the same place: it stands under the name of a secret.
    fn backed_by(mut self, other: &Self, set: &RuleSet) -> Self {
        let is_secret = set.rule(self.rule).role == Role::Secret;
        if is_secret && self.suppressed.is_none() && other.suppressed.is_none() {
            self.confidence = self.confidence.max(other.confidence);
        }
        self
    }
}

impl fmt::Debug for Hit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rule, span, confidence, suppressed, layers, decoded: _ } = self;
        f.debug_struct("Hit")
            .field("rule", rule)
            .field("span", span)
            .field("confidence", confidence)
            .field("suppressed", suppressed)
            .field("layers", layers)
            .finish_non_exhaustive()
    }
}

/// Leaves one hit a place: of those that overlap, the one that says most. A wrong checksum speaks for its whole span.
pub(crate) fn settle(set: &RuleSet, mut hits: Vec<Hit>) -> Vec<Hit> {
    hits.sort_by_key(|hit| (hit.span.start, hit.span.end));
    let mut settled: Vec<Hit> = Vec::with_capacity(hits.len());
    for hit in hits {
        match settled.last_mut() {
            Some(last) if hit.span.start < last.span.end => {
                let is_refuted = last.is_verdict(set);
                if !is_refuted && (hit.weight(set) > last.weight(set) || hit.is_verdict(set)) {
                    *last = hit.backed_by(last, set);
                }
            }
            _ => settled.push(hit),
        }
    }
    settled
}
