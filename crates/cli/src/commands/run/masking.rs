//! Which values are masked in what the program shows, and which cannot be.

use std::collections::BTreeMap;

use reticent::config::Schema;
use reticent::core::Visible;
use reticent_redact::{Reason, Redactor, Values};

use super::super::wanted::Variable;
use crate::context::Context;
use crate::failure::Result;

/// The values of one run, learnt as they are handed over.
pub(super) struct Masking {
    values: Values,
    declared: Schema,
    /// How many refusals were told.
    told: Vec<(String, Reason)>,
    is_of_use: bool,
}

impl Masking {
    pub(super) fn new(context: &Context) -> Result<Self> {
        let declared = context.prepared()?.config().declarations().schema().clone();
        Ok(Self { values: Values::new(), declared, told: Vec::new(), is_of_use: false })
    }

    /// Returns what masks, values that are learnt later as well.
    pub(super) fn redactor(&self) -> Redactor {
        Redactor::new(&self.values)
    }

    /// Tells whether any value that was learnt is masked.
    pub(super) fn is_of_use(&self) -> bool {
        self.is_of_use
    }

    /// Learns the values that are secret, and names those that cannot be masked, each once.
    pub(super) fn learn<'v>(&mut self, variables: impl Iterator<Item = &'v Variable>, context: &Context) {
        let secret: Vec<&Variable> = variables.filter(|variable| self.is_secret(variable)).collect();
        for Variable { name, value } in &secret {
            self.values.learn(name, value);
        }
        let redactor = self.redactor();
        let is_masked = |variable: &Variable| {
            #[expect(clippy::disallowed_methods, reason = "to the masker, which tells whether it hides it")]
            let shown = redactor.redact(variable.value.expose_bytes());
            matches!(shown, std::borrow::Cow::Owned(_))
        };
        let masked: BTreeMap<&str, bool> =
            secret.iter().map(|variable| (variable.name.as_str(), is_masked(variable))).collect();
        self.is_of_use |= masked.values().any(|is_masked| *is_masked);
        for line in self.refusals(&masked) {
            context.output.say(format!("warning: {line}"));
        }
    }

    /// A setting that is declared as no secret is none; everything else that is handed over is.
    fn is_secret(&self, variable: &Variable) -> bool {
        let setting = self.declared.find(&variable.name);
        !variable.value.is_empty() && setting.is_none_or(reticent::config::Setting::is_secret)
    }

    /// Writes the refusals that were not told yet, a line for each reason.
    fn refusals(&mut self, masked: &BTreeMap<&str, bool>) -> Vec<String> {
        let mut groups: Vec<(bool, Reason, Vec<String>)> = Vec::new();
        for refusal in self.values.refused() {
            let told = (refusal.name().to_owned(), refusal.reason());
            if self.told.contains(&told) {
                continue;
            }
            let is_part = masked.get(refusal.name()).copied().unwrap_or(false);
            let name = format!("\"{}\"", Visible(refusal.name()));
            match groups.iter_mut().find(|(part, reason, _)| (*part, *reason) == (is_part, told.1)) {
                Some((_, _, names)) => names.push(name),
                None => groups.push((is_part, told.1, vec![name])),
            }
            self.told.push(told);
        }
        let line = |(is_part, reason, names): &(bool, Reason, Vec<String>)| {
            let what = if *is_part { "a part of " } else { "" };
            match names.as_slice() {
                [name] => format!("{what}{name} is not masked: it {reason}"),
                names => format!("{what}each of {} is not masked: it {reason}", names.join(", ")),
            }
        };
        groups.iter().map(line).collect()
    }
}
