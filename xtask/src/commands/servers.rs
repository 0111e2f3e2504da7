//! `cargo xtask servers`: the place of the real servers that tests will run against.
//!
//! No test needs one yet, so there is nothing here but the list, and a refusal should the list grow before this
//! module does: a test that needs a server must never pass without it.

use serde::Deserialize;

use super::{Command, Ending, unknown};
use crate::{Error, Project};

pub(super) const COMMAND: Command = Command {
    name: "servers",
    usage: "servers up|down|status",
    about: "starts, stops or shows the servers that tests need",
    help: "The list is servers.toml. `cargo xtask test` starts what it needs by itself.",
    run,
};

const FILE: &str = "servers.toml";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Servers {
    needed: Vec<String>,
}

fn run(project: &Project, arguments: &[String]) -> Result<Ending, Error> {
    match arguments {
        [verb] if ["up", "down", "status"].contains(&verb.as_str()) => {
            project.console().line(&needed(project)?);
            Ok(Ending::Fine)
        }
        _ => Ok(unknown(arguments)),
    }
}

/// Says which servers the tests need.
pub(crate) fn needed(project: &Project) -> Result<String, Error> {
    let servers: Servers = project.read_toml(FILE)?;
    if servers.needed.is_empty() {
        return Ok(format!("servers: no test needs a server yet ({FILE} lists none)"));
    }
    Err(Error::new(format!(
        "{FILE} lists {}, and xtask cannot start a server yet",
        servers.needed.join(", ")
    )))
}
