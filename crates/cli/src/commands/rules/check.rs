//! `rules check`: whether rules keep their word.

use std::path::PathBuf;

use reticent::core::Visible;
use reticent::scan::detect::RuleSet;
use serde_json::json;

use crate::app::written;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Result};

/// Checks files of rules: each finds its examples exactly, and nothing that it excludes
///
/// A rule has a reference, three examples and three counter-examples; near misses that it names are not found. These are
/// the checks that the program's own rules go through.
#[derive(clap::Args, Debug)]
pub(crate) struct CheckArgs {
    /// The files
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

pub(super) fn run(args: &CheckArgs, context: &Context) -> Result<Exit> {
    let mut lines = String::new();
    for file in &args.files {
        let path = context.folder().join(file);
        let text = std::fs::read_to_string(&path).map_err(|error| Failure::file("read", &path, &error))?;
        let shown = file.to_string_lossy();
        for problem in RuleSet::check_toml(&text) {
            let message = problem.to_string();
            lines.push_str(&match context.is_json() {
                true => json!({"schema": "reticent.rule-problem/1", "path": shown, "message": message})
                    .to_string(),
                false => format!("{}: {message}", Visible(&shown)),
            });
            lines.push('\n');
        }
    }
    written(context.output.data(lines.as_bytes()))?;
    Ok(if lines.is_empty() { Exit::Fine } else { Exit::Findings })
}
