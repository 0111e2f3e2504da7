//! The edges between our own crates.

use std::collections::BTreeSet;

use super::rules::{LayerRules, Place};
use crate::metadata::{Dependency, Metadata, Package};

/// Reports crates that only the workspace or only the file knows, and crates placed twice.
pub(super) fn unlisted(rules: &LayerRules, metadata: &Metadata) -> Vec<String> {
    let members: BTreeSet<&String> = metadata.members().map(|package| &package.name).collect();
    let mut placed = BTreeSet::new();
    let mut violations = Vec::new();
    for name in rules.placed() {
        if !placed.insert(name) {
            violations.push(format!("{name}: layers.toml places it twice; leave one place"));
        }
        if !members.contains(name) {
            violations.push(format!("{name}: layers.toml places it, but the workspace has no such crate"));
        }
    }
    let missing = members.into_iter().filter(|name| !placed.contains(name));
    violations.extend(missing.map(|name| format!("{name}: not in layers.toml; give it a layer")));
    violations
}

/// Reports each edge that does not go strictly down, or to a test crate from anything but tests.
pub(super) fn forbidden(rules: &LayerRules, metadata: &Metadata) -> Vec<String> {
    let mut violations = Vec::new();
    for package in metadata.members() {
        let Some(from) = rules.place_of(&package.name) else { continue };
        // The same edge may be declared twice, for two platforms: one message will do.
        let mut seen = BTreeSet::new();
        for dependency in &package.dependencies {
            let Some(to) = rules.place_of(&dependency.name) else { continue };
            let Some(why) = refusal(rules, from, to, dependency) else { continue };
            if seen.insert((&dependency.name, &dependency.kind)) {
                violations.push(message(package, from, dependency, to, why));
            }
        }
    }
    violations
}

const SIDEWAYS: &str = "sideways edge; a crate depends on strictly lower layers only: \
    move what both need into a lower crate";
const UPWARD: &str = "upward edge; a crate depends on strictly lower layers only: \
    put a trait in a lower layer that the upper crate implements";
const ONLY_TESTS: &str = "this crate serves tests; name it under [dev-dependencies] only";
const NOT_FOR_USE: &str = "no crate may depend on this one; move what is needed into a layer";
const NOT_GRANTED: &str = "this crate sees only what `may-use` in layers.toml grants it";

fn refusal(
    rules: &LayerRules,
    from: Place<'_>,
    to: Place<'_>,
    dependency: &Dependency,
) -> Option<&'static str> {
    let in_tests = dependency.kind.as_deref() == Some("dev");
    match (from, to) {
        (Place::Layer(upper, _), Place::Layer(lower, _)) if lower > upper => Some(UPWARD),
        (Place::Layer(upper, _), Place::Layer(lower, _)) if lower == upper => Some(SIDEWAYS),
        (Place::Layer(..), Place::Layer(..)) => None,
        (Place::Layer(..), Place::Beside(group)) if !group.for_tests => Some(NOT_FOR_USE),
        (Place::Layer(..), Place::Beside(_)) => (!in_tests).then_some(ONLY_TESTS),
        (Place::Beside(group), _) => {
            let layered = matches!(rules.place_of(&dependency.name), Some(Place::Layer(..)));
            let granted = |grant: &String| *grant == dependency.name || (grant == "*" && layered);
            (!group.may_use.iter().any(granted)).then_some(NOT_GRANTED)
        }
    }
}

fn message(package: &Package, from: Place<'_>, dependency: &Dependency, to: Place<'_>, why: &str) -> String {
    let kind = dependency.kind.as_deref().map(|kind| format!(", {kind}-dependency")).unwrap_or_default();
    let (from, to) = (from.label(), to.label());
    format!("{} ({from}) → {} ({to}{kind}): {why}", package.name, dependency.name)
}
