//! Which layer speaks for a setting.
//!
//! The decision: figment merges layers and environments and remembers who said what, and all that it holds are
//! numbers: each is an index into a table of places here. No value is ever in it, and none of its errors is shown.

use figment::value::{Dict, Map};
use figment::{Error, Figment, Metadata, Profile, Provider};

use crate::layer::Layer;
use crate::schema::{Schema, Setting};

/// The names of one layer, before any value is read.
pub(crate) struct Named<'a> {
    pub(crate) layer: &'a dyn Layer,
    pub(crate) names: Vec<String>,
}

/// A layer that has a setting, and how the name is spelt there; more than one spelling is a conflict.
#[derive(Debug)]
pub(crate) struct Candidate {
    pub(crate) layer: usize,
    pub(crate) spellings: Vec<String>,
}

/// The layers over one schema, merged for one environment.
pub(crate) struct Merged {
    figment: Figment,
    candidates: Vec<Candidate>,
}

impl Merged {
    pub(crate) fn of(schema: &Schema, layers: &[Named<'_>], environment: &str) -> Self {
        let mut figment = Figment::new().select(profile(environment));
        let mut candidates = Vec::new();
        for (index, named) in layers.iter().enumerate() {
            let mut tokens = Dict::new();
            for setting in schema.settings() {
                let spellings = spellings(setting, &named.names);
                if !spellings.is_empty() {
                    tokens.insert(key(setting), candidates.len().into());
                    candidates.push(Candidate { layer: index, spellings });
                }
            }
            let of = named.layer.environment().unwrap_or(environment);
            // `join` keeps what is there: the first layer that has the name counts.
            figment =
                figment.join(Tokens { label: named.layer.label().to_owned(), profile: profile(of), tokens });
        }
        Self { figment, candidates }
    }

    /// Returns where the value of `setting` stands.
    pub(crate) fn winner(&self, setting: &Setting) -> Option<&Candidate> {
        let token = self.figment.find_value(&key(setting)).ok()?.to_u128()?;
        self.candidates.get(usize::try_from(token).ok()?)
    }
}

/// The first of a setting's names that is there, in every spelling that differs in case alone.
fn spellings(setting: &Setting, names: &[String]) -> Vec<String> {
    let of = |wanted: &str| -> Vec<String> {
        names.iter().filter(|name| name.eq_ignore_ascii_case(wanted)).cloned().collect()
    };
    setting.names().map(of).find(|found| !found.is_empty()).unwrap_or_default()
}

/// figment takes a dot for a path.
fn key(setting: &Setting) -> String {
    setting.name().to_ascii_lowercase().replace('.', "_")
}

fn profile(environment: &str) -> Profile {
    Profile::new(environment)
}

struct Tokens {
    label: String,
    profile: Profile,
    tokens: Dict,
}

impl Provider for Tokens {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.label.clone())
    }

    fn data(&self) -> Result<Map<Profile, Dict>, Error> {
        Ok(Map::from([(self.profile.clone(), self.tokens.clone())]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layer::MapLayer;
    use crate::schema::Kind;

    #[test]
    fn the_first_layer_of_the_environment_counts() {
        let schema = Schema::new().with(Setting::new("PORT", Kind::PORT).with_alias("HTTP_PORT"));
        let other = MapLayer::new("a").for_environment("staging");
        let ours = MapLayer::new("b").for_environment("production");
        let common = MapLayer::new("c");
        let named = |layer, name: &str| Named { layer, names: vec![name.to_owned()] };
        let layers = [named(&other as &dyn Layer, "PORT"), named(&ours, "http_port"), named(&common, "PORT")];
        let winner = |environment| {
            let merged = Merged::of(&schema, &layers, environment);
            merged.winner(&schema.settings()[0]).map(|candidate| candidate.layer)
        };
        assert_eq!(winner("production"), Some(1));
        assert_eq!(winner("staging"), Some(0));
        assert_eq!(winner("development"), Some(2));
    }

    #[test]
    fn figment_holds_numbers_alone() {
        let schema = Schema::new().with(Setting::new("DB_PASSWORD", Kind::Secret));
        let layer = MapLayer::new("env").with("DB_PASSWORD", "hunter2hunter2");
        let layers = [Named { layer: &layer, names: vec!["DB_PASSWORD".to_owned()] }];
        let merged = Merged::of(&schema, &layers, "production");
        assert!(!format!("{:?}", merged.figment).contains("hunter2"));
        assert!(format!("{:?}", merged.figment).contains("db_password"));
    }
}
