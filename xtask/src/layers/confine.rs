//! Third-party crates, and paths into them, that only some of our crates may name.

use super::rules::{LayerRules, fits};
use crate::metadata::Metadata;
use crate::rust_source::RustSource;
use crate::{Error, Project, files, manifest};

/// Reports members that declare a crate which is confined to others.
pub(super) fn confined_crates(rules: &LayerRules, metadata: &Metadata) -> Vec<String> {
    let mut violations = Vec::new();
    for package in metadata.members() {
        for dependency in &package.dependencies {
            let rule = rules.confine.iter().find(|(pattern, _)| fits(pattern, &dependency.name));
            let Some((_, allowed)) = rule.filter(|(_, allowed)| !allowed.contains(&package.name)) else {
                continue;
            };
            violations.push(format!(
                "{} → {}: confined to {} by layers.toml; reach it through that crate",
                package.name,
                dependency.name,
                allowed.join(", "),
            ));
        }
    }
    violations.dedup();
    violations
}

/// Reports source lines that write a confined path.
pub(super) fn confined_paths(rules: &LayerRules, project: &Project) -> Result<Vec<String>, Error> {
    if rules.confine_paths.is_empty() {
        return Ok(Vec::new());
    }
    let mut violations = Vec::new();
    for member in manifest::members(project)? {
        for file in files::below(project.root(), &member.folder, "rs")? {
            let source = RustSource::new(project.read(&file)?);
            for (path, allowed) in &rules.confine_paths {
                if allowed.contains(&member.name) {
                    continue;
                }
                for line in source.lines_with_code(path) {
                    let allowed = allowed.join(", ");
                    violations
                        .push(format!("{file}:{line}: `{path}` is confined to {allowed} by layers.toml"));
                }
            }
        }
    }
    Ok(violations)
}
