//! `list`: names and places, never values.

use reticent::core::{VersionId, Visible};
use reticent::setup::{Collection, Setup};
use serde_json::json;

use crate::app::written;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Result;

const EXAMPLES: &str = "\
Examples:
  reticent list                        what is declared, and the keys of .env
  reticent list DB_                    those whose names begin so
  reticent list vault://secret/prod/   what stands behind a prefix of a backend";

/// Lists the secrets that are declared in reticent.toml and those in `.env`, or those of a place
///
/// Shows names and places and reads no value.
#[derive(clap::Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ListArgs {
    /// Lists only names that begin with this; of a reference that ends in /, or of a .env file, what is there
    #[arg(default_value = "", value_name = "PREFIX")]
    prefix: String,
}

pub(crate) fn run(args: &ListArgs, context: &Context) -> Result<Exit> {
    let setup = context.setup()?;
    if let Some(of) = Collection::recognise(&args.prefix, &setup.schemes()) {
        return members(&of, &setup, context);
    }
    let known = context.block_on(setup.known())?;
    let mut lines = String::new();
    for entry in known.iter().filter(|entry| entry.name().starts_with(&args.prefix)) {
        let places: Vec<String> = entry.places().iter().map(ToString::to_string).collect();
        let line = if context.is_json() {
            json!({
                "schema": "reticent.entry/1", "name": entry.name(), "refs": places,
                "declared": entry.is_declared(), "optional": entry.is_optional(), "about": entry.about(),
            })
            .to_string()
        } else {
            let optional = if entry.is_optional() { " (optional)" } else { "" };
            format!("{}{optional}  {}", entry.name(), places.join(", "))
        };
        lines.push_str(line.trim_end());
        lines.push('\n');
    }
    if lines.is_empty() {
        context.output.say(match (known.is_empty(), setup.config().file()) {
            (false, _) => "no secret begins with that",
            (true, None) => "no secrets are declared here, and there is no .env; `reticent init` begins",
            (true, Some(_)) => {
                "reticent.toml declares no secrets, and .env has none; `reticent set NAME` keeps one in .env"
            }
        });
    }
    written(context.output.data(lines.as_bytes()))?;
    Ok(Exit::Fine)
}

/// Lists what one backend has behind a prefix.
fn members(of: &Collection, setup: &Setup, context: &Context) -> Result<Exit> {
    let members = context.block_on(setup.members(of))?;
    let mut lines = String::new();
    for member in &members {
        let (name, place) = (member.name(), member.place().to_string());
        let line = if context.is_json() {
            json!({
                "schema": "reticent.entry/1", "name": name, "refs": [place], "declared": false,
                "optional": false, "about": null, "version": member.info().version().map(VersionId::as_str),
            })
            .to_string()
        } else {
            format!("{}  {}", Visible(name), Visible(&place))
        };
        lines.push_str(&line);
        lines.push('\n');
    }
    if members.is_empty() {
        context.output.say(format!("{of} holds no secret"));
    }
    written(context.output.data(lines.as_bytes()))?;
    Ok(Exit::Fine)
}
