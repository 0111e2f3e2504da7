//! Runs checks one after the other, says how long each took, and keeps what they found for the end.

use std::time::Instant;

use crate::{Error, Gate, Project};

/// What the steps so far found, by step.
#[derive(Debug, Default)]
pub(crate) struct Steps {
    failures: Vec<(String, Vec<String>)>,
}

impl Steps {
    /// Runs one check; what it finds, or why it could not run, is kept.
    pub(crate) fn gate(&mut self, project: &Project, gate: &Gate) {
        let name = gate.name;
        self.step(project, name, || {
            let outcome = (gate.run)(project)?;
            for note in &outcome.notes {
                project.console().line(&format!("  {note}"));
            }
            Ok(outcome.violations)
        });
    }

    /// Runs any work that returns what is wrong.
    pub(crate) fn step(
        &mut self,
        project: &Project,
        name: &str,
        work: impl FnOnce() -> Result<Vec<String>, Error>,
    ) {
        let console = project.console();
        console.line(&format!("── {name}"));
        let started = Instant::now();
        let violations = work().unwrap_or_else(|error| vec![error.report()]);
        let seconds = started.elapsed().as_secs_f64();
        let verdict = if violations.is_empty() { "ok" } else { "FAILED" };
        for violation in &violations {
            console.line(&format!("  {}", violation.replace('\n', "\n  ")));
        }
        console.line(&format!("   {name}: {verdict} ({seconds:.1} s)"));
        if !violations.is_empty() {
            self.failures.push((name.to_owned(), violations));
        }
    }

    /// Says again what failed, where the eye rests; tells whether all was well.
    pub(crate) fn conclude(&self, project: &Project) -> bool {
        let console = project.console();
        for (name, violations) in &self.failures {
            console.line(&format!("\n{name} failed:"));
            for violation in violations {
                console.line(&format!("  {}", violation.replace('\n', "\n  ")));
            }
        }
        self.failures.is_empty()
    }

    /// Returns every violation so far.
    pub(crate) fn into_violations(self) -> Vec<String> {
        self.failures.into_iter().flat_map(|(_, violations)| violations).collect()
    }
}
