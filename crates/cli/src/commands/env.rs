//! `env`: `.env` files themselves.

mod edit;
mod lint;
mod parse;

use std::fs::File;
use std::path::Path;

use reticent::core::{SecretBuffer, Visible};
use reticent::dotenv::ParseErrors;

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::input::FILE_LIMIT;

/// Checks, reads and edits .env files
#[derive(clap::Args, Debug)]
pub(crate) struct EnvArgs {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    Lint(lint::LintArgs),
    Parse(parse::ParseArgs),
    Set(edit::SetArgs),
    Unset(edit::UnsetArgs),
}

pub(crate) fn run(args: &EnvArgs, context: &Context) -> Result<Exit> {
    match &args.verb {
        Verb::Lint(args) => lint::run(args, context),
        Verb::Parse(args) => parse::run(args, context),
        Verb::Set(args) => edit::set(args, context),
        Verb::Unset(args) => edit::unset(args, context),
    }
}

/// Reads a file whole, into memory that is wiped.
fn read(path: &Path) -> Result<SecretBuffer> {
    let mut text = SecretBuffer::new();
    let file = File::open(path).map_err(|error| Failure::file("read", path, &error))?;
    text.read_to_end(file, FILE_LIMIT).map_err(|error| Failure::file("read", path, &error))?;
    Ok(text)
}

/// Reports every error of a file, each with its place, key and remedy.
pub(super) fn parse_failure(path: &str, errors: &ParseErrors) -> Failure {
    let each = errors.iter().map(|error| {
        Failure::new(Exit::Findings, format!("{}:{error}", Visible(path))).with_hint(error.remedy())
    });
    Failure::all(each.collect())
}
