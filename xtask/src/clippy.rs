//! Clippy over each target, with warnings denied by an argument rather than by `RUSTFLAGS`.
//!
//! `RUSTFLAGS` would rebuild every dependency; the argument reaches our own crates only.

use crate::{Error, Outcome, Project, process};

/// Runs clippy and passes its messages through.
pub(crate) fn check(project: &Project) -> Result<Outcome, Error> {
    let mut command =
        project.cargo(["clippy", "--quiet", "--workspace", "--all-targets", "--", "-D", "warnings"]);
    let ended = process::stream(&mut command, project.console(), |_| {})?;
    let refused = "clippy refuses the code; its messages are above".to_owned();
    Ok(Outcome::of(if ended.success() { Vec::new() } else { vec![refused] }))
}
