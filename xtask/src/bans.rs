//! What may not be in the graph: banned crates, duplicates and licences that nobody agreed to.
//!
//! cargo-deny does this too; it takes minutes to install on a bare machine, and these three questions are
//! answered by `cargo metadata` in a second.

mod duplicates;
mod licences;
mod spdx;

use crate::layers::LayerRules;
use crate::metadata::{Metadata, Platforms};
use crate::{Error, Outcome, Project};

/// Checks the graph: bans over all platforms, duplicates and licences on the platform of `layers.toml`.
pub(crate) fn check(project: &Project) -> Result<Outcome, Error> {
    let rules = LayerRules::load(project)?;
    let everywhere = Metadata::load(project, &Platforms::All)?;
    let here = Metadata::load(project, &Platforms::One(&rules.platform))?;
    let mut violations = banned(&rules, &everywhere);
    violations.extend(duplicates::check(&rules, &here));
    violations.extend(licences::check(&rules, &here)?);
    let count = here.resolved().count();
    let notes = vec![format!("{count} packages on {}", rules.platform)];
    Ok(Outcome { violations, notes, ..Outcome::default() })
}

fn banned(rules: &LayerRules, metadata: &Metadata) -> Vec<String> {
    let mut violations = Vec::new();
    for package in metadata.resolved() {
        for (pattern, reason) in &rules.ban {
            if crate::layers::fits(pattern, &package.name) {
                let way = metadata.path_to(package);
                violations
                    .push(format!("{}: banned by layers.toml ({reason}); pulled in by {way}", package.name));
            }
        }
    }
    violations
}
