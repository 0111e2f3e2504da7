//! Formatting: names the files only, since `cargo fmt --all` shows and mends the rest.

use std::path::Path;

use crate::{Error, Outcome, Project, process};

/// The workspaces of the repository; fuzz targets are their own, since they need other flags.
const MANIFESTS: [&str; 2] = ["Cargo.toml", "fuzz/Cargo.toml"];

/// Asks rustfmt which files it would change.
pub(crate) fn check(project: &Project) -> Result<Outcome, Error> {
    let mut violations = Vec::new();
    for manifest in MANIFESTS {
        if project.root().join(manifest).is_file() {
            violations.extend(unformatted(project, manifest)?);
        }
    }
    violations.dedup();
    Ok(Outcome::of(violations))
}

fn unformatted(project: &Project, manifest: &str) -> Result<Vec<String>, Error> {
    let remedy = match manifest {
        "Cargo.toml" => "cargo fmt --all".to_owned(),
        _ => format!("cargo fmt --all --manifest-path {manifest}"),
    };
    let mut command = project.cargo(["fmt", "--all", "--manifest-path", manifest]);
    let said = process::capture(command.args(["--", "--check", "--files-with-diff"]))?;
    let root = project.root().canonicalize().unwrap_or_else(|_| project.root().to_owned());
    let mut violations: Vec<String> = said
        .stdout
        .lines()
        .map(|file| format!("{}: not formatted; run `{remedy}`", below(&root, file)))
        .collect();
    if !said.success && violations.is_empty() {
        violations.push(format!("rustfmt failed: {}", said.stderr.trim()));
    }
    Ok(violations)
}

fn below<'a>(root: &Path, file: &'a str) -> std::borrow::Cow<'a, str> {
    Path::new(file).strip_prefix(root).unwrap_or(Path::new(file)).to_string_lossy()
}
