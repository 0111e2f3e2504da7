//! `import`: many secrets from one file to one place.

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

/// Imports every secret of a file
///
/// Says first what is new, what is the same and what would be replaced. Nothing is written if another value would be
/// replaced, unless --overwrite says so.
#[derive(clap::Args, Debug)]
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

pub(crate) fn run(args: &ImportArgs, context: &Context) -> Result<Exit> {
    let setup = context.setup()?;
    let secrets = read(args, context)?;
    let mut writes = Vec::new();
    let mut conflicts = Vec::new();
    for (name, value) in &secrets {
        let at = destination(args, name, &setup)?;
        setup.can_write(&at)?;
        match present(context, &setup, &at)? {
            Some(there) if there.ct_eq(value) => context.output.say(format!("same      {at}")),
            Some(_) => {
                context
                    .output
                    .say(format!("{} {at}", if args.overwrite { "replace  " } else { "different" }));
                conflicts.push(at.clone());
                writes.push((at, value));
            }
            None => {
                context.output.say(format!("new       {at}"));
                writes.push((at, value));
            }
        }
    }
    if !args.overwrite && !conflicts.is_empty() {
        let count = conflicts.len();
        return Err(Failure::new(
            Exit::Findings,
            format!("nothing was written: {count} places have another value"),
        )
        .with_hint("--overwrite replaces them"));
    }
    for (at, value) in writes {
        put(context, &setup, &at, value, args.dry_run)?;
    }
    Ok(Exit::Fine)
}

fn read(args: &ImportArgs, context: &Context) -> Result<Vec<(String, Secret)>> {
    let path = context.folder().join(&args.file);
    let text = input::from_file(&path)?;
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
            let last = |key: &str, line| document.entry(key).is_some_and(|entry| entry.line() == line);
            let entries = document.entries().filter(|entry| last(entry.key(), entry.line()));
            Ok(entries.map(|entry| (entry.key().to_owned(), entry.value().clone())).collect())
        }
    }
}

/// Fills the name into the destination.
fn destination(args: &ImportArgs, name: &str, setup: &Setup) -> Result<SecretRef> {
    let escaped: String = name
        .chars()
        .map(|character| match character {
            '%' | '?' | '#' | '&' | '/' => format!("%{:02X}", u32::from(character)),
            other => other.to_string(),
        })
        .collect();
    if !args.to.contains("{name}") {
        return Err(Failure::usage("--to has no {name}, so every secret would be written to one place")
            .with_hint("for example --to 'file:///run/secrets/{name}'"));
    }
    match Target::parse(&args.to.replace("{name}", &escaped), setup)? {
        Target::Reference(at) => Ok(at),
        Target::Name(_) => Err(Failure::usage("--to must be a reference, such as dotenv://.env#{name}")),
    }
}
