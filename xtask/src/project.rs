//! The workspace that a step works on: its root, its build folder, its tools and its console.
//!
//! Every step takes a `Project` and knows no other path, so that a test can hand it a small workspace in a
//! temporary folder with one planted violation.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::{Console, Error, process};

/// A cargo workspace, and where to put what is made for it.
#[derive(Clone, Debug)]
pub struct Project {
    root: PathBuf,
    target: PathBuf,
    tools: PathBuf,
    python: PathBuf,
    console: Console,
}

#[derive(Deserialize)]
struct Located {
    workspace_root: PathBuf,
    target_directory: PathBuf,
}

impl Project {
    /// Takes the workspace at `root`, building into `target`.
    #[must_use]
    pub fn at(root: &Path, target: &Path, console: Console) -> Self {
        Self {
            root: root.to_owned(),
            target: target.to_owned(),
            tools: target.join("tools"),
            python: PathBuf::from("python3"),
            console,
        }
    }

    /// Finds the workspace around the working directory.
    ///
    /// # Errors
    /// `cargo metadata` fails: no manifest, or one that does not parse.
    pub fn find() -> Result<Self, Error> {
        let said = process::capture(without_parent_package(&mut Command::new("cargo")).args([
            "metadata",
            "--no-deps",
            "--format-version",
            "1",
        ]))?;
        if !said.success {
            return Err(Error::new(format!("cargo metadata failed: {}", said.stderr.trim())));
        }
        let located: Located = serde_json::from_str(&said.stdout)
            .map_err(|cause| Error::new("cannot read the answer of cargo metadata").because(cause))?;
        Ok(Self::at(&located.workspace_root, &located.target_directory, Console::stdout()))
    }

    /// Shares the installed tools of another build folder.
    #[must_use]
    pub fn with_tools(mut self, tools: &Path) -> Self {
        tools.clone_into(&mut self.tools);
        self
    }

    /// Uses this Python to install tools, in place of `python3`.
    #[must_use]
    pub fn with_python(mut self, python: &Path) -> Self {
        python.clone_into(&mut self.python);
        self
    }

    /// Returns the workspace's root folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Returns the build folder.
    #[must_use]
    pub fn target(&self) -> &Path {
        &self.target
    }

    pub(crate) fn tools(&self) -> &Path {
        &self.tools
    }

    /// Where the servers are installed: beside the tools, since they are shared as those are.
    pub(crate) fn servers(&self) -> PathBuf {
        self.tools.with_file_name("servers")
    }

    pub(crate) fn python(&self) -> &Path {
        &self.python
    }

    /// Returns where to talk.
    #[must_use]
    pub fn console(&self) -> &Console {
        &self.console
    }

    /// Prepares a cargo command in the root that builds into the project's folder.
    pub(crate) fn cargo<I: AsRef<std::ffi::OsStr>>(&self, arguments: impl IntoIterator<Item = I>) -> Command {
        let mut command = Command::new("cargo");
        without_parent_package(&mut command);
        command.args(arguments).current_dir(&self.root).env("CARGO_TARGET_DIR", &self.target);
        command
    }

    /// Reads a file named relative to the root.
    pub(crate) fn read(&self, file: &str) -> Result<String, Error> {
        std::fs::read_to_string(self.root.join(file))
            .map_err(|cause| Error::new(format!("cannot read {file}")).because(cause))
    }

    /// Reads a TOML file named relative to the root.
    pub(crate) fn read_toml<T: DeserializeOwned>(&self, file: &str) -> Result<T, Error> {
        toml::from_str(&self.read(file)?)
            .map_err(|cause| Error::new(format!("cannot read {file}")).because(cause))
    }
}

/// Forgets what `cargo run` told us about our own package.
///
/// Build scripts that watch those variables (`ring` watches `CARGO_PKG_NAME` and more) would otherwise be run
/// again after each change between `cargo build` and `cargo xtask test`.
fn without_parent_package(command: &mut Command) -> &mut Command {
    const OURS: [&str; 4] = ["CARGO_MANIFEST_", "CARGO_PKG_", "CARGO_BIN_", "CARGO_CRATE_NAME"];
    for (name, _) in std::env::vars_os() {
        if OURS.iter().any(|ours| name.to_string_lossy().starts_with(ours)) {
            command.env_remove(name);
        }
    }
    command
}
