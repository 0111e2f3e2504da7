//! Precision, recall and exact spans, by the rules that the data comes with.

use std::ops::Range;

use reticent_detect::Scanner;

use crate::cases::{Case, Label};
use crate::say;

/// What was found of what there was.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Score {
    secrets: u32,
    found: u32,
    wrong: u32,
    soft: u32,
    softs: u32,
    exact: u32,
    exacts: u32,
}

impl Score {
    /// A secret is found if a finding overlaps it. A place that is none counts against us if a finding overlaps it and
    /// no secret and nothing unknown. Findings elsewhere count neither way.
    pub(crate) fn add(&mut self, scanner: &Scanner, case: &Case, names_misses: bool) {
        let spans: Vec<Range<usize>> =
            scanner.scan_named(&case.path, &case.text).iter().map(reticent_detect::Finding::span).collect();
        let tell = |what: &str, label: &Label| {
            if names_misses {
                say(&format!("  {what} {} {} {:?}", case.name, label.kind, label.span()));
            }
        };
        for label in &case.labels {
            let is_hit = spans.iter().any(|span| label.overlaps(span));
            match (label.label, label.soft) {
                (Some(true), _) => {
                    self.secrets += 1;
                    self.found += u32::from(is_hit);
                    self.exacts += u32::from(is_hit && label.exact);
                    let is_exact = spans.contains(&label.span());
                    self.exact += u32::from(label.exact && is_exact);
                    match (is_hit, is_exact || !label.exact) {
                        (false, _) => tell("missed", label),
                        (true, false) => tell("not exact", label),
                        _ => {}
                    }
                }
                (Some(false), is_soft) => {
                    let is_wrong = spans.iter().any(|span| label.overlaps(span) && is_free(case, span));
                    *(if is_soft { &mut self.soft } else { &mut self.wrong }) += u32::from(is_wrong);
                    self.softs += u32::from(is_soft);
                    if is_wrong && !is_soft {
                        tell("wrong", label);
                    }
                }
                (None, _) => {}
            }
        }
    }

    pub(crate) fn join(&mut self, other: &Self) {
        self.secrets += other.secrets;
        self.found += other.found;
        self.wrong += other.wrong;
        self.soft += other.soft;
        self.softs += other.softs;
        self.exact += other.exact;
        self.exacts += other.exacts;
    }

    fn precision(&self) -> f64 {
        percent(self.found, self.found + self.wrong)
    }

    fn recall(&self) -> f64 {
        percent(self.found, self.secrets)
    }

    pub(crate) fn f1(&self) -> f64 {
        let (precision, recall) = (self.precision(), self.recall());
        if precision + recall == 0.0 { 0.0 } else { 2.0 * precision * recall / (precision + recall) }
    }

    pub(crate) fn soft(&self) -> String {
        format!("{} of {}, {:.0} %", self.soft, self.softs, percent(self.soft, self.softs))
    }

    pub(crate) fn row(&self, name: &str) -> String {
        format!(
            "  {name:<34} secrets {:>5}  found {:>5}  wrong {:>4}  P {:>5.1}  R {:>5.1}  F1 {:>5.1}  exact {:>5.1}",
            self.secrets,
            self.found,
            self.wrong,
            self.precision(),
            self.recall(),
            self.f1(),
            percent(self.exact, self.exacts),
        )
    }
}

/// Whether a finding touches nothing but what is no secret.
fn is_free(case: &Case, span: &Range<usize>) -> bool {
    !case.labels.iter().any(|label| label.label != Some(false) && label.overlaps(span))
}

fn percent(part: u32, whole: u32) -> f64 {
    100.0 * f64::from(part) / f64::from(whole.max(1))
}
