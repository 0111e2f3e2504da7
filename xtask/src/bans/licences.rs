//! Each package's licence, against the list that was agreed to.

use std::collections::BTreeSet;

use super::spdx;
use crate::Error;
use crate::layers::LayerRules;
use crate::metadata::Metadata;

/// Reports packages whose licence is not allowed, and exceptions that nothing needs.
pub(super) fn check(rules: &LayerRules, metadata: &Metadata) -> Result<Vec<String>, Error> {
    let mut violations = Vec::new();
    let mut used = BTreeSet::new();
    for package in metadata.resolved() {
        let Some(expression) = &package.license else {
            violations.push(format!("{} {}: states no licence", package.name, package.version));
            continue;
        };
        let allow = |licence: &str| rules.licences.allow.iter().any(|allowed| allowed == licence);
        if spdx::satisfied(expression, &allow)? {
            continue;
        }
        let exception = rules.licences.exceptions.get(&package.name);
        let excepted =
            |licence: &str| allow(licence) || exception.is_some_and(|exception| exception.licence == licence);
        if spdx::satisfied(expression, &excepted)? {
            used.insert(&package.name);
            continue;
        }
        violations.push(format!(
            "{} {}: licence `{expression}` is not allowed by layers.toml; pulled in by {}",
            package.name,
            package.version,
            metadata.path_to(package),
        ));
    }
    let unused = rules.licences.exceptions.keys().filter(|name| !used.contains(*name));
    violations.extend(
        unused.map(|name| format!("{name}: its licence exception in layers.toml is not needed; remove it")),
    );
    Ok(violations)
}
