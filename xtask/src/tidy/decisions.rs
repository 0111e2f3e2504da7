//! Decision records: numbered once, named for what they decide, and all in the index.

use std::collections::BTreeMap;

use super::{Finding, architecture};
use crate::{Error, Project, files};

const FOLDER: &str = "docs/adr";

/// Checks names, numbers and links.
pub(super) fn check(project: &Project) -> Result<Vec<Finding>, Error> {
    let index = project.read(architecture::FILE).ok();
    let mut numbers: BTreeMap<String, String> = BTreeMap::new();
    let mut found = Vec::new();
    for path in files::below(project.root(), FOLDER, "md")? {
        let name = path.rsplit('/').next().unwrap_or(&path);
        let mut complain = |message: String| found.push(Finding::new("decision", &path, message));
        match number_of(name) {
            None => complain(format!("{path}: call it `NNNN-title-in-lower-case.md`")),
            Some(number) => {
                if let Some(other) = numbers.insert(number.to_owned(), path.clone()) {
                    complain(format!("{path}: {other} has the number {number} too"));
                }
            }
        }
        if index.as_ref().is_some_and(|index| !index.contains(&format!("adr/{name}"))) {
            complain(format!("{path}: not linked from {}", architecture::FILE));
        }
    }
    Ok(found)
}

fn number_of(name: &str) -> Option<&str> {
    let (number, title) = name.strip_suffix(".md")?.split_once('-')?;
    let is_number = number.len() == 4 && number.chars().all(|digit| digit.is_ascii_digit());
    let is_plain =
        |character: char| character.is_ascii_lowercase() || character.is_ascii_digit() || character == '-';
    (is_number && !title.is_empty() && title.chars().all(is_plain)).then_some(number)
}
