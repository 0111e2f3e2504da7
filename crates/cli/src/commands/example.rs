//! `example`: the `.env.example` that the schema makes.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use reticent::core::Visible;
use reticent::files::{FileError, Place, Readers};
use reticent::settings::Prepared;

use crate::app::written;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Result};

const EXAMPLES: &str = "\
Examples:
  reticent example > .env.example        write it anew
  reticent example --out .env.example    the same, whole or not at all
  reticent example --check               say how the committed one has drifted";

/// Prints .env.example as reticent.toml declares it, or checks the committed one
///
/// It has names, what they are for, their rules and their defaults, and never the value of a secret.
#[derive(clap::Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ExampleArgs {
    /// Compares with a committed file and prints nothing but what differs
    #[arg(long)]
    check: bool,
    /// The committed file
    #[arg(long, value_name = "FILE", default_value = ".env.example", requires = "check")]
    file: PathBuf,
    /// Writes into this file, whole or not at all
    #[arg(long, value_name = "FILE", conflicts_with = "check")]
    out: Option<PathBuf>,
}

pub(crate) fn run(args: &ExampleArgs, context: &Context) -> Result<Exit> {
    let prepared = context.prepared()?;
    let schema = prepared.schema();
    if let Some(out) = &args.out {
        return write(out, &schema.example(), context);
    }
    if !args.check {
        written(context.output.data(schema.example().as_bytes()))?;
        return Ok(Exit::Fine);
    }
    compare(args, &prepared, context)
}

/// Says how the committed file has drifted, a line each.
fn compare(args: &ExampleArgs, prepared: &Prepared, context: &Context) -> Result<Exit> {
    let base = prepared.config().base();
    let path = base.join(&args.file);
    let drift: Vec<String> = match std::fs::read_to_string(&path) {
        Ok(text) => prepared.schema().example_drift(&text).iter().map(ToString::to_string).collect(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => vec!["there is no such file".to_owned()],
        Err(error) => return Err(Failure::file("read", &path, &error)),
    };
    if drift.is_empty() {
        return Ok(Exit::Fine);
    }
    let shown = if base == context.folder() { &args.file } else { &path };
    let file = Visible(&shown.to_string_lossy()).to_string();
    let lines: String = drift.iter().map(|drift| format!("{file}: {drift}\n")).collect();
    written(context.output.data(lines.as_bytes()))?;
    context.output.say(format!("hint: reticent example --out {file}"));
    Ok(Exit::Findings)
}

/// Puts the file in place; it is for everybody, as it holds no secret.
fn write(out: &Path, text: &str, context: &Context) -> Result<Exit> {
    let path = context.folder().join(out);
    let replace = || -> std::result::Result<(), FileError> {
        let mut place = Place::of(&path)?;
        let mut new = place.begin(Readers::Anyone)?;
        new.write_all(text.as_bytes())?;
        new.replace()
    };
    replace().map_err(|error| Failure::file("write", &path, &error.into()))?;
    context.output.say(format!("wrote {}", Visible(&out.to_string_lossy())));
    Ok(Exit::Fine)
}
