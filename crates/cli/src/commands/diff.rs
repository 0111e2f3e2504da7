//! `diff`: two environments, two places, or one of each, side by side and without a value.

mod side;

use reticent::core::{ErrorKind, Fingerprint, SourceError, Visible};
use reticent::setup::Comparing;
use serde_json::{Value, json};

use crate::app::written;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Result};

use side::{Compared, Side};

const EXAMPLES: &str = "\
Examples:
  reticent diff staging production                         two environments
  reticent diff aws-sm://prod/ vault://secret/prod/        two prefixes, name by name
  reticent diff production vault://secret/prod/            an environment and a prefix
  reticent diff aws-sm://prod/db vault://secret/prod/db    two secrets";

/// Compares the secrets of two environments, or of two places, without showing a value
///
/// Says of every secret whether it is the same in both, different, in one only, in neither, or unreadable. An
/// environment has what `run` would hand over in it; a place that ends in / has what stands behind it, and a .env file
/// without a key has its keys. Values are compared by fingerprints under a key that is drawn anew for each run and kept
/// nowhere; two JSON objects are the same when their fields are.
#[derive(clap::Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct DiffArgs {
    /// An environment of reticent.toml, a prefix or a reference
    #[arg(value_name = "ENV-A")]
    a: String,
    /// Another one
    #[arg(value_name = "ENV-B")]
    b: String,
}

/// What came of reading one secret.
enum Found {
    Value(Fingerprint),
    /// It is nowhere, or it is not declared.
    Nothing,
    /// It may be there, and could not be read.
    Unreadable(SourceError),
}

/// One secret on both sides.
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
    let comparing = Comparing::anew().map_err(|error| Failure::new(Exit::Unavailable, error.to_string()))?;
    let sides = Side::both([&args.a, &args.b], context, &comparing)?;
    warn(&sides, context);
    sides.iter().for_each(|side| context.block_on(context.give_back(side.setup())));
    let rows = rows(&sides);
    let unreadable: Vec<Failure> = rows.iter().flat_map(Row::failures).collect();
    let exit = Exit::of_several(rows.iter().flat_map(Row::exits));
    if rows.is_empty() {
        context.output.say(format!("neither {} has a secret", sides[0].what(&sides[1])));
    }
    let text = if context.is_json() { as_json(&rows, &sides) } else { as_table(&rows, &sides) };
    written(context.output.data(text.as_bytes()))?;
    if !unreadable.is_empty() {
        context.output.failure(&Failure::all(unreadable));
    }
    Ok(exit)
}

/// Both mostly read the same files; each warning is given once.
fn warn(sides: &[Side; 2], context: &Context) {
    let mut seen: Vec<String> = Vec::new();
    for side in sides {
        for warning in side.warnings() {
            if !seen.contains(&warning) {
                context.output.say(format!("warning: {warning}"));
                seen.push(warning);
            }
        }
    }
}

/// Pairs the secrets by their names, in the order of the first side and then of the second.
fn rows(sides: &[Side; 2]) -> Vec<Row<'_>> {
    let [a, b] = sides;
    let of = |side: &'_ Side, name: &str| side.secrets.iter().position(|secret| secret.name == name);
    let both = a.secrets.iter().map(|secret| match of(b, &secret.name) {
        Some(at) => Row::of(secret, &secret.found, &b.secrets[at].found, b.secrets[at].is_optional),
        None => Row::of(secret, &secret.found, &Found::Nothing, true),
    });
    let rest = b.secrets.iter().filter(|secret| of(a, &secret.name).is_none());
    both.chain(rest.map(|secret| Row::of(secret, &Found::Nothing, &secret.found, true))).collect()
}

impl<'a> Row<'a> {
    /// It is optional where neither side needs it; one that does not know it does not need it.
    fn of(secret: &'a Compared, a: &'a Found, b: &'a Found, is_optional_there: bool) -> Self {
        Self { name: &secret.name, is_optional: secret.is_optional && is_optional_there, a, b }
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

    /// An optional secret that neither side has is no difference.
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
    let [a, b] = sides.each_ref().map(|side| Visible(&side.label));
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
        json!({ "environment": side.environment(), "place": side.place(), "status": status })
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
