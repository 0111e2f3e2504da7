//! `check --rotation`: whether each secret can be rotated, and was.

use reticent::config::Report;
use reticent::core::{SecretRef, SourceError};
use reticent::settings::Prepared;
use reticent::setup::{Comparing, Finding, Rotation};
use serde_json::{Value, json};

use super::row::Row;
use crate::exit::Exit;
use crate::failure::{Failure, Result};

/// Judges each secret that was found, by the reference that reads it.
pub(super) async fn add(rows: &mut [Row], report: &Report, prepared: &Prepared) -> Result<()> {
    let comparing = Comparing::anew().map_err(|error| Failure::new(Exit::Unavailable, error.to_string()))?;
    let environment = report.environment();
    for (row, item) in rows.iter_mut().zip(report.items()) {
        let Some(at) = item.reference().filter(|_| item.is_secret()).and_then(readable) else { continue };
        let max_age = prepared.config().max_age(item.name(), Some(environment));
        match prepared.setup().rotation(&at, max_age, &comparing).await {
            Ok(rotation) => {
                row.tell("rotation", as_json(&rotation), Some(format!("rotation: {rotation}")));
                rotation.findings().iter().for_each(|finding| row.find(finding));
            }
            Err(error) => {
                row.tell("rotation", Value::Null, None);
                row.find(&failed(&error));
            }
        }
    }
    Ok(())
}

/// Reads the reference of an item. A sealed value is shown without what would read it, and has no versions.
fn readable(text: &str) -> Option<SecretRef> {
    text.parse().ok().filter(|at: &SecretRef| at.scheme() != "sealed")
}

fn failed(error: &SourceError) -> Finding {
    Finding::of_failure("rotation", error)
}

fn as_json(rotation: &Rotation) -> Value {
    let lease = rotation.lease().map(|lease| {
        json!({ "left_seconds": rotation.left().map(|left| left.as_secs()), "renewable": lease.is_renewable() })
    });
    let left = rotation.next().and(rotation.left());
    json!({
        "version": rotation.version().map(ToString::to_string),
        "age_seconds": rotation.age().map(|age| age.as_secs()),
        "max_age_seconds": rotation.max_age().map(|age| age.as_secs()),
        "previous": rotation.previous().as_str(),
        "lease": lease,
        "next_rotation_seconds": left.map(|left| left.as_secs()),
    })
}
