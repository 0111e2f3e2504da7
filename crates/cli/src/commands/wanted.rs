//! Which secrets `run` and `export` hand over, under which variables, and their values.

use std::collections::HashMap;

use reticent::core::{Secret, SecretName, Visible};
use reticent::setup::{Known, Setup};

use crate::failure::{Failure, Result};

/// A secret under the variable that a program reads.
pub(super) struct Variable {
    pub(super) name: String,
    pub(super) value: Secret,
}

/// Returns what is declared and the keys of `.env`, or those that `only` names.
pub(super) async fn wanted(only: &[String], setup: &Setup) -> Result<Vec<Known>> {
    let known = setup.known().await?;
    if only.is_empty() {
        return distinct(known);
    }
    let asked = only.iter().map(|name| match known.iter().find(|known| known.name() == name) {
        Some(known) => Ok(known.clone()),
        None => SecretName::parse(name).map(Known::asked_for).map_err(|error| {
            Failure::usage(format!("--only: not a name: {error}"))
                .with_hint("write --only DB_USER,DB_PASSWORD")
        }),
    });
    distinct(asked.collect::<Result<_>>()?)
}

/// Refuses two secrets that would become one variable, since one would win unseen. A key of `.env` gives way to what
/// is declared.
fn distinct(wanted: Vec<Known>) -> Result<Vec<Known>> {
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut kept: Vec<Known> = Vec::new();
    let mut failures = Vec::new();
    for known in wanted {
        let variable = known.variable();
        let Some(first) = places.get(&variable).map(|place| &kept[*place]) else {
            places.insert(variable, kept.len());
            kept.push(known);
            continue;
        };
        if first.name() != known.name() && first.is_declared() == known.is_declared() {
            let (one, other) = (Visible(first.name()), Visible(known.name()));
            failures.push(
                Failure::usage(format!(
                    "{one} and {other} would both become the variable {}",
                    Visible(&variable)
                ))
                .with_hint("rename one of them, or hand over one with --only"),
            );
        }
    }
    if failures.is_empty() { Ok(kept) } else { Err(Failure::all(failures)) }
}

/// Resolves all of them, or reports all that cannot be had and all that `accept` refuses.
pub(super) async fn resolve(
    setup: &Setup,
    wanted: &[Known],
    mut accept: impl FnMut(&Known, &Variable) -> Result<()>,
) -> Result<Vec<Variable>> {
    let mut variables = Vec::new();
    let mut failures = Vec::new();
    for (known, result) in wanted.iter().zip(setup.resolve(wanted).await) {
        match result {
            Ok(Some(value)) => {
                let variable = Variable { name: known.variable(), value };
                match accept(known, &variable) {
                    Ok(()) => variables.push(variable),
                    Err(failure) => failures.push(failure),
                }
            }
            Ok(None) => {} // optional, and nowhere
            Err(error) => failures.push(error.into()),
        }
    }
    if failures.is_empty() { Ok(variables) } else { Err(Failure::all(failures)) }
}
