//! `example`: the `.env.example` that the schema makes.

use std::io;
use std::path::PathBuf;

use reticent::core::Visible;

use crate::app::written;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Result};

const EXAMPLES: &str = "\
Examples:
  reticent example > .env.example    write it anew
  reticent example --check           say how the committed one has drifted";

/// Prints .env.example as reticent.toml declares it, or checks the committed one
#[derive(clap::Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ExampleArgs {
    /// Compares with a committed file and prints nothing but what differs
    #[arg(long)]
    check: bool,
    /// The committed file
    #[arg(long, value_name = "FILE", default_value = ".env.example", requires = "check")]
    file: PathBuf,
}

pub(crate) fn run(args: &ExampleArgs, context: &Context) -> Result<Exit> {
    let prepared = context.places()?.prepare()?;
    let schema = prepared.schema();
    if !args.check {
        written(context.output.data(schema.example().as_bytes()))?;
        return Ok(Exit::Fine);
    }
    let path = prepared.config().base().join(&args.file);
    let committed = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(Failure::file("read", &path, &error)),
    };
    let drift = schema.example_drift(&committed);
    let lines: String =
        drift.iter().map(|drift| format!("{}: {drift}\n", Visible(&args.file.to_string_lossy()))).collect();
    written(context.output.data(lines.as_bytes()))?;
    if drift.is_empty() {
        return Ok(Exit::Fine);
    }
    context.output.say("hint: reticent example > .env.example");
    Ok(Exit::Findings)
}
