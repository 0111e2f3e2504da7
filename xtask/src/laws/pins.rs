//! `conformance.toml` as data: this file is its schema.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::{Error, Project};

/// How many laws each source is held to.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub(crate) struct Pins(BTreeMap<String, Pin>);

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub(crate) struct Pin {
    /// Every law that was asked, those that do not apply included.
    pub(crate) laws: usize,
    /// Law → why it does not apply, word for word as the run reports it.
    #[serde(default)]
    pub(crate) not_applicable: BTreeMap<String, String>,
}

impl Pins {
    pub(crate) fn load(project: &Project) -> Result<Self, Error> {
        project.read_toml("conformance.toml")
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&String, &Pin)> {
        self.0.iter()
    }

    pub(crate) fn get(&self, source: &str) -> Option<&Pin> {
        self.0.get(source)
    }
}
