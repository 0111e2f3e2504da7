//! Two versions of one crate: the newest is free, each older one is listed with who holds it.

use std::collections::{BTreeMap, BTreeSet};

use crate::layers::LayerRules;
use crate::metadata::{Metadata, Package};

/// Reports older versions that are not listed, and listed ones that are gone.
pub(super) fn check(rules: &LayerRules, metadata: &Metadata) -> Vec<String> {
    let mut versions: BTreeMap<&str, Vec<&Package>> = BTreeMap::new();
    for package in metadata.resolved() {
        versions.entry(&package.name).or_default().push(package);
    }
    let mut violations = Vec::new();
    let mut found = BTreeSet::new();
    for (name, mut packages) in versions {
        packages.sort_by_key(|package| sortable(&package.version));
        let Some(newest) = packages.pop() else { continue };
        for older in packages {
            let key = format!("{name} {}", line_of(&older.version));
            if !rules.duplicates.contains_key(&key) {
                violations.push(format!(
                    "{name} {} beside {}: duplicate pulled in by {}; update what holds it, or list \"{key}\" \
                     under [duplicates] in layers.toml",
                    older.version,
                    newest.version,
                    metadata.path_to(older),
                ));
            }
            found.insert(key);
        }
    }
    let gone = rules.duplicates.keys().filter(|key| !found.contains(*key));
    violations.extend(gone.map(|key| {
        format!("\"{key}\": layers.toml lists it as a duplicate, and it is none any more; remove the line")
    }));
    violations
}

/// The part of a version within which cargo would have unified: `1`, `0.2`.
fn line_of(version: &str) -> String {
    let mut parts = version.split(['.', '+', '-']);
    match (parts.next(), parts.next()) {
        (Some("0"), Some(minor)) => format!("0.{minor}"),
        (Some(major), _) => major.to_owned(),
        (None, _) => version.to_owned(),
    }
}

fn sortable(version: &str) -> Vec<u64> {
    version.split(['.', '+', '-']).map(|part| part.parse().unwrap_or(0)).collect()
}

#[cfg(test)]
mod tests {
    use super::line_of;

    #[test]
    fn a_line_is_what_cargo_would_unify() {
        assert_eq!(line_of("1.2.3"), "1");
        assert_eq!(line_of("0.17.14"), "0.17");
        assert_eq!(line_of("2.0.0-rc.1"), "2");
    }
}
