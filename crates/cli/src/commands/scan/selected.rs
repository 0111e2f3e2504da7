//! Which rules look, and which of them tell.

use std::path::Path;
use std::sync::Arc;

use reticent::core::{Visible, closest};
use reticent::scan::Selection;
use reticent::scan::detect::RuleSet;

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Result};

/// The rules that come with the program and, beside them, those of a file.
pub(in crate::commands) fn rules(file: Option<&Path>, context: &Context) -> Result<Arc<RuleSet>> {
    let Some(file) = file else { return Ok(RuleSet::shipped()) };
    let path = context.folder().join(file);
    let text = std::fs::read_to_string(&path).map_err(|error| Failure::file("read", &path, &error))?;
    RuleSet::from_toml(&text).map_err(|error| {
        let file = file.to_string_lossy();
        Failure::new(Exit::Usage, format!("{}: {error}", Visible(&file)))
            .with_hint(format!("reticent rules check {} says all that is wrong", Visible(&file)))
    })
}

/// Makes sure that each name is that of a rule or of a vendor: a slip would find nothing and look clean.
pub(super) fn selection(with: &[String], without: &[String], rules: &RuleSet) -> Result<Selection> {
    for name in with.iter().chain(without) {
        let is_known = rules.iter().any(|rule| rule.id() == name || rule.vendor() == name);
        if !is_known {
            return Err(unknown(name, rules));
        }
    }
    let selection = with.iter().fold(Selection::default(), |selection, name| selection.with(name));
    Ok(without.iter().fold(selection, |selection, name| selection.without(name)))
}

/// Says that there is no such rule, and which was meant.
pub(in crate::commands) fn unknown(name: &str, rules: &RuleSet) -> Failure {
    let known = rules.iter().flat_map(|rule| [rule.id(), rule.vendor()]);
    let failure = Failure::usage(format!("no such rule: {}", Visible(name)));
    match closest(name, known) {
        Some(meant) => failure.with_hint(format!("did you mean {meant}?")),
        None => failure.with_hint("reticent rules list names them all"),
    }
}
