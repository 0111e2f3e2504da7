//! `env lint`: which other tools would read a file differently.

use std::path::PathBuf;

use reticent::core::Visible;
use reticent::dotenv::{Finding, FindingKind, lint};
use serde_json::json;

use crate::app::written;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Result;

const EXAMPLES: &str = "\
Examples:
  reticent env lint .env .env.example
  reticent env lint --json .env           one finding a line, for a script";

/// Says which lines of .env files other tools read differently, and how to write them so that all agree
#[derive(clap::Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct LintArgs {
    /// The files
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

pub(super) fn run(args: &LintArgs, context: &Context) -> Result<Exit> {
    let mut lines = String::new();
    for file in &args.files {
        let text = super::read(&context.folder().join(file))?;
        #[expect(clippy::disallowed_methods, reason = "to the linter, whose findings hold no value")]
        let findings = lint(text.expose_bytes());
        let path = file.to_string_lossy();
        for finding in findings {
            lines.push_str(&if context.is_json() {
                as_json(&path, &finding)
            } else {
                as_text(&path, &finding)
            });
            lines.push('\n');
        }
    }
    written(context.output.data(lines.as_bytes()))?;
    Ok(if lines.is_empty() { Exit::Fine } else { Exit::Findings })
}

fn as_text(path: &str, finding: &Finding) -> String {
    format!("{}:{finding}", Visible(path))
}

fn as_json(path: &str, finding: &Finding) -> String {
    let differences: Vec<_> = finding
        .differences()
        .iter()
        .map(|(how, tools)| {
            let tools: Vec<String> = tools.iter().map(ToString::to_string).collect();
            json!({ "how": how.as_str(), "tools": tools })
        })
        .collect();
    json!({
        "schema": "reticent.env-lint/1", "path": path, "line": finding.line(), "column": finding.column(),
        "key": finding.key(), "rule": rule(finding.kind()), "differences": differences,
        "message": finding.to_string(), "remedy": finding.remedy(),
    })
    .to_string()
}

fn rule(kind: FindingKind) -> &'static str {
    match kind {
        FindingKind::Refused(_) => "refused",
        FindingKind::Duplicate { .. } => "duplicate",
        _ => "read_differently",
    }
}
