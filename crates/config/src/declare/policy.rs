//! One `[policies.ENVIRONMENT]`.

use super::rules::{self, words};
use crate::policy::{Policies, Policy, Selection};
use crate::toml::{Item, TomlError};

const KEYS: [&str; 3] = ["like", "private-files", "rules"];

const RULE_KEYS: [&str; 5] = ["names", "except", "secret", "required", "drop"];

/// Reads a policy: it begins as the builtin one that `like` names, or that of its own name, or as staging's; `nothing`
/// is a beginning, too.
pub(super) fn read(name: &str, item: &Item<'_>, builtin: &Policies) -> Result<Policy, TomlError> {
    let table = item.table()?;
    table.only(&KEYS)?;
    let base = match table.item("like") {
        None => builtin.of(name).or_else(|| builtin.of("staging")).cloned(),
        Some(item) if item.text()? == "nothing" => None,
        Some(item) => {
            let known = builtin.of(item.text()?).cloned();
            let names = builtin.names().join("\", \"");
            Some(known.ok_or_else(|| item.error(format!("expected \"nothing\", \"{names}\"")))?)
        }
    };
    let mut policy = base.unwrap_or_else(|| Policy::new(name)).renamed(name);
    if let Some(item) = table.item("private-files") {
        policy = if item.flag()? { policy.with_private_files() } else { policy.with_open_files() };
    }
    if let Some(item) = table.item("rules") {
        for item in item.list()? {
            policy = policy.with(selection(&item)?);
        }
    }
    Ok(policy)
}

fn selection(item: &Item<'_>) -> Result<Selection, TomlError> {
    let table = item.table()?;
    table.only(&[&RULE_KEYS[..], &rules::KEYS[..]].concat())?;
    let names = table.item("names").map_or_else(|| Ok(vec!["*".to_owned()]), |item| words(&item))?;
    let mut selection = Selection::of(names);
    if let Some(item) = table.item("except") {
        selection = selection.except(words(&item)?);
    }
    if table.item("secret").map(|item| item.flag()).transpose()? == Some(true) {
        selection = selection.secrets_only();
    }
    match table.item("required").map(|item| item.flag()).transpose()? {
        Some(true) => selection = selection.required(),
        Some(false) => selection = selection.optional(),
        None => {}
    }
    if let Some(item) = table.item("drop") {
        selection = words(&item)?.into_iter().fold(selection, Selection::dropping);
    }
    Ok(rules::read(&table)?.into_iter().fold(selection, Selection::with_rule))
}
