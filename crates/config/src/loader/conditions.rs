//! Whether a setting is in use.

use super::Found;
use crate::read;
use crate::schema::{Condition, Kind, Required, Schema, Setting};

/// Adds the switches that conditions name and nobody declares, so that they are looked for.
pub(super) fn with_switches(mut schema: Schema) -> Schema {
    let conditions: Vec<Condition> =
        schema.settings().iter().flat_map(|setting| setting.conditions().to_vec()).collect();
    for condition in conditions {
        let (name, kind) = match condition {
            Condition::IsOn(name) => (name, Kind::Flag),
            Condition::Equals(name, _) => (name, Kind::Text),
            _ => continue,
        };
        if schema.find(&name).is_none() {
            schema.add(Setting::new(name, kind).with_required(Required::Never).implied());
        }
    }
    schema
}

/// Tells whether all of `conditions` hold.
pub(crate) fn hold(conditions: &[Condition], environment: &str, found: &[&Found]) -> bool {
    conditions.iter().all(|condition| holds(condition, environment, found))
}

fn holds(condition: &Condition, environment: &str, found: &[&Found]) -> bool {
    let value_of = |name: &str| {
        let found = found.iter().find(|found| found.name.eq_ignore_ascii_case(name))?;
        #[expect(clippy::disallowed_methods, reason = "compared with what a condition asks, and not kept")]
        Some(found.value.expose_bytes())
    };
    match condition {
        Condition::InEnvironment(names) => names.iter().any(|name| name.eq_ignore_ascii_case(environment)),
        Condition::IsOn(name) => value_of(name).and_then(read::flag) == Some(true),
        Condition::Equals(name, value) => value_of(name).is_some_and(|found| found == value.as_bytes()),
        Condition::AnySet(prefix) => {
            let begins =
                |name: &str| name.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
            found.iter().any(|found| !found.is_default && begins(&found.name))
        }
    }
}
