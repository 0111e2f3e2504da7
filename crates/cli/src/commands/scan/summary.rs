//! What a scan comes to: findings by severity, and what was covered.

use reticent::scan::detect::Severity;
use reticent::scan::{Coverage, Finding};

use crate::commands::crypto::size;
use crate::exit::Exit;
use crate::output::Output;

/// Counts findings.
#[derive(Debug, Default)]
pub(super) struct Summary {
    /// By severity, the least first.
    found: [u64; 4],
    suppressed: u64,
}

impl Summary {
    pub(super) fn count(&mut self, finding: &Finding) {
        match finding.suppressed() {
            Some(_) => self.suppressed += 1,
            None => self.found[place(finding.severity())] += 1,
        }
    }

    /// Returns how the program ends.
    pub(super) fn exit(&self, fail_on: Severity) -> Exit {
        let bad: u64 = self.found[place(fail_on)..].iter().sum();
        if bad > 0 { Exit::Findings } else { Exit::Fine }
    }

    /// Says what was found in how much, and what was left out.
    pub(super) fn say(&self, coverage: Coverage, reads_all: bool, output: Output) {
        let what = format!("{}, {}", count(coverage.files(), "file"), size(coverage.bytes()));
        output.say(format!("scanned {what}: {}", self.found()));
        let left_out = left_out(coverage);
        if !left_out.is_empty() {
            let is_ignored = coverage.ignored_files() + coverage.ignored_folders() > 0 && !reads_all;
            let hint = if is_ignored { "; --no-ignore reads what is ignored" } else { "" };
            output.say(format!("left out: {}{hint}", left_out.join(", ")));
        }
        if coverage.bytes() == 0 {
            output.say("warning: nothing was scanned");
        }
    }

    fn found(&self) -> String {
        let total: u64 = self.found.iter().sum();
        let mut text = if total == 0 { "no findings".to_owned() } else { count(total, "finding") };
        let by_severity: Vec<String> = Severity::ALL
            .iter()
            .rev()
            .map(|severity| (self.found[place(*severity)], severity))
            .filter(|(count, _)| *count > 0)
            .map(|(count, severity)| format!("{count} {severity}"))
            .collect();
        if total > 0 {
            text.push_str(&format!(" ({})", by_severity.join(", ")));
        }
        if self.suppressed > 0 {
            text.push_str(&format!(", {} suppressed", self.suppressed));
        }
        text
    }
}

fn left_out(coverage: Coverage) -> Vec<String> {
    [
        (coverage.ignored_files(), "ignored file"),
        (coverage.ignored_folders(), "ignored folder"),
        (coverage.links(), "link"),
        (coverage.special(), "special file"),
        (coverage.skipped(), "unread file or folder"),
    ]
    .into_iter()
    .filter(|(number, _)| *number > 0)
    .map(|(number, what)| match what {
        "unread file or folder" if number > 1 => format!("{number} unread files or folders"),
        _ => count(number, what),
    })
    .collect()
}

fn count(number: u64, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}

fn place(severity: Severity) -> usize {
    Severity::ALL.iter().position(|known| *known == severity).expect("all severities are known")
}
