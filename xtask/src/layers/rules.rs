//! `layers.toml` as data: this file is its schema.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::{Error, Project};

/// The file's name, relative to the root.
pub(crate) const FILE: &str = "layers.toml";

/// Everything that the file says.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct LayerRules {
    /// The target whose graph is counted for duplicates, licences and budgets: the same on each machine.
    pub(crate) platform: String,
    /// Lowest first.
    #[serde(default, rename = "layer")]
    pub(crate) layers: Vec<Layer>,
    /// Crates that stand beside the layers: tests, tools.
    #[serde(default, rename = "beside")]
    pub(crate) groups: Vec<Group>,
    /// Third-party crate (a trailing `*` matches any ending) → the crates that may name it.
    #[serde(default)]
    pub(crate) confine: BTreeMap<String, Vec<String>>,
    /// A path in code, like `ring::aead` → the crates that may write it.
    #[serde(default)]
    pub(crate) confine_paths: BTreeMap<String, Vec<String>>,
    /// Crate that may be nowhere in the graph → why.
    #[serde(default)]
    pub(crate) ban: BTreeMap<String, String>,
    /// `name major` or `name 0.minor` of an older version that is tolerated → who holds it.
    #[serde(default)]
    pub(crate) duplicates: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) licences: Licences,
    /// Crate → how many crates its tree may hold, itself counted.
    #[serde(default)]
    pub(crate) budget: BTreeMap<String, usize>,
    /// Third-party crate → the crates that must not pull it in, at any depth.
    #[serde(default)]
    pub(crate) without: BTreeMap<String, Vec<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Layer {
    pub(crate) name: String,
    pub(crate) about: String,
    pub(crate) crates: Vec<String>,
}

/// A set of crates outside the order.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Group {
    pub(crate) name: String,
    pub(crate) about: String,
    pub(crate) crates: Vec<String>,
    /// The workspace crates that these may depend on; `*` stands for each crate that is in a layer.
    #[serde(default)]
    pub(crate) may_use: Vec<String>,
    /// Whether others may name these as a dev-dependency; nobody may otherwise.
    #[serde(default)]
    pub(crate) for_tests: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Licences {
    #[serde(default)]
    pub(crate) allow: Vec<String>,
    /// Crate → the licence that is accepted for it alone.
    #[serde(default)]
    pub(crate) exceptions: BTreeMap<String, LicenceException>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LicenceException {
    pub(crate) licence: String,
    /// Read by people only.
    #[serde(rename = "reason")]
    pub(crate) _reason: String,
}

/// Where a workspace crate stands.
#[derive(Clone, Copy)]
pub(crate) enum Place<'a> {
    Layer(usize, &'a Layer),
    Beside(&'a Group),
}

impl LayerRules {
    pub(crate) fn load(project: &Project) -> Result<Self, Error> {
        project.read_toml(FILE)
    }

    /// Finds where the crate stands; `None` when the file does not know it.
    pub(crate) fn place_of(&self, name: &str) -> Option<Place<'_>> {
        let listed = |crates: &[String]| crates.iter().any(|listed| listed == name);
        let layer = self.layers.iter().enumerate().find(|(_, layer)| listed(&layer.crates));
        let group = self.groups.iter().find(|group| listed(&group.crates));
        match (layer, group) {
            (Some((level, layer)), _) => Some(Place::Layer(level, layer)),
            (None, Some(group)) => Some(Place::Beside(group)),
            (None, None) => None,
        }
    }

    /// Each crate that the file places, in the file's order.
    pub(crate) fn placed(&self) -> impl Iterator<Item = &String> {
        let layered = self.layers.iter().flat_map(|layer| &layer.crates);
        layered.chain(self.groups.iter().flat_map(|group| &group.crates))
    }
}

impl Place<'_> {
    /// How messages call it: `1 mechanisms`, `beside: tooling`.
    pub(crate) fn label(self) -> String {
        match self {
            Self::Layer(level, layer) => format!("{level} {}", layer.name),
            Self::Beside(group) => format!("beside: {}", group.name),
        }
    }
}

/// Tells whether a pattern of the file (a name, or a beginning and `*`) fits the crate's name.
pub(crate) fn fits(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(beginning) => name.starts_with(beginning),
        None => pattern == name,
    }
}
