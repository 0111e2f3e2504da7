//! The two test runners: cargo-nextest where it is installed, else cargo's own. Same tests, same count.

use std::process::Command;

use crate::{Error, Project, process};

/// What runs the tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Runner {
    /// `cargo nextest run`: one process a test.
    Nextest,
    /// `cargo test`.
    Cargo,
}

/// Everything but benches, which would run as tests, and but documentation, which nextest cannot run.
const TARGETS: [&str; 6] = ["--workspace", "--lib", "--bins", "--tests", "--examples", "--no-fail-fast"];

impl Runner {
    /// Prefers cargo-nextest.
    ///
    /// # Errors
    /// cargo itself cannot be started.
    pub fn find(project: &Project) -> Result<Self, Error> {
        let installed = process::capture(&mut project.cargo(["nextest", "--version"]))?.success;
        Ok(if installed { Self::Nextest } else { Self::Cargo })
    }

    /// Prepares the run of every test that the filter fits.
    pub(super) fn command(self, project: &Project, filter: &[String]) -> Command {
        let mut command = match self {
            // That nothing ran is judged over both runs, by `Counts::violations`.
            Self::Nextest => project.cargo(["nextest", "run", "--no-tests", "pass"]),
            Self::Cargo => project.cargo(["test"]),
        };
        command.args(TARGETS).arg("--").args(filter);
        command
    }
}
