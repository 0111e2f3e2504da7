//! Which places a logical name has, in order.

mod template;

use std::collections::HashMap;
use std::sync::Arc;

use reticent_core::{SecretName, SecretRef};

pub(crate) use template::Template;

/// The places of one name, in the order in which they are tried.
pub(crate) type Places = Arc<[SecretRef]>;

/// Routes by name, and templates for the names without one.
#[derive(Default)]
pub(crate) struct Routes {
    named: HashMap<SecretName, Places>,
    templates: Vec<Template>,
}

impl Routes {
    pub(crate) fn new(named: HashMap<SecretName, Places>, templates: Vec<Template>) -> Self {
        Self { named, templates }
    }

    /// Returns the places of `name`; a place that two templates make is there once.
    pub(crate) fn places(&self, name: &SecretName) -> Places {
        if let Some(places) = self.named.get(name) {
            return Arc::clone(places);
        }
        let mut places: Vec<SecretRef> = Vec::with_capacity(self.templates.len());
        for template in &self.templates {
            // What a template makes of one name it makes of all: a name holds nothing that a reference must escape.
            let Ok(place) = template.fill(name.as_str()) else { continue };
            if !places.contains(&place) {
                places.push(place);
            }
        }
        places.into()
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &SecretName> {
        self.named.keys()
    }

    pub(crate) fn templates(&self) -> usize {
        self.templates.len()
    }
}
