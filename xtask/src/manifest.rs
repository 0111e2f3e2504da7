//! The workspace's manifests, read as TOML: these checks work when cargo cannot even resolve.

use serde::Deserialize;
use toml::{Table, Value};

use crate::{Error, Project, files};

/// A package of the workspace.
pub(crate) struct Member {
    pub(crate) name: String,
    /// Relative to the root.
    pub(crate) folder: String,
    pub(crate) manifest: Table,
}

#[derive(Deserialize)]
struct Root {
    workspace: Workspace,
}

#[derive(Deserialize)]
struct Workspace {
    members: Vec<String>,
}

/// Reads each member's manifest; `members` may end in `/*`, as cargo's own does.
pub(crate) fn members(project: &Project) -> Result<Vec<Member>, Error> {
    let root: Root = project.read_toml("Cargo.toml")?;
    let mut members = Vec::new();
    for pattern in &root.workspace.members {
        let Some(parent) = pattern.strip_suffix("/*") else {
            members.push(member(project, pattern)?);
            continue;
        };
        for name in files::folders_in(project.root(), parent)? {
            let folder = format!("{parent}/{name}");
            if project.root().join(&folder).join("Cargo.toml").is_file() {
                members.push(member(project, &folder)?);
            }
        }
    }
    Ok(members)
}

fn member(project: &Project, folder: &str) -> Result<Member, Error> {
    let file = format!("{folder}/Cargo.toml");
    let manifest: Table = project.read_toml(&file)?;
    let package = manifest.get("package").and_then(Value::as_table);
    let name = package.and_then(|package| package.get("name")).and_then(Value::as_str);
    let name = name.ok_or_else(|| Error::new(format!("{file} names no package")))?.to_owned();
    Ok(Member { name, folder: folder.to_owned(), manifest })
}

impl Member {
    /// Returns a string of `[package]`, if it is stated here and not inherited.
    pub(crate) fn package_text(&self, key: &str) -> Option<&str> {
        self.manifest.get("package")?.get(key)?.as_str()
    }
}
