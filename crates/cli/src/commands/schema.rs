//! `schema`: what is declared, for other programs and for people.

use crate::app::written;
use crate::arguments::Format;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Result;

const EXAMPLES: &str = "\
Examples:
  reticent schema > settings.schema.json    JSON Schema, for editors and other programs
  reticent schema -f markdown               a table for people";

/// Prints what reticent.toml declares, as JSON Schema or as Markdown
#[derive(clap::Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct SchemaArgs {
    /// The form to print; --json is short for json-schema
    #[arg(short, long, value_name = "FORMAT", value_parser = Format::among(&Format::OF_SCHEMA))]
    format: Option<Format>,
}

pub(crate) fn run(args: &SchemaArgs, context: &Context) -> Result<Exit> {
    let prepared = context.prepared()?;
    let text = match args.format {
        Some(Format::Markdown) if !context.global.json => prepared.schema().markdown(),
        _ => prepared.schema().json_schema(),
    };
    let newline = if text.ends_with('\n') { "" } else { "\n" };
    written(context.output.data(format!("{text}{newline}").as_bytes()))?;
    Ok(Exit::Fine)
}
