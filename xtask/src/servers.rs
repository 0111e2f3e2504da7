//! The real servers that tests run against.
//!
//! They are held by one program, `xtask/servers/hold.py`, in the Python that has their wheels: it has TLS and
//! certificates at hand, for which this tool would need dependencies. This module installs, starts it and hands over.
//! The program ends its servers when its standard input is closed, which the system sees to whatever becomes of us.

mod program;
mod standing;
mod supervisor;

use serde::Deserialize;

pub(crate) use program::hold;
pub(crate) use standing::{Standing, file_in};
pub(crate) use supervisor::Supervisor;

use crate::settings::Settings;
use crate::{Error, Project};

/// The list of servers that tests need.
pub(crate) const FILE: &str = "servers.toml";
/// What can be started; each has a module beside `hold.py`.
const KNOWN: [&str; 5] = ["openbao", "postgres", "moto", "ministack", "valkey"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    needed: Vec<String>,
}

/// Returns the servers that the tests need.
pub(crate) fn needed(project: &Project) -> Result<Vec<String>, Error> {
    let list: List = project.read_toml(FILE)?;
    known(&list.needed, FILE)?;
    Ok(list.needed)
}

/// Refuses a name that is no server's, whoever gives it.
pub(crate) fn known(names: &[String], whose: &str) -> Result<(), Error> {
    match names.iter().find(|name| !KNOWN.contains(&name.as_str())) {
        None => Ok(()),
        Some(name) => {
            Err(Error::new(format!("{whose} names {name}, which is no server that can be started"))
                .hint(format!("there are {}", KNOWN.join(", "))))
        }
    }
}

/// Returns which of these servers the environment names as running already, each with the file that says where.
pub(crate) fn given(project: &Project, names: &[String]) -> Result<Vec<(String, String)>, Error> {
    let Some(prefix) = Settings::load(project)?.given_server_env_prefix else { return Ok(Vec::new()) };
    let of = |name: &String| std::env::var(format!("{prefix}{}", name.to_uppercase())).ok();
    Ok(names.iter().filter_map(|name| Some((name.clone(), of(name)?))).collect())
}
