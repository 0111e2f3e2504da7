//! How many crates a crate brings along, and which it must not bring.

use std::collections::{BTreeMap, BTreeSet};

use crate::layers::{LayerRules, fits};
use crate::metadata::Metadata;
use crate::{Error, Outcome, Project, process};

/// Counts the tree of each crate that `layers.toml` limits: normal edges, every feature, itself counted.
pub(super) fn check(project: &Project, rules: &LayerRules, metadata: &Metadata) -> Result<Outcome, Error> {
    let mut outcome = Outcome::default();
    let members: BTreeSet<&String> = metadata.members().map(|package| &package.name).collect();
    let limited: BTreeSet<&String> = rules.without.values().flatten().chain(rules.budget.keys()).collect();
    let mut trees = BTreeMap::new();
    for name in limited {
        if members.contains(name) {
            trees.insert(name, tree(project, name, &rules.platform)?);
        } else {
            let gone = "layers.toml limits its tree, but the workspace has no such crate";
            outcome.violations.push(format!("{name}: {gone}"));
        }
    }
    for (name, budget) in &rules.budget {
        let Some(count) = trees.get(name).map(BTreeSet::len) else { continue };
        outcome.notes.push(format!("{name}: {count} crates of at most {budget}"));
        if count > *budget {
            outcome.violations.push(format!(
                "{name}: its tree has {count} crates, layers.toml grants {budget}; drop a dependency, or raise \
                 the budget and say why in docs/adr/"
            ));
        }
    }
    for (pattern, names) in &rules.without {
        for name in names {
            for pulled in trees.get(name).into_iter().flatten().filter(|package| fits(pattern, &package.name))
            {
                outcome.violations.push(format!(
                    "{name}: pulls in {} {}, which layers.toml forbids it; see `cargo tree -p {name} \
                     --all-features -e normal -i {}`",
                    pulled.name, pulled.version, pulled.name,
                ));
            }
        }
    }
    Ok(outcome)
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Listed {
    name: String,
    version: String,
}

fn tree(project: &Project, name: &str, platform: &str) -> Result<BTreeSet<Listed>, Error> {
    let mut command = project.cargo(["tree", "--package", name, "--all-features", "--edges", "normal"]);
    let said = process::capture(command.args(["--prefix", "none", "--target", platform]))?;
    if !said.success {
        return Err(Error::new(format!("cargo tree of {name} failed: {}", said.stderr.trim())));
    }
    // `ring v0.17.14 (*)`
    let words = said.stdout.lines().map(|line| line.split_whitespace());
    let packages = words.filter_map(|mut words| {
        Some(Listed {
            name: words.next()?.to_owned(),
            version: words.next()?.trim_start_matches('v').to_owned(),
        })
    });
    Ok(packages.collect())
}
