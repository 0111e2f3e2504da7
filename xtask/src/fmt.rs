//! Formatting: names the files only, since `cargo fmt --all` shows and mends the rest.

use std::path::Path;

use crate::{Error, Outcome, Project, process};

/// Asks rustfmt which files it would change.
pub(crate) fn check(project: &Project) -> Result<Outcome, Error> {
    let said = process::capture(&mut project.cargo(["fmt", "--all", "--", "--check", "--files-with-diff"]))?;
    let root = project.root().canonicalize().unwrap_or_else(|_| project.root().to_owned());
    let mut violations: Vec<String> = said
        .stdout
        .lines()
        .map(|file| format!("{}: not formatted; run `cargo fmt --all`", below(&root, file)))
        .collect();
    if !said.success && violations.is_empty() {
        violations.push(format!("rustfmt failed: {}", said.stderr.trim()));
    }
    violations.dedup();
    Ok(Outcome::of(violations))
}

fn below<'a>(root: &Path, file: &'a str) -> std::borrow::Cow<'a, str> {
    Path::new(file).strip_prefix(root).unwrap_or(Path::new(file)).to_string_lossy()
}
