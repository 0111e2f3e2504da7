//! Runs checks one after the other, says how long each took, and keeps what they found for the end.

use std::time::Instant;

use crate::{Error, Gate, Outcome, Project};

/// What the steps so far found, by step.
#[derive(Debug, Default)]
pub(crate) struct Steps {
    failures: Vec<(String, Vec<String>)>,
    unchecked: Vec<String>,
}

impl Steps {
    /// Runs one check; what it finds, or why it could not run, is kept.
    pub(crate) fn gate(&mut self, project: &Project, gate: &Gate) {
        self.outcome_of(project, gate.name, || (gate.run)(project));
    }

    /// Runs any work that returns what is wrong.
    pub(crate) fn step(
        &mut self,
        project: &Project,
        name: &str,
        work: impl FnOnce() -> Result<Vec<String>, Error>,
    ) {
        self.outcome_of(project, name, || work().map(Outcome::of));
    }

    fn outcome_of(&mut self, project: &Project, name: &str, work: impl FnOnce() -> Result<Outcome, Error>) {
        let console = project.console();
        console.line(&format!("── {name}"));
        let started = Instant::now();
        let outcome = work().unwrap_or_else(|error| Outcome::of(vec![error.report()]));
        let seconds = started.elapsed().as_secs_f64();
        for line in outcome.notes.iter().chain(&outcome.violations) {
            console.line(&indented(line));
        }
        let verdict = match &outcome.unchecked {
            _ if !outcome.violations.is_empty() => "FAILED".to_owned(),
            Some(why) => format!("not checked ({why})"),
            None => "ok".to_owned(),
        };
        console.line(&format!("{name}: {verdict} ({seconds:.1} s)"));
        if outcome.violations.is_empty() && outcome.unchecked.is_some() {
            self.unchecked.push(format!("{name}: {verdict}"));
        }
        if !outcome.violations.is_empty() {
            self.failures.push((name.to_owned(), outcome.violations));
        }
    }

    /// Says again what failed and what was not checked, where the eye rests; tells whether nothing failed.
    pub(crate) fn conclude(&self, project: &Project) -> bool {
        let console = project.console();
        for (name, violations) in &self.failures {
            console.line(&format!("\n{name} failed:"));
            violations.iter().for_each(|violation| console.line(&indented(violation)));
        }
        self.unchecked.iter().for_each(|unchecked| console.line(unchecked));
        self.failures.is_empty()
    }

    /// Returns every violation so far.
    pub(crate) fn into_violations(self) -> Vec<String> {
        self.failures.into_iter().flat_map(|(_, violations)| violations).collect()
    }
}

fn indented(text: &str) -> String {
    format!("  {}", text.replace('\n', "\n  "))
}
