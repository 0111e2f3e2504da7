//! The process that holds the servers of one run.

use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde::Deserialize;

use crate::{Error, Project};

/// A running `xtask servers own`; dropped, it ends with all its servers.
pub(crate) struct Supervisor {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

/// What the program's first line says of itself.
#[derive(Deserialize)]
struct Told {
    folder: PathBuf,
}

impl Supervisor {
    /// Starts it and does not wait. Its input is ours alone: when we end, however we do, it notices.
    pub(crate) fn start(project: &Project, names: &[String]) -> Result<Self, Error> {
        Self::spawn(project, &["own", "--shared"], names, Stdio::piped())
    }

    /// Starts one that goes on when we have ended.
    pub(crate) fn start_to_stay(project: &Project, names: &[String]) -> Result<Self, Error> {
        Self::spawn(project, &["own", "--shared", "--stay"], names, Stdio::null())
    }

    fn spawn(project: &Project, words: &[&str], names: &[String], input: Stdio) -> Result<Self, Error> {
        let cannot = |cause| Error::new("cannot start what holds the servers").because(cause);
        let mut command = Command::new(std::env::current_exe().map_err(cannot)?);
        command.arg("servers").args(words).args(names).current_dir(project.root());
        command.env("CARGO_TARGET_DIR", project.target()).stdin(input).stdout(Stdio::piped());
        let mut child = in_own_group(&mut command).spawn().map_err(cannot)?;
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().expect("its output is piped"));
        Ok(Self { child, input, output })
    }

    /// Waits until all servers answer, and returns the folder of this run.
    pub(crate) fn ready(&mut self) -> Result<PathBuf, Error> {
        let cannot = |cause| Error::new("cannot read what holds the servers").because(cause);
        let mut line = String::new();
        self.output.read_line(&mut line).map_err(cannot)?;
        if let Ok(Told { folder }) = serde_json::from_str(&line) {
            return Ok(folder);
        }
        self.output.read_to_string(&mut line).map_err(cannot)?;
        let why = line.trim().trim_start_matches("error: ");
        let why = if why.is_empty() { "what holds them ended without a word" } else { why };
        Err(Error::new(format!("the servers did not come up: {why}")))
    }

    /// Ends all servers, and returns what became of those that ended before.
    pub(crate) fn end(mut self) -> Result<Vec<String>, Error> {
        let cannot = |cause| Error::new("cannot read what holds the servers").because(cause);
        drop(self.input.take());
        let mut said = String::new();
        self.output.read_to_string(&mut said).map_err(cannot)?;
        let is_fine = self.child.wait().map_err(cannot)?.success();
        if is_fine {
            return Ok(Vec::new());
        }
        Ok(said.split("error: ").map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect())
    }
}

impl Drop for Supervisor {
    fn drop(&mut self) {
        // One that stays has no input; it must not be waited for.
        if self.input.take().is_some() {
            drop(self.child.wait());
        }
    }
}

/// A Ctrl-C on the terminal is for us; what we started notices our end.
#[cfg(unix)]
fn in_own_group(command: &mut Command) -> &mut Command {
    std::os::unix::process::CommandExt::process_group(command, 0)
}

#[cfg(not(unix))]
fn in_own_group(command: &mut Command) -> &mut Command {
    command
}
