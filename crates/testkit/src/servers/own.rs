//! The process that holds the servers of one test.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use reticent_core::{Field, Secret};

use super::error::ServersError;

/// Holds servers for as long as it lives.
pub(super) struct Holder {
    child: Child,
    /// Closed, it ends the servers; only the drop takes it.
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Holder {
    /// Starts the servers, and returns what is said of them when all answer.
    pub(super) fn start(program: &OsStr, names: &[&str]) -> Result<(Self, Secret), ServersError> {
        let mut command = Command::new(program);
        command.args(["servers", "own"]).args(names).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = in_own_group(&mut command).spawn().map_err(|cause| {
            ServersError::new(format!("cannot run {}: {cause}", program.to_string_lossy()))
        })?;
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().expect("its output is piped"));
        let mut holder = Self { child, input, output };
        let said = holder.line()?;
        let is_told = said.field(&Field::parse("schema").expect("a plain word")).is_ok();
        if is_told { Ok((holder, said)) } else { Err(holder.failure(&said)) }
    }

    /// Gives one order, and waits until it is carried out.
    pub(super) fn obey(&mut self, order: &str) -> Result<(), ServersError> {
        let gone =
            |cause| ServersError::new(format!("cannot {order}: what holds the servers is gone: {cause}"));
        let input = self.input.as_mut().expect("only the drop takes it");
        writeln!(input, "{order}").map_err(gone)?;
        let said = self.line()?;
        match said.field(&Field::parse("error").expect("a plain word")) {
            Ok(error) => Err(ServersError::new(format!("cannot {order}: {}", text_of(&error)))),
            Err(_) => Ok(()),
        }
    }

    fn line(&mut self) -> Result<Secret, ServersError> {
        let mut line = Vec::new();
        let read = self.output.read_until(b'\n', &mut line);
        read.map_err(|cause| ServersError::new(format!("cannot hear what holds the servers: {cause}")))?;
        Ok(Secret::from_vec(line))
    }

    /// The servers did not come up: all that is said is the reason.
    fn failure(&mut self, first: &Secret) -> ServersError {
        let mut rest = String::new();
        if let Err(cause) = self.output.read_to_string(&mut rest) {
            rest = cause.to_string();
        }
        let said = format!("{}{rest}", text_of(first));
        let why = said.trim().trim_start_matches("error: ");
        let why = if why.is_empty() { "what holds them ended without a word" } else { why };
        ServersError::new(format!("the servers did not come up: {why}"))
    }
}

#[expect(clippy::disallowed_methods, reason = "into the text of an error: it is a failure, told for people")]
fn text_of(said: &Secret) -> String {
    String::from_utf8_lossy(said.expose_bytes()).into_owned()
}

impl Drop for Holder {
    fn drop(&mut self) {
        drop(self.input.take());
        drop(self.child.wait());
    }
}

/// A Ctrl-C on the terminal is for the test; what holds the servers notices its end.
#[cfg(unix)]
fn in_own_group(command: &mut Command) -> &mut Command {
    std::os::unix::process::CommandExt::process_group(command, 0)
}

#[cfg(not(unix))]
fn in_own_group(command: &mut Command) -> &mut Command {
    command
}
