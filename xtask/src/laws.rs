//! Whether the conformance laws ran: what a test run reported, against what `conformance.toml` pins.
//!
//! A suite that shrinks is green as well; counting is what notices.

mod pins;
mod reports;

pub(crate) use pins::Pins;

use crate::settings::Settings;
use crate::{Error, Outcome, Project};

/// Where the laws of a run are reported, below the build folder.
pub(crate) const FOLDER: &str = "conformance";

/// Compares the last run's reports with the pins.
pub(crate) fn check(project: &Project) -> Result<Outcome, Error> {
    let pins = Pins::load(project)?;
    let schema = Settings::load(project)?.law_schema;
    let ran = reports::read(&project.target().join(FOLDER), &schema)?;
    let mut violations = Vec::new();
    for (source, pin) in pins.iter() {
        match ran.get(source) {
            Some(laws) => violations.extend(reports::differences(source, pin, laws)),
            None => violations.push(format!("{source}: no law ran, conformance.toml pins {}", pin.laws)),
        }
    }
    for (source, laws) in ran.iter().filter(|(source, _)| pins.get(source).is_none()) {
        let count = laws.len();
        violations.push(format!(
            "{source}: {count} laws ran and conformance.toml does not know it; add `[{source}]` with `laws = {count}`"
        ));
    }
    let total: usize = ran.values().map(std::collections::BTreeMap::len).sum();
    let notes = vec![format!("{total} laws over {} sources", ran.len())];
    let none_pinned =
        pins.iter().next().is_none().then(|| "no source is pinned in conformance.toml".to_owned());
    Ok(Outcome { violations, notes, unchecked: none_pinned })
}
