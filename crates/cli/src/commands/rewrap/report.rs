//! What a run has done, and what every file needs now.

use reticent::crypto::rewrap::{Failure as Failed, Job, Survey};
use reticent::crypto::{Entry, Keyring, State};
use serde_json::{Value, json};

use crate::app::written;
use crate::commands::crypto::shown;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Result;

/// The outcome of a run, or of a look.
pub(super) struct Report<'r> {
    pub(super) keyring: &'r Keyring,
    /// Nothing after a dry run.
    pub(super) job: Option<&'r Job>,
    pub(super) survey: &'r Survey,
    pub(super) takes_plaintext: bool,
}

impl Report<'_> {
    /// Prints it, and tells how the program ends.
    pub(super) fn tell(&self, context: &Context) -> Result<Exit> {
        let text = if context.is_json() { self.document(context) } else { self.lines(context).join("\n") };
        written(context.output.line(text))?;
        let is_done = self.job.is_none_or(|job| job.failures().is_empty() && self.needs_no_old_key());
        Ok(if is_done { Exit::Fine } else { Exit::Findings })
    }

    /// The keys that do not encrypt, and are not gone.
    fn old_keys(&self) -> impl Iterator<Item = &Entry> {
        let is_old =
            |entry: &&Entry| !matches!(entry.state(), State::Primary | State::Staged | State::Destroyed);
        self.keyring.entries().filter(is_old)
    }

    fn needs_no_old_key(&self) -> bool {
        self.old_keys().all(|entry| self.survey.frees(entry.id()))
    }

    fn lines(&self, context: &Context) -> Vec<String> {
        let primary = self.keyring.entries().find(|entry| entry.state() == State::Primary);
        let primary = primary.map_or("none", |entry| entry.id().as_str());
        let mut lines = match self.job {
            Some(job) => vec![format!(
                "rewrapped {} under \"{primary}\", {} had it already, {} failed",
                job.rewrapped(),
                job.current(),
                job.failures().len()
            )],
            None => self.plan(),
        };
        let failures = self.job.map_or(self.survey.unknown(), Job::failures);
        lines.extend(
            failures.iter().map(|failed| format!("  {}  {}", shown(failed.id(), context), failed.reason())),
        );
        lines.extend(self.old_keys().map(|entry| self.proof(entry)));
        lines
    }

    /// What is encrypted with what, before anything is done.
    fn plan(&self) -> Vec<String> {
        let files = |count: u64| format!("{count} file{}", if count == 1 { "" } else { "s" });
        let mut lines: Vec<String> =
            self.survey.keys().map(|(id, count)| format!("{} under \"{id}\"", files(count))).collect();
        if self.survey.plain() > 0 {
            let would =
                if self.takes_plaintext { "would be encrypted" } else { "would fail without --plaintext" };
            lines.push(format!("{} not encrypted: {would}", files(self.survey.plain())));
        }
        if !self.survey.unknown().is_empty() {
            lines.push(format!("{} of which it is not known", files(self.survey.unknown().len() as u64)));
        }
        if lines.is_empty() {
            lines.push("no file".to_owned());
        }
        lines
    }

    fn proof(&self, entry: &Entry) -> String {
        let (id, unknown) = (entry.id(), self.survey.unknown().len());
        match self.survey.needs(id) {
            0 if unknown == 0 => format!("no file needs \"{id}\" any more"),
            0 => format!("no file is known to need \"{id}\", and {unknown} may"),
            1 => format!("1 file needs \"{id}\""),
            count => format!("{count} files need \"{id}\""),
        }
    }

    fn document(&self, context: &Context) -> String {
        let failure =
            |failed: &Failed| json!({"path": shown(failed.id(), context), "reason": failed.reason()});
        let listed = |failures: &[Failed]| Value::Array(failures.iter().map(failure).collect());
        let needs: serde_json::Map<_, _> = self
            .keyring
            .entries()
            .map(|entry| (entry.id().to_string(), json!(self.survey.needs(entry.id()))))
            .collect();
        let primary = self.keyring.entries().find(|entry| entry.state() == State::Primary);
        json!({
            "schema": "reticent.rewrapped/1",
            "key": primary.map(|entry| entry.id().as_str()),
            "dry_run": self.job.is_none(),
            "rewrapped": self.job.map(Job::rewrapped),
            "current": self.job.map(Job::current),
            "failures": self.job.map(|job| listed(job.failures())),
            "needs": needs,
            "plain": self.survey.plain(),
            "unknown": listed(self.survey.unknown()),
        })
        .to_string()
    }
}
