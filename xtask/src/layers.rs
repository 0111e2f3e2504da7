//! Which crate may depend on which: `layers.toml` against what the manifests declare.
//!
//! Declared edges, not resolved ones: an optional dependency that no build turns on is an edge all the same.

mod confine;
mod edges;
mod rules;

pub(crate) use rules::{LayerRules, fits};

use crate::metadata::{Metadata, Platforms};
use crate::{Error, Outcome, Project};

/// Checks edges between layers, the list of crates, and confined third-party crates.
pub(crate) fn check(project: &Project) -> Result<Outcome, Error> {
    let rules = LayerRules::load(project)?;
    let metadata = Metadata::load(project, &Platforms::All)?;
    let mut violations = edges::unlisted(&rules, &metadata);
    violations.extend(edges::forbidden(&rules, &metadata));
    violations.extend(confine::confined_crates(&rules, &metadata));
    violations.extend(confine::confined_paths(&rules, project)?);
    violations.sort();
    Ok(Outcome::of(violations))
}
