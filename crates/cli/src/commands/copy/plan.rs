//! What a copy would do, secret by secret, before anything is written.

use std::collections::HashMap;

use reticent::core::{ErrorKind, Fingerprint, Secret, SecretRef, SourceError};
use reticent::setup::{Comparing, Setup};
use serde_json::json;

use super::work::Outcome;
use crate::context::{Context, Target};
use crate::exit::Exit;
use crate::failure::{Failure, Result};

/// A secret, and the place that it goes to.
#[derive(Debug)]
pub(super) struct Wanted {
    name: String,
    from: Target,
    to: SecretRef,
    is_single: bool,
}

impl Wanted {
    /// One secret that is named by itself, as is its place.
    pub(super) fn one(from: Target, to: SecretRef) -> Self {
        Self { name: from.to_string(), from, to, is_single: true }
    }

    /// One of several.
    pub(super) fn member_of(name: &str, from: Target, to: SecretRef) -> Self {
        Self { name: name.to_owned(), from, to, is_single: false }
    }

    /// One of a collection.
    pub(super) fn member(name: &str, from: SecretRef, to: SecretRef) -> Self {
        Self::member_of(name, Target::Reference(from), to)
    }
}

/// One secret of the plan.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) wanted: SecretRef,
    pub(super) value: Secret,
    pub(super) state: State,
    name: String,
    from: String,
}

/// What stands at the place now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    New,
    Same,
    /// Another value, with this fingerprint.
    Different(Fingerprint),
}

/// Every step, each of which can be written as far as that can be told.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) steps: Vec<Step>,
    pub(super) comparing: Comparing,
    is_single: bool,
}

impl Plan {
    /// Reads every value and what stands where it goes, or reports all that keeps it from being copied.
    pub(super) fn make(context: &Context, setup: &Setup, wanted: Vec<Wanted>) -> Result<Self> {
        let comparing =
            Comparing::anew().map_err(|error| Failure::new(Exit::Unavailable, error.to_string()))?;
        let mut failures = twice(&wanted);
        // A place that cannot be written is told before a value is read.
        let refused = wanted.iter().filter_map(|wanted| setup.can_write(&wanted.to).err());
        failures.extend(refused.map(Failure::from));
        if !failures.is_empty() {
            return Err(Failure::all(failures));
        }
        let is_single = wanted.iter().all(|wanted| wanted.is_single);
        let values = read(context, setup, &wanted);
        let places: Vec<SecretRef> = wanted.iter().map(|wanted| wanted.to.clone()).collect();
        let present = super::super::writing::present(context, setup, &places);
        let mut steps = Vec::new();
        for ((wanted, value), present) in wanted.into_iter().zip(values).zip(present) {
            match step(wanted, value, present, setup, &comparing) {
                Ok(step) => steps.push(step),
                Err(failure) => failures.push(failure),
            }
        }
        if failures.is_empty() {
            Ok(Self { steps, comparing, is_single })
        } else {
            Err(Failure::all(failures))
        }
    }

    /// Shows the plan. One secret alone needs no list.
    pub(super) fn show(&self, overwrite: bool, context: &Context) {
        for step in &self.steps {
            let to = &step.wanted;
            if !self.is_single {
                let state = match step.state {
                    State::New => "new      ",
                    State::Same => "same     ",
                    State::Different(_) if overwrite => "replace  ",
                    State::Different(_) => "different",
                };
                context.output.say(format!("{state} {to}  from {}", step.from));
                continue;
            }
            match step.state {
                State::Same => context.output.say(format!("{to} has the same value already")),
                State::Different(_) if overwrite => {
                    context.output.say(format!("replacing the value of {to}"));
                }
                State::New | State::Different(_) => {}
            }
        }
    }

    /// Refuses to replace what nobody asked to be replaced.
    pub(super) fn refusal(&self, overwrite: bool) -> Option<Failure> {
        let is_different = |step: &&Step| matches!(step.state, State::Different(_));
        let differing: Vec<&Step> = self.steps.iter().filter(is_different).collect();
        let message = match &differing[..] {
            _ if overwrite => return None,
            [] => return None,
            [only] if self.is_single => format!("{} has another value", only.wanted),
            [_] => "nothing was written: 1 place has another value".to_owned(),
            several => format!("nothing was written: {} places have another value", several.len()),
        };
        Some(Failure::new(Exit::Findings, message).with_hint(if self.is_single {
            "--overwrite replaces it"
        } else {
            "--overwrite replaces what differs"
        }))
    }

    /// One object a line: what became of each secret.
    pub(super) fn as_json(&self, done: &Result<Vec<Outcome>>, overwrite: bool, dry_run: bool) -> String {
        let line = |(index, step): (usize, &Step)| {
            let (status, message) = match (done, step.state) {
                (_, State::Same) => ("same", None),
                (Err(_), State::Different(_)) => ("different", None),
                (Err(_), State::New) => ("not_tried", None),
                (Ok(_), State::New) if dry_run => ("would_write", None),
                (Ok(_), State::Different(_)) if dry_run && overwrite => ("would_replace", None),
                (Ok(outcomes), state) => match outcomes.get(index) {
                    Some(Outcome::Written) if state == State::New => ("written", None),
                    Some(Outcome::Written) => ("replaced", None),
                    Some(Outcome::Failed(error)) => ("failed", Some(error.to_string())),
                    Some(Outcome::NotTried) | Some(Outcome::Nothing) | None => ("not_tried", None),
                },
            };
            let object = json!({
                "schema": "reticent.copy/1", "name": step.name, "from": step.from,
                "to": step.wanted.to_string(), "status": status, "message": message,
            });
            format!("{object}\n")
        };
        self.steps.iter().enumerate().map(line).collect()
    }

    /// Tells whether it is one secret alone.
    pub(super) fn is_single(&self) -> bool {
        self.is_single
    }
}

/// Reads all values in one call to each source.
fn read(
    context: &Context,
    setup: &Setup,
    wanted: &[Wanted],
) -> Vec<std::result::Result<Secret, SourceError>> {
    let asked: Vec<String> = wanted
        .iter()
        .map(|wanted| match &wanted.from {
            Target::Name(name) => name.to_string(),
            Target::Reference(at) => at.spelled().to_string(),
        })
        .collect();
    context.block_on(setup.resolver().get_many(&asked))
}

fn step(
    wanted: Wanted,
    value: std::result::Result<Secret, SourceError>,
    present: Result<Option<Secret>>,
    setup: &Setup,
    comparing: &Comparing,
) -> Result<Step> {
    let value = value?;
    setup.check_put(&wanted.to, &value)?;
    let state = match present? {
        None => State::New,
        Some(there) if comparing.is_same(&there, &value) => State::Same,
        Some(there) => State::Different(comparing.fingerprint(&there)),
    };
    Ok(Step { wanted: wanted.to, value, state, name: wanted.name, from: wanted.from.to_string() })
}

/// Refuses two secrets that would go to one place, since one would win unseen.
fn twice(wanted: &[Wanted]) -> Vec<Failure> {
    let mut taken: HashMap<&SecretRef, &Wanted> = HashMap::new();
    let mut failures = Vec::new();
    for wanted in wanted {
        if let Some(first) = taken.insert(&wanted.to, wanted) {
            let error = SourceError::new(ErrorKind::Conflict, wanted.to.scheme().to_owned())
                .for_key(wanted.to.to_string())
                .with_detail(format!("both {} and {} would go there", first.from, wanted.from));
            failures.push(Failure::from(error).with_hint("copy one of them by itself"));
        }
    }
    failures
}
