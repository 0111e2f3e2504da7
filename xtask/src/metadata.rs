//! The part of `cargo metadata` that the checks read.
//!
//! Own structs rather than a crate for it: four kinds of object, and the tool compiles first of all.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use crate::{Error, Project, process};

/// Every package in the graph, and the edges that were resolved.
#[derive(Deserialize)]
pub(crate) struct Metadata {
    packages: Vec<Package>,
    workspace_members: BTreeSet<String>,
    resolve: Resolve,
}

#[derive(Deserialize)]
pub(crate) struct Package {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) license: Option<String>,
    pub(crate) dependencies: Vec<Dependency>,
    pub(crate) features: BTreeMap<String, Vec<String>>,
    pub(crate) targets: Vec<Target>,
}

#[derive(Deserialize)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    pub(crate) kind: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct Target {
    pub(crate) kind: Vec<String>,
}

#[derive(Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Deserialize)]
struct Node {
    id: String,
    dependencies: Vec<String>,
}

/// Which platforms' dependencies are looked at.
pub(crate) enum Platforms<'a> {
    All,
    One(&'a str),
}

impl Metadata {
    /// Asks cargo, with every feature on.
    pub(crate) fn load(project: &Project, platforms: &Platforms<'_>) -> Result<Self, Error> {
        let mut command = project.cargo(["metadata", "--format-version", "1", "--all-features"]);
        if let Platforms::One(platform) = platforms {
            command.args(["--filter-platform", platform]);
        }
        let said = process::capture(&mut command)?;
        if !said.success {
            return Err(Error::new(format!("cargo metadata failed: {}", said.stderr.trim())));
        }
        serde_json::from_str(&said.stdout)
            .map_err(|cause| Error::new("cannot read the answer of cargo metadata").because(cause))
    }

    /// The workspace's own packages, by name.
    pub(crate) fn members(&self) -> impl Iterator<Item = &Package> {
        self.packages.iter().filter(|package| self.is_member(package))
    }

    pub(crate) fn is_member(&self, package: &Package) -> bool {
        self.workspace_members.contains(&package.id)
    }

    /// The packages that are really in the graph: a filtered answer still lists the others.
    pub(crate) fn resolved(&self) -> impl Iterator<Item = &Package> {
        let used: BTreeSet<&str> = self.resolve.nodes.iter().map(|node| node.id.as_str()).collect();
        self.packages.iter().filter(move |package| used.contains(package.id.as_str()))
    }

    /// Shows how a workspace package comes to depend on `package`, shortest way first found.
    pub(crate) fn path_to(&self, package: &Package) -> String {
        let mut way = vec![package];
        let mut seen: BTreeSet<&str> = BTreeSet::from([package.id.as_str()]);
        while let Some(last) = way.last().filter(|last| !self.is_member(last)) {
            let Some(parent) = self.parent_of(&last.id, &seen) else { break };
            seen.insert(parent.id.as_str());
            way.push(parent);
        }
        way.iter().rev().map(|step| step.name.as_str()).collect::<Vec<_>>().join(" → ")
    }

    fn parent_of(&self, id: &str, seen: &BTreeSet<&str>) -> Option<&Package> {
        let parents = self
            .resolve
            .nodes
            .iter()
            .filter(|node| node.dependencies.iter().any(|dependency| dependency == id))
            .filter_map(|node| self.packages.iter().find(|package| package.id == node.id))
            .filter(|package| !seen.contains(package.id.as_str()));
        // A member at once if there is one: the shorter story.
        parents.max_by_key(|package| self.is_member(package))
    }
}

impl Package {
    pub(crate) fn is_library(&self) -> bool {
        self.targets
            .iter()
            .flat_map(|target| &target.kind)
            .any(|kind| ["lib", "rlib", "proc-macro"].contains(&kind.as_str()))
    }
}
