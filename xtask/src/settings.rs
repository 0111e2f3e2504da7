//! `[workspace.metadata.xtask]`: every name of the product that this tool needs, so that none is in its code.

use serde::Deserialize;

use crate::{Error, Project};

/// What the root manifest says about this tool's work.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Settings {
    /// The binary that tests and demonstrations start.
    pub(crate) program: Option<String>,
    /// The environment variable that tells them where it is.
    pub(crate) program_env: String,
    /// The environment variable that asks tests for their long form.
    pub(crate) long_env: String,
    /// The environment variable that tells tests where to report laws.
    pub(crate) law_dir_env: String,
    /// The environment variable that tells tests where a Python is that has the wheels; without it, none is installed.
    pub(crate) python_env: Option<String>,
    /// The environment variable that tells tests where the file is that says how to reach the servers.
    pub(crate) servers_env: Option<String>,
    /// What comes before a server's name, in capitals, in the variable that names a file about one that runs already.
    pub(crate) given_server_env_prefix: Option<String>,
    /// The environment variable that tells tests where this program is.
    pub(crate) xtask_env: Option<String>,
    /// What each report gives as its schema.
    pub(crate) law_schema: String,
    /// The package that holds the benchmarks.
    pub(crate) bench_package: Option<String>,
    /// What Python has besides itself while benchmarks run; `python-env` tells them where it is.
    pub(crate) bench_requirements: Option<String>,
    pub(crate) demo: Option<Demo>,
}

/// Two cargo command lines.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Demo {
    pub(crate) build: Vec<String>,
    pub(crate) run: Vec<String>,
}

#[derive(Deserialize)]
struct Root {
    workspace: Workspace,
}

#[derive(Deserialize)]
struct Workspace {
    metadata: Metadata,
}

#[derive(Deserialize)]
struct Metadata {
    xtask: Settings,
}

impl Settings {
    pub(crate) fn load(project: &Project) -> Result<Self, Error> {
        let root: Root = project.read_toml("Cargo.toml")?;
        Ok(root.workspace.metadata.xtask)
    }
}
