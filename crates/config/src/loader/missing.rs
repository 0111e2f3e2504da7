//! What is said about a setting that is nowhere.

use reticent_core::{Attempt, Visible, closest};

use super::fetch::Names;
use crate::report::Problem;
use crate::schema::{Required, Schema, Setting};

/// Returns every place where `setting` was looked for in the first `count` layers.
pub(super) fn places(setting: &Setting, names: &Names<'_>, environment: &str, count: usize) -> Vec<Attempt> {
    let layers = names.0.iter().take(count).map(|named| named.layer);
    let active = layers.filter(|layer| layer.environment().is_none_or(|own| own == environment));
    let mut places: Vec<Attempt> = Vec::new();
    for layer in active {
        for place in setting.names().flat_map(|name| layer.places(name)) {
            if !places.contains(&place) {
                places.push(place);
            }
        }
    }
    places
}

/// Returns the name of a layer that was probably meant to be this setting, and the layer.
pub(super) fn misspelt(setting: &Setting, names: &Names<'_>, schema: &Schema) -> Option<String> {
    names.0.iter().find_map(|named| {
        let strangers = named.names.iter().filter(|name| schema.find(name).is_none());
        let meant = closest(setting.name(), strangers.map(String::as_str))?;
        Some(format!("{} of {}", Visible(meant), Visible(named.layer.label())))
    })
}

pub(super) fn problem(setting: &Setting, tried: &[Attempt], misspelt: Option<String>) -> Problem {
    let places: Vec<String> = tried.iter().map(|attempt| Visible(attempt.place()).to_string()).collect();
    let why = match setting.required() {
        Required::When(_) => format!(" (required {})", setting.required()),
        _ => String::new(),
    };
    if places.is_empty() {
        let problem = Problem::new("required", format!("not found; there is no source to look in{why}"));
        return problem.with_remedy(format!("give {} a value", setting.name()));
    }
    let problem = Problem::new("required", format!("not found; looked in {}{why}", places.join(", ")));
    let command = if setting.is_secret() {
        format!(", or run: reticent set {}", setting.name())
    } else {
        String::new()
    };
    let near = misspelt.map(|name| format!("; is {name} misspelt?")).unwrap_or_default();
    problem.with_remedy(format!("set it in one of these places{command}{near}"))
}
