//! `diff`: two environments side by side, without a value.

use reticent::core::{ErrorKind, Fingerprint, FingerprintKey, SourceError, Visible};
use reticent::setup::{Known, Setup};
use serde_json::{Value, json};

use crate::app::written;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Result};

/// Compares the secrets of two environments without showing a value
///
/// Says of every secret that `run` would hand over in one of them whether it is the same in both, different, in one
/// only, in neither, or unreadable. Values are compared by fingerprints under a key that is drawn anew for each run
/// and kept nowhere.
#[derive(clap::Args, Debug)]
pub(crate) struct DiffArgs {
    /// An environment of reticent.toml
    #[arg(value_name = "ENV-A")]
    a: String,
    /// Another one
    #[arg(value_name = "ENV-B")]
    b: String,
}

/// One environment: what it knows, and what came of reading it.
struct Side {
    environment: String,
    setup: Setup,
    secrets: Vec<(Known, Found)>,
}

/// What came of reading one secret.
enum Found {
    Value(Fingerprint),
    /// It is nowhere, or it is not declared.
    Nothing,
    /// It may be there, and could not be read.
    Unreadable(SourceError),
}

/// One secret in both environments.
struct Row<'a> {
    name: &'a str,
    is_optional: bool,
    a: &'a Found,
    b: &'a Found,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Status {
    Same,
    Different,
    OnlyInA,
    OnlyInB,
    Missing,
    Unreadable,
}

pub(crate) fn run(args: &DiffArgs, context: &Context) -> Result<Exit> {
    let key = FingerprintKey::random().map_err(|error| Failure::new(Exit::Unavailable, error.to_string()))?;
    let sides = [read(&args.a, context, &key)?, read(&args.b, context, &key)?];
    warn(&sides, context);
    let rows = rows(&sides);
    let unreadable: Vec<Failure> = rows.iter().flat_map(Row::failures).collect();
    let exit = Exit::of_several(rows.iter().flat_map(Row::exits));
    if rows.is_empty() {
        context.output.say("neither environment has a secret");
    }
    let text = if context.is_json() { as_json(&rows, &sides) } else { as_table(&rows, &sides) };
    written(context.output.data(text.as_bytes()))?;
    if !unreadable.is_empty() {
        context.output.failure(&Failure::all(unreadable));
    }
    Ok(exit)
}

fn read(environment: &str, context: &Context, key: &FingerprintKey) -> Result<Side> {
    let setup = Setup::of(context.config()?, Some(environment))?;
    let (known, results) = context.block_on(async {
        let known = setup.known().await?;
        let results = setup.resolve(&known).await;
        Ok::<_, SourceError>((known, results))
    })?;
    let found = results.into_iter().map(|result| match result {
        Ok(Some(value)) => Found::Value(key.fingerprint(&value)),
        Ok(None) => Found::Nothing,
        Err(error) if error.kind() == ErrorKind::NotFound => Found::Nothing,
        Err(error) => Found::Unreadable(error),
    });
    let secrets = known.into_iter().zip(found).collect();
    Ok(Side { environment: environment.to_owned(), setup, secrets })
}

/// Both mostly read the same files; each warning is given once.
fn warn(sides: &[Side; 2], context: &Context) {
    let mut seen: Vec<String> = Vec::new();
    for side in sides {
        let places: Vec<_> = side.secrets.iter().flat_map(|(known, _)| known.places()).cloned().collect();
        for warning in side.setup.warnings(&places) {
            if !seen.contains(&warning) {
                context.output.say(format!("warning: {warning}"));
                seen.push(warning);
            }
        }
    }
}

/// Pairs the secrets by their names, in the order of the first environment and then of the second.
fn rows(sides: &[Side; 2]) -> Vec<Row<'_>> {
    let [a, b] = sides;
    let of = |side: &'_ Side, name: &str| side.secrets.iter().position(|(known, _)| known.name() == name);
    let both = a.secrets.iter().map(|(known, found)| match of(b, known.name()) {
        Some(at) => Row::of(known, found, &b.secrets[at].1, b.secrets[at].0.is_optional()),
        None => Row::of(known, found, &Found::Nothing, true),
    });
    let rest = b.secrets.iter().filter(|(known, _)| of(a, known.name()).is_none());
    both.chain(rest.map(|(known, found)| Row::of(known, &Found::Nothing, found, true))).collect()
}

