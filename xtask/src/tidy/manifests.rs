//! Rules about the crates' manifests: what is inherited from the workspace is stated once.

use toml::{Table, Value};

use super::Finding;
use super::rules::TidyRules;
use crate::manifest::{self, Member};
use crate::{Error, Project};

const INHERITED: [&str; 4] = ["version", "edition", "rust-version", "license"];
const DEPENDENCY_TABLES: [&str; 3] = ["dependencies", "dev-dependencies", "build-dependencies"];

/// Checks each member's manifest.
pub(super) fn check(rules: &TidyRules, project: &Project) -> Result<Vec<Finding>, Error> {
    let mut found = Vec::new();
    for member in manifest::members(project)? {
        let mut messages = folder_name(rules, &member);
        messages.extend(inheritance(&member));
        messages.extend(dependencies(&member.manifest));
        let targets = member.manifest.get("target").and_then(Value::as_table);
        for platform in targets.into_iter().flat_map(Table::values).filter_map(Value::as_table) {
            messages.extend(dependencies(platform));
        }
        let path = format!("{}/Cargo.toml", member.folder);
        found.extend(
            messages.into_iter().map(|message| Finding::new("manifest", &path, format!("{path}: {message}"))),
        );
    }
    Ok(found)
}

/// The listing of `crates/` is the map: a folder is called as its package, without the common beginning.
fn folder_name(rules: &TidyRules, member: &Member) -> Vec<String> {
    let Some(folder) = member.folder.strip_prefix("crates/") else { return Vec::new() };
    let want = member.name.strip_prefix(&rules.package_prefix).unwrap_or(&member.name);
    if want == folder {
        return Vec::new();
    }
    vec![format!("package `{}` lies in `crates/{folder}`; its folder is `crates/{want}`", member.name)]
}

fn inheritance(member: &Member) -> Vec<String> {
    let inherits =
        |table: Option<&Value>| table.and_then(|it| it.get("workspace")) == Some(&Value::Boolean(true));
    let package = member.manifest.get("package");
    let mut messages = Vec::new();
    for key in INHERITED {
        if !inherits(package.and_then(|package| package.get(key))) {
            messages.push(format!("write `{key}.workspace = true`"));
        }
    }
    if !inherits(member.manifest.get("lints")) {
        messages.push("write `[lints]` with `workspace = true`".to_owned());
    }
    messages
}

fn dependencies(table: &Table) -> Vec<String> {
    let mut messages = Vec::new();
    for kind in DEPENDENCY_TABLES {
        let listed = table.get(kind).and_then(Value::as_table);
        for (name, dependency) in listed.into_iter().flatten() {
            if dependency.get("workspace") != Some(&Value::Boolean(true)) {
                messages.push(format!(
                    "`{name}` states its own source; put it under [workspace.dependencies] and write \
                     `{name}.workspace = true`"
                ));
            }
        }
    }
    messages
}
