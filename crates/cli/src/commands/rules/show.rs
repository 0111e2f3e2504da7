//! `rules show`: one rule, and what to do about what it finds.

use reticent::scan::detect::{Rule, RuleSet};
use serde_json::{Value, json};

use crate::app::written;
use crate::commands::scan::unknown;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Result;

/// Shows one rule: what it finds, what that opens, and what to do about a leak
#[derive(clap::Args, Debug)]
pub(crate) struct ShowArgs {
    /// The rule, such as github.pat-classic
    #[arg(value_name = "ID")]
    id: String,
}

pub(super) fn run(args: &ShowArgs, context: &Context) -> Result<Exit> {
    let rules = RuleSet::shipped();
    let rule = rules.get(&args.id).ok_or_else(|| unknown(&args.id, &rules))?;
    let text = if context.is_json() { format!("{}\n", json(rule)) } else { human(rule) };
    written(context.output.data(text.as_bytes()))?;
    Ok(Exit::Fine)
}

fn human(rule: &Rule) -> String {
    let mut text = format!("{}: {}\n\n", rule.id(), rule.title());
    text.push_str(&format!("vendor      {}\n", rule.vendor()));
    text.push_str(&format!("severity    {}\n", rule.severity()));
    text.push_str(&format!("confidence  {}\n", rounded(rule)));
    text.push_str(&format!("risk        {}\n", rule.risk()));
    text.push_str(&format!("fix         {}\n", rule.fix()));
    for page in rule.references() {
        text.push_str(&format!("stated in   {page}\n"));
    }
    text
}

/// One object of the schema `reticent.rule/1`.
pub(super) fn json(rule: &Rule) -> Value {
    json!({
        "schema": "reticent.rule/1", "id": rule.id(), "title": rule.title(), "vendor": rule.vendor(),
        "severity": rule.severity().as_str(), "confidence": rounded(rule), "risk": rule.risk(), "fix": rule.fix(),
        "references": rule.references().collect::<Vec<_>>(),
    })
}

fn rounded(rule: &Rule) -> f64 {
    (f64::from(rule.confidence()) * 100.0).round() / 100.0
}
