//! The checkers that come as wheels: typos for words, taplo for TOML.

use crate::wheels;
use crate::{Error, Outcome, Project, process};

/// Runs typos over the tree.
pub(crate) fn typos(project: &Project) -> Result<Outcome, Error> {
    let mut command = wheels::tool(project, "typos")?;
    let said = process::capture(command.args(["--format", "brief", "--color", "never"]))?;
    let found = said.stdout.lines().map(|line| line.trim_start_matches("./").to_owned()).collect();
    told("typos", said, found)
}

/// Asks taplo which TOML files it would format otherwise.
pub(crate) fn taplo(project: &Project) -> Result<Outcome, Error> {
    let mut command = wheels::tool(project, "taplo")?;
    let said = process::capture(command.args(["fmt", "--check", "--colors", "never"]))?;
    // `ERROR taplo:format_files: the file is not properly formatted path="/…/a.toml"`
    let root = project.root().canonicalize().unwrap_or_else(|_| project.root().to_owned());
    let root = format!("{}/", root.to_string_lossy());
    let remedy = wheels::place_of(project, "taplo");
    let below_root = |path: &str| path.trim_start_matches(&root).to_owned();
    let unformatted = |line: &str| {
        let path = line.split_once("not properly formatted path=\"")?.1.strip_suffix('"')?;
        Some(format!("{}: not formatted; run `{} fmt`", below_root(path), remedy.display()))
    };
    // `  ┌─ /…/a.toml:2:1`
    let unreadable = |line: &str| {
        let place = line.trim_start().strip_prefix("┌─ ")?;
        Some(format!("{}: does not parse as TOML", below_root(place)))
    };
    let found =
        said.stderr.lines().filter_map(|line| unformatted(line).or_else(|| unreadable(line))).collect();
    told("taplo", said, found)
}

/// A tool that failed without naming a file must not look like a clean run.
fn told(tool: &str, said: process::Said, mut found: Vec<String>) -> Result<Outcome, Error> {
    if said.success {
        return Ok(Outcome::default());
    }
    if found.is_empty() {
        found.push(format!("{tool} failed: {}{}", said.stdout.trim(), said.stderr.trim()));
    }
    found.sort();
    Ok(Outcome::of(found))
}
