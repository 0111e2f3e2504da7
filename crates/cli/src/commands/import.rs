//! `import`: many secrets from one file to one place.

use std::collections::HashSet;
use std::path::PathBuf;

use clap::ValueEnum;
use reticent::core::{Secret, SecretRef, Visible};
use reticent::dotenv::{Document, ParseOptions};
use reticent::setup::Setup;

use super::writing::{present, put};
use crate::context::{Context, Target};
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::input;

const EXAMPLES: &str = "\
Examples:
  reticent import old.env --dry-run       the plan: new, same, different
  reticent import secrets.json --overwrite
  reticent import old.env --to 'file:///run/secrets/{name}'";

/// Imports every secret of a file
///
/// Says first what is new, what is the same and what would be replaced. Nothing is written if another value would be
/// replaced, unless --overwrite says so.
#[derive(clap::Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ImportArgs {
    /// A .env file, or a JSON object of names and values
    file: PathBuf,
    /// Reads the file in this form; without it, what is called .json is JSON
    #[arg(long, value_enum, value_name = "FORM")]
    from: Option<Form>,
    /// Writes each secret here; {name} stands for its name
    #[arg(long, value_name = "REF", default_value = "dotenv://.env#{name}")]
    to: String,
    /// Replaces other values that are there
    #[arg(long)]
    overwrite: bool,
    /// Says what would be done, and writes nothing
    #[arg(long)]
    dry_run: bool,
}

/// The form of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    /// `NAME=value` lines
    Dotenv,
    /// One JSON object of names and values
    Json,
}

/// One secret of the file, where it goes, and what is there.
struct Step {
    at: SecretRef,
    value: Secret,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    Same,
    Different,
}

pub(crate) fn run(args: &ImportArgs, context: &Context) -> Result<Exit> {
    let setup = context.setup()?;
    let steps = plan(args, context, &setup)?;
    if steps.is_empty() {
        context.output.say("the file holds no secret, so nothing was written");
    }
    for step in &steps {
        let state = match step.state {
            State::New => "new      ",
            State::Same => "same     ",
            State::Different if args.overwrite => "replace  ",
            State::Different => "different",
        };
        context.output.say(format!("{state} {}", step.at));
    }
    let differing = steps.iter().filter(|step| step.state == State::Different).count();
    if differing > 0 && !args.overwrite {
        let places = if differing == 1 { "1 place has" } else { &format!("{differing} places have") };
        return Err(Failure::new(Exit::Findings, format!("nothing was written: {places} another value"))
            .with_hint("--overwrite replaces what differs"));
    }
    for step in steps.iter().filter(|step| step.state != State::Same) {
        put(context, &setup, &step.at, &step.value, args.dry_run)?;
    }
    Ok(Exit::Fine)
}

/// Checks every secret before the first is written, and reports all that cannot be written.
fn plan(args: &ImportArgs, context: &Context, setup: &Setup) -> Result<Vec<Step>> {
    let mut failures = Vec::new();
    let mut taken = HashSet::new();
    let (mut places, mut values) = (Vec::new(), Vec::new());
    for (name, value) in read(args, context)? {
        match checked(args, setup, &name, &value) {
            Ok(at) if taken.insert(at.to_string()) => {
                places.push(at);
                values.push(value);
            }
            Ok(at) => failures.push(
                Failure::new(Exit::Findings, format!("{at} stands more than once in the file"))
                    .with_hint("leave one of them"),
            ),
            Err(failure) => failures.push(failure),
        }
    }
    let mut steps = Vec::new();
    let found = present(context, setup, &places);
    for ((at, value), found) in places.into_iter().zip(values).zip(found) {
        let state = match found {
            Ok(None) => State::New,
            Ok(Some(there)) if there.ct_eq(&value) => State::Same,
            Ok(Some(_)) => State::Different,
            Err(failure) => {
                failures.push(failure);
                continue;
            }
        };
        steps.push(Step { at, value, state });
    }
    if failures.is_empty() { Ok(steps) } else { Err(Failure::all(failures)) }
}

fn checked(args: &ImportArgs, setup: &Setup, name: &str, value: &Secret) -> Result<SecretRef> {
    let at = destination(args, name, setup)?;
    setup.check_put(&at, value)?;
    Ok(at)
}

fn read(args: &ImportArgs, context: &Context) -> Result<Vec<(String, Secret)>> {
    let path = context.folder().join(&args.file);
    let text = input::from_file(&path, input::FILE_LIMIT)?;
    let shown = path.to_string_lossy();
    let is_json = path.extension().is_some_and(|extension| extension == "json");
    let form = args.from.unwrap_or(if is_json { Form::Json } else { Form::Dotenv });
    match form {
        Form::Json => text.fields().map_err(|error| {
            Failure::new(Exit::Findings, format!("{}: {error}", Visible(&shown)))
                .with_hint("the file must be one JSON object of names and values")
        }),
        Form::Dotenv => {
            #[expect(clippy::disallowed_methods, reason = "to the parser, which keeps values in secrets")]
            let parsed = Document::parse(text.expose_bytes(), &ParseOptions::default());
            let document = parsed.map_err(|errors| super::env::parse_failure(&shown, &errors))?;
            for warning in document.warnings() {
                context.output.say(format!("warning: {shown}:{warning}"));
            }
            let last = |key: &str, line| document.entry(key).is_some_and(|entry| entry.line() == line);
            let entries = document.entries().filter(|entry| last(entry.key(), entry.line()));
            Ok(entries.map(|entry| (entry.key().to_owned(), entry.value().clone())).collect())
        }
    }
}

/// Fills the name into the destination. The names come from a file that somebody else may have written: one that
/// climbs out of the destination's folder is refused.
fn destination(args: &ImportArgs, name: &str, setup: &Setup) -> Result<SecretRef> {
    let is_plain = |character: char| character.is_alphanumeric() || "_.-[]".contains(character);
    if matches!(name, "" | "." | "..") || !name.chars().all(is_plain) {
        return Err(Failure::new(
            Exit::Findings,
            format!("\"{}\" cannot be the name of a secret", Visible(name)),
        )
        .with_hint("a name is letters, digits, _ . - [ and ]"));
    }
    if !args.to.contains("{name}") {
        return Err(Failure::usage("--to has no {name}, so every secret would be written to one place")
            .with_hint("for example --to 'file:///run/secrets/{name}'"));
    }
    match Target::parse(&args.to.replace("{name}", name), setup)? {
        Target::Reference(at) => Ok(at),
        Target::Name(_) => {
            Err(Failure::usage("--to is not a reference")
                .with_hint("for example --to 'dotenv://.env#{name}'"))
        }
    }
}
