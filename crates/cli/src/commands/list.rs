//! `list`: names and places, never values.

use serde_json::json;

use crate::app::written;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Result;

/// Lists the secrets that are declared in reticent.toml and those in `.env`
///
/// Shows names and places and reads no value.
#[derive(clap::Args, Debug)]
pub(crate) struct ListArgs {
    /// Lists only names that begin with this
    #[arg(default_value = "")]
    prefix: String,
}

pub(crate) fn run(args: &ListArgs, context: &Context) -> Result<Exit> {
    let setup = context.setup()?;
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
