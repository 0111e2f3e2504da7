//! What `[settings]` declares: judged before the program starts, and handed over as it was judged.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;

use reticent::config::{Resolution, Schema, Setting};
use reticent::core::{Secret, Visible};
use reticent::setup::Setup;

use super::super::check;
use super::super::wanted::Variable;
use super::RunArgs;
use crate::context::Context;
use crate::failure::Result;

/// The setting that tells a program where it runs.
const ENVIRONMENT: &str = "ENVIRONMENT";

/// Where a value stands that is declared in `reticent.toml` itself.
const DEFAULT: &str = "default";

/// The declared settings, read and judged as `check` does.
pub(super) struct Judged {
    resolution: Resolution,
    declared: Schema,
}

impl Judged {
    /// Reads and judges them; `None` when nothing is declared, or `--only` names what is handed over.
    pub(super) async fn of(args: &RunArgs, context: &Context, setup: &Setup) -> Result<Option<Self>> {
        if !args.only.is_empty() {
            return Ok(None);
        }
        let prepared = context.prepared_over(setup)?;
        let declared = prepared.config().declarations().schema().clone();
        if declared.settings().is_empty() {
            return Ok(None);
        }
        let resolution = prepared.loader().resolve(prepared.schema()).await;
        Ok(Some(Self { resolution, declared }))
    }

    /// Says what is unwise, and refuses what is wrong.
    pub(super) fn verdict(&self, context: &Context) -> Result<()> {
        let report = self.resolution.report();
        // The mode of `.env` is told for each program that is started, whatever is declared.
        for (item, warning) in report.warnings().filter(|(item, _)| item.name() != ".env") {
            context.output.say(format!("warning: {}", item.line(warning)));
        }
        if report.is_ok() { Ok(()) } else { Err(check::failure(report)) }
    }

    /// Adds what the program would see otherwise than it was judged: defaults, what stands under another name or in the
    /// `.env` of one environment, and what a reference leads to.
    pub(super) fn hand_over(&self, args: &RunArgs, context: &Context, variables: &mut Vec<Variable>) {
        let declared = self.resolution.values().filter(|(name, _)| self.declared.find(name).is_some());
        for (name, value) in declared {
            let place = self.resolution.report().find(name).and_then(|item| item.place());
            // A program that is started for production does not take itself for one in development by a default.
            let asked = context.global.environment.as_ref();
            let asked = asked.filter(|_| name == ENVIRONMENT && place == Some(DEFAULT));
            let asked = asked.map(|environment| Secret::copy_of(environment.as_bytes()));
            let value = asked.as_ref().unwrap_or(value);
            let known = variables.iter_mut().find(|variable| variable.name == name);
            match known {
                Some(variable) if variable.value.ct_eq(value) => continue,
                None if !args.pristine && is_set_to(name, value) => continue,
                Some(variable) => variable.value = value.clone(),
                None => variables.push(Variable { name: name.to_owned(), value: value.clone() }),
            }
            context.output.mention(format!("{name}: from {}", Visible(place.unwrap_or("reticent.toml"))));
        }
    }

    /// Returns the secret settings as they were judged, wherever they are from.
    pub(super) fn secrets(&self) -> Vec<Variable> {
        let is_secret = |name| self.declared.find(name).is_some_and(Setting::is_secret);
        let secret = self.resolution.values().filter(|(name, _)| is_secret(name));
        secret.map(|(name, value)| Variable { name: name.to_owned(), value: value.clone() }).collect()
    }
}

/// Tells whether our own environment, which the program gets, has this already.
fn is_set_to(name: &str, value: &Secret) -> bool {
    let is_same = |set: &OsStr| Secret::copy_of(set.as_bytes()).ct_eq(value);
    std::env::var_os(name).is_some_and(|set| is_same(&set))
}
