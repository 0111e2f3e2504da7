//! Known holes in dependencies: asked of cargo-deny where it and its database are at hand, else said aloud.
//!
//! The database comes from the network; a build that needs it would fail on a train. Hosted CI has it.

use std::path::{Path, PathBuf};

use crate::{Error, Outcome, Project, process};

/// Runs cargo-deny offline, or says that nothing was checked.
pub(crate) fn check(project: &Project) -> Result<Outcome, Error> {
    let installed = process::capture(&mut project.cargo(["deny", "--version"]))?.success;
    if !installed || !has_database(&cargo_home()) {
        return Ok(Outcome { unchecked: Some("no database".to_owned()), ..Outcome::default() });
    }
    let mut command = project.cargo(["deny", "--offline", "check", "advisories"]);
    let ended = process::stream(&mut command, project.console(), |_| {})?;
    let refused = "cargo-deny reports advisories; its messages are above".to_owned();
    Ok(Outcome::of(if ended.success() { Vec::new() } else { vec![refused] }))
}

fn cargo_home() -> PathBuf {
    let home = || PathBuf::from(std::env::var_os("HOME").unwrap_or_default()).join(".cargo");
    std::env::var_os("CARGO_HOME").map_or_else(home, PathBuf::from)
}

/// cargo-deny keeps a checkout for each database in this folder.
fn has_database(cargo_home: &Path) -> bool {
    std::fs::read_dir(cargo_home.join("advisory-dbs")).is_ok_and(|mut databases| databases.next().is_some())
}
