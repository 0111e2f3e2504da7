//! `env parse`: what a file means.

use std::path::PathBuf;

use clap::ValueEnum;
use reticent::dotenv::{Document, Entry, Mode, ParseOptions, render_entry};
use serde_json::{Map, Value, json};

use crate::app::written;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::output::harmless;

/// Reads a .env file and prints its keys
///
/// Values are shown only with --reveal.
#[derive(clap::Args, Debug)]
pub(crate) struct ParseArgs {
    /// The file
    file: PathBuf,
    /// The dialect: `strict` takes $ as it stands, `compose` replaces $NAME and ${NAME}
    #[arg(long, value_enum, default_value_t = Dialect::Strict)]
    mode: Dialect,
    /// Shows the values
    #[arg(long)]
    reveal: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Dialect {
    /// `$` is an ordinary character
    Strict,
    /// `$NAME` and `${NAME}` are replaced
    Compose,
}

pub(super) fn run(args: &ParseArgs, context: &Context) -> Result<Exit> {
    let mode = match args.mode {
        Dialect::Strict => Mode::StrictLiteral,
        Dialect::Compose => Mode::Compose,
    };
    let shown = args.file.to_string_lossy();
    let text = super::read(&context.folder().join(&args.file))?;
    let document = Document::from_buffer(text, &ParseOptions::default().with_mode(mode))
        .map_err(|errors| super::parse_failure(&shown, &errors))?;
    for warning in document.warnings() {
        context.output.say(format!("warning: {shown}:{warning}"));
    }
    let mut text = zeroize::Zeroizing::new(String::new());
    if context.is_json() {
        let entries = document.entries().map(|entry| as_json(args, entry)).collect::<Result<Vec<_>>>()?;
        text.push_str(&json!({ "schema": "reticent.env/1", "path": shown, "entries": entries }).to_string());
        text.push('\n');
    } else {
        for entry in document.entries() {
            if args.reveal {
                let line =
                    render_entry(entry.key(), entry.value()).map_err(|error| unprintable(entry, &error))?;
                #[expect(clippy::disallowed_methods, reason = "to stdout: --reveal asked for it")]
                let line = String::from_utf8_lossy(line.expose_bytes());
                if context.output.stdout_is_terminal() {
                    // A value may hold what would act on the terminal.
                    text.push_str(&harmless(&line, |kept| matches!(kept, '\n' | '\t')));
                } else {
                    text.push_str(&line);
                }
            } else {
                text.push_str(entry.key());
            }
            text.push('\n');
        }
    }
    written(context.output.data(text.as_bytes()))?;
    Ok(Exit::Fine)
}

fn as_json(args: &ParseArgs, entry: &Entry) -> Result<Value> {
    let mut object = Map::new();
    object.insert("key".to_owned(), json!(entry.key()));
    object.insert("line".to_owned(), json!(entry.line()));
    object.insert("column".to_owned(), json!(entry.column()));
    object.insert("exported".to_owned(), json!(entry.is_exported()));
    if args.reveal {
        #[expect(clippy::disallowed_methods, reason = "to stdout: --reveal asked for it")]
        let value = entry.value().expose_text().map_err(|error| unprintable(entry, &error))?;
        object.insert("value".to_owned(), json!(value));
    }
    Ok(Value::Object(object))
}

fn unprintable(entry: &Entry, error: &dyn std::error::Error) -> Failure {
    Failure::new(Exit::Findings, format!("{}: {error}", entry.key()))
}
