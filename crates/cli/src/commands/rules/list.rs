//! `rules list`: every rule, a line each.

use reticent::core::closest;
use reticent::scan::detect::{Rule, RuleSet};

use crate::app::written;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Result};

/// Lists the rules, or those of some vendors
#[derive(clap::Args, Debug)]
pub(crate) struct ListArgs {
    /// The vendors; `generic` are rules that know a form and no vendor
    #[arg(value_name = "VENDOR")]
    vendors: Vec<String>,
}

pub(super) fn run(args: &ListArgs, context: &Context) -> Result<Exit> {
    let rules = RuleSet::shipped();
    for vendor in &args.vendors {
        let mut vendors = rules.iter().map(Rule::vendor);
        if !vendors.any(|known| known == vendor) {
            let failure = Failure::usage("no such vendor");
            return Err(match closest(vendor, rules.iter().map(Rule::vendor)) {
                Some(meant) => failure.with_hint(format!("did you mean {meant}?")),
                None => failure.with_hint("reticent rules list names them all"),
            });
        }
    }
    let mut chosen: Vec<&Rule> = rules
        .iter()
        .filter(|rule| args.vendors.is_empty() || args.vendors.iter().any(|vendor| vendor == rule.vendor()))
        .collect();
    chosen.sort_by_key(|rule| rule.id());
    let width = chosen.iter().map(|rule| rule.id().len()).max().unwrap_or(0);
    let lines: String = chosen
        .iter()
        .map(|rule| match context.is_json() {
            true => format!("{}\n", super::show::json(rule)),
            false => format!("{:width$}  {:8}  {}\n", rule.id(), rule.severity().as_str(), rule.title()),
        })
        .collect();
    written(context.output.data(lines.as_bytes()))?;
    Ok(Exit::Fine)
}
