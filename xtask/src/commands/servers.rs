//! `cargo xtask servers`: the real servers, for people and for tests that need some of their own.

use std::path::PathBuf;
use std::process::Command as Program;

use super::{Command, Ending, unknown};
use crate::servers::{self, Standing, Supervisor};
use crate::settings::Settings;
use crate::{Error, Project};

pub(super) const COMMAND: Command = Command {
    name: "servers",
    usage: "servers up|down|status|own [NAME…]",
    about: "starts, ends or shows the servers that tests need",
    help: "The list is servers.toml; `cargo xtask test` starts what it needs by itself, and ends it.\n\
        `up` starts them for a person, who ends them with `down`, and says what to export; `status` says which answer.\n\
        `own` holds servers for one test: it prints a line of JSON when all answer, takes `pause NAME`, `resume NAME`,\n\
        `kill NAME` and `restart NAME` on its standard input, one a line, and ends them all when that is closed.\n\
        A server that runs already is used by `test` and `up` when the environment names a file that says where it is.",
    run,
};

fn run(project: &Project, arguments: &[String]) -> Result<Ending, Error> {
    let Some((verb, rest)) = arguments.split_first() else { return Ok(unknown(arguments)) };
    let (options, names): (Vec<_>, Vec<_>) = rest.iter().cloned().partition(|word| word.starts_with("--"));
    match (verb.as_str(), options.as_slice()) {
        ("up", []) => up(project, names),
        ("down", []) if names.is_empty() => down(project),
        ("status", []) if names.is_empty() => status(project),
        ("own", options) if !names.is_empty() => own(project, options, &names),
        _ => Ok(unknown(arguments)),
    }
}

fn up(project: &Project, names: Vec<String>) -> Result<Ending, Error> {
    if Standing::find(project).is_some() {
        project.console().line("servers: they are up already");
        return status(project);
    }
    let names = if names.is_empty() { servers::needed(project)? } else { names };
    if names.is_empty() {
        return none_needed(project);
    }
    servers::known(&names, "the command line")?;
    let folder = Supervisor::start_to_stay(project, &names)?.ready()?;
    Standing::remember(project, &folder)?;
    status(project)
}

fn down(project: &Project) -> Result<Ending, Error> {
    let said = match Standing::find(project) {
        Some(standing) => standing.end().map(|()| "servers: down")?,
        None => "servers: none is up",
    };
    project.console().line(said);
    Ok(Ending::Fine)
}

fn status(project: &Project) -> Result<Ending, Error> {
    let Some(standing) = Standing::find(project) else {
        if servers::needed(project)?.is_empty() {
            return none_needed(project);
        }
        project.console().line("servers: none is up; `cargo xtask servers up` starts them");
        return Ok(Ending::Fine);
    };
    for (name, state) in standing.states()? {
        project.console().line(&format!("{name:<10}  {state}"));
    }
    let settings = Settings::load(project)?;
    let file: PathBuf = standing.file();
    if let Some(variable) = &settings.servers_env {
        project.console().line(&format!("export {variable}={}", file.display()));
    }
    if let (Some(variable), Ok(program)) = (&settings.xtask_env, std::env::current_exe()) {
        project.console().line(&format!("export {variable}={}", program.display()));
    }
    Ok(Ending::Fine)
}

fn none_needed(project: &Project) -> Result<Ending, Error> {
    project.console().line(&format!("servers: no test needs a server yet ({} lists none)", servers::FILE));
    Ok(Ending::Fine)
}

/// Becomes the program that holds the servers.
fn own(project: &Project, options: &[String], names: &[String]) -> Result<Ending, Error> {
    if let Some(other) = options.iter().find(|option| !["--shared", "--stay"].contains(&option.as_str())) {
        return Ok(unknown(std::slice::from_ref(other)));
    }
    servers::known(names, "the command line")?;
    let has = |word: &str| options.iter().any(|option| option == word);
    // What a test has of its own it may well kill, so none that somebody else runs.
    let given = if has("--shared") { servers::given(project, names)? } else { Vec::new() };
    become_program(servers::hold(project, names, &given, has("--stay"))?)
}

/// Its process and streams are ours, so that whoever started us holds it.
#[cfg(unix)]
fn become_program(mut program: Program) -> Result<Ending, Error> {
    let cause = std::os::unix::process::CommandExt::exec(&mut program);
    Err(Error::new(format!("cannot run `{}`", program.get_program().to_string_lossy())).because(cause))
}

#[cfg(not(unix))]
fn become_program(_: Program) -> Result<Ending, Error> {
    Err(Error::new("the servers need a Unix system"))
}