impl<'a> Row<'a> {
    /// It is optional where neither environment needs it; one that does not know it does not need it.
    fn of(known: &'a Known, a: &'a Found, b: &'a Found, is_optional_there: bool) -> Self {
        Self { name: known.name(), is_optional: known.is_optional() && is_optional_there, a, b }
    }

    fn status(&self) -> Status {
        match (self.a, self.b) {
            (Found::Unreadable(_), _) | (_, Found::Unreadable(_)) => Status::Unreadable,
            (Found::Value(a), Found::Value(b)) if a == b => Status::Same,
            (Found::Value(_), Found::Value(_)) => Status::Different,
            (Found::Value(_), Found::Nothing) => Status::OnlyInA,
            (Found::Nothing, Found::Value(_)) => Status::OnlyInB,
            (Found::Nothing, Found::Nothing) => Status::Missing,
        }
    }

    /// An optional secret that neither environment has is no difference.
    fn exits(&self) -> Vec<Exit> {
        match self.status() {
            Status::Same => vec![Exit::Fine],
            Status::Missing if self.is_optional => vec![Exit::Fine],
            Status::Unreadable => self.unreadable().map(|error| Exit::of_kind(error.kind())).collect(),
            _ => vec![Exit::Findings],
        }
    }

    fn failures(&self) -> Vec<Failure> {
        self.unreadable().map(|error| error.clone().into()).collect()
    }

    fn unreadable(&self) -> impl Iterator<Item = &SourceError> {
        [self.a, self.b].into_iter().filter_map(|found| match found {
            Found::Unreadable(error) => Some(error),
            _ => None,
        })
    }
}

fn as_table(rows: &[Row<'_>], sides: &[Side; 2]) -> String {
    let width = rows.iter().map(|row| Visible(row.name).to_string().chars().count()).max().unwrap_or(0);
    let [a, b] = sides.each_ref().map(|side| Visible(&side.environment));
    let line = |row: &Row<'_>| {
        let what = match row.status() {
            Status::Same => "same".to_owned(),
            Status::Different => "different".to_owned(),
            Status::OnlyInA => format!("only in {a}"),
            Status::OnlyInB => format!("only in {b}"),
            Status::Missing if row.is_optional => "in neither (optional)".to_owned(),
            Status::Missing => "in neither".to_owned(),
            Status::Unreadable => {
                let reasons = [(a, row.a), (b, row.b)].into_iter().filter_map(|(side, found)| match found {
                    Found::Unreadable(error) => Some(format!("{side}: {}", error.kind())),
                    _ => None,
                });
                format!("unreadable ({})", reasons.collect::<Vec<_>>().join(", "))
            }
        };
        format!("{:width$}  {what}\n", Visible(row.name).to_string())
    };
    rows.iter().map(line).collect()
}

fn as_json(rows: &[Row<'_>], sides: &[Side; 2]) -> String {
    let side = |side: &Side, found: &Found| -> Value {
        let status = match found {
            Found::Value(_) => "found",
            Found::Nothing => ErrorKind::NotFound.as_str(),
            Found::Unreadable(error) => error.kind().as_str(),
        };
        json!({ "environment": side.environment, "status": status })
    };
    let line = |row: &Row<'_>| {
        let status = match row.status() {
            Status::Same => "same",
            Status::Different => "different",
            Status::OnlyInA => "only_in_a",
            Status::OnlyInB => "only_in_b",
            Status::Missing => "missing",
            Status::Unreadable => "unreadable",
        };
        let [a, b] = sides;
        let object = json!({
            "schema": "reticent.diff/1", "name": row.name, "status": status, "optional": row.is_optional,
            "a": side(a, row.a), "b": side(b, row.b),
        });
        format!("{object}\n")
    };
    rows.iter().map(line).collect()
}
