//! The reports that the conformance tests leave: one small JSON file a law.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use super::pins::Pin;
use crate::{Error, files};

/// What became of a law: `None` when it passed, else why it does not apply.
type Verdict = Option<String>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Report {
    schema: String,
    source: String,
    law: String,
    status: Status,
    reason: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Status {
    Passed,
    NotApplicable,
}

/// Reads every report below the folder: source → law → verdict.
pub(super) fn read(
    folder: &Path,
    schema: &str,
) -> Result<BTreeMap<String, BTreeMap<String, Verdict>>, Error> {
    let mut laws: BTreeMap<String, BTreeMap<String, Verdict>> = BTreeMap::new();
    for file in files::below(folder, ".", "json")? {
        let cannot = || Error::new(format!("cannot read the law's report {file}"));
        let text = std::fs::read_to_string(folder.join(&file)).map_err(|cause| cannot().because(cause))?;
        let report: Report = serde_json::from_str(&text).map_err(|cause| cannot().because(cause))?;
        if report.schema != schema {
            let other = format!("its schema is `{}` and not `{schema}`", report.schema);
            return Err(cannot().because(Error::new(other)));
        }
        let verdict = match report.status {
            Status::Passed => None,
            Status::NotApplicable => Some(report.reason.unwrap_or_default()),
        };
        if laws.entry(report.source).or_default().insert(report.law, verdict).is_some() {
            return Err(cannot().because(Error::new("another file reports the same law of the same source")));
        }
    }
    Ok(laws)
}

/// Reports how one source's run differs from its pin.
pub(super) fn differences(source: &str, pin: &Pin, laws: &BTreeMap<String, Verdict>) -> Vec<String> {
    let mut differences = Vec::new();
    if laws.len() != pin.laws {
        differences.push(format!("{source}: {} laws ran, conformance.toml pins {}", laws.len(), pin.laws));
    }
    for (law, reason) in laws.iter().filter_map(|(law, verdict)| Some((law, verdict.as_ref()?))) {
        match pin.not_applicable.get(law) {
            None => differences.push(format!(
                "{source}: law `{law}` does not apply (\"{reason}\"), and conformance.toml does not say so"
            )),
            Some(pinned) if pinned != reason => differences.push(format!(
                "{source}: law `{law}` does not apply because \"{reason}\"; conformance.toml says \"{pinned}\""
            )),
            Some(_) => {}
        }
    }
    for law in pin.not_applicable.keys().filter(|law| laws.get(*law).is_none_or(Option::is_none)) {
        differences.push(format!(
            "{source}: conformance.toml says that law `{law}` does not apply; it did not report so"
        ));
    }
    differences
}
