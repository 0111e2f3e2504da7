//! The table of the detection rules that are shipped, from the files that the crate itself is built from.

use std::collections::BTreeSet;

use serde::Deserialize;

use crate::{Error, Project, files};

/// Where the files stand, in the order of the table.
const FOLDERS: [&str; 2] = ["crates/detect/data/generic", "crates/detect/data/vendors"];

/// What the table shows of a file; the crate's own loader knows and checks the rest.
#[derive(Deserialize)]
struct RuleFile {
    vendor: String,
    #[serde(default)]
    rule: Vec<Rule>,
}

#[derive(Deserialize)]
struct Rule {
    id: String,
    title: String,
    severity: String,
    #[serde(default = "usual_confidence")]
    confidence: f64,
    #[serde(default)]
    role: String,
    #[serde(default)]
    checksum: String,
    #[serde(default)]
    structure: String,
}

/// That of a rule which states none, as the crate has it.
fn usual_confidence() -> f64 {
    0.9
}

pub(super) fn render(project: &Project) -> Result<String, Error> {
    let mut lines = vec![
        "| vendor | rule | finds | severity | confidence | verified by |".to_owned(),
        "|---|---|---|---|---|---|".to_owned(),
    ];
    let mut vendors = BTreeSet::new();
    for folder in FOLDERS {
        for name in files::below(project.root(), folder, "toml")? {
            let file: RuleFile = project.read_toml(&name)?;
            lines.extend(file.rule.iter().map(|rule| row(&file.vendor, rule)));
            vendors.insert(file.vendor);
        }
    }
    if vendors.is_empty() {
        return Ok("No rule is shipped yet.".to_owned());
    }
    let of = vendors.iter().filter(|vendor| *vendor != "generic").count();
    Ok(format!("Rules: {}. Vendors: {of}.\n\n{}", lines.len() - 2, lines.join("\n")))
}

fn row(vendor: &str, rule: &Rule) -> String {
    let Rule { id, title, severity, confidence, role, checksum, structure } = rule;
    let verified = [checksum, structure].into_iter().find(|word| !word.is_empty());
    let verified = verified.map_or_else(|| "–".to_owned(), |word| format!("`{word}`"));
    let note = match &**role {
        "identifier" => " (an identifier: half of it counts)",
        "public" => " (may be shown: never told)",
        _ => "",
    };
    format!("| {vendor} | `{id}` | {title}{note} | {severity} | {confidence} | {verified} |")
}
