//! What is said about a setting that is nowhere.

use reticent_core::{Attempt, Visible};

use super::fetch::Names;
use crate::report::Problem;
use crate::schema::Setting;

/// Returns every place where `setting` was looked for.
pub(super) fn places(setting: &Setting, names: &Names<'_>, environment: &str) -> Vec<Attempt> {
    let layers = names.0.iter().map(|named| named.layer);
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

pub(super) fn problem(setting: &Setting, tried: &[Attempt]) -> Problem {
    let places: Vec<String> = tried.iter().map(|attempt| Visible(attempt.place()).to_string()).collect();
    let why = match setting.required() {
        crate::schema::Required::When(_) => format!(" (required {})", setting.required()),
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
    problem.with_remedy(format!("set it in one of these places{command}"))
}
