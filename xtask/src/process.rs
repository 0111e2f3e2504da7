//! Starts other programs, in the three ways that the steps need.
//!
//! No program gets our standard input, except where a person may be typing ([`inherit`]).

use std::io::{BufRead, BufReader, Read};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Sender};
use std::thread;

use crate::{Console, Error};

/// What a program that was run to its end said.
pub(crate) struct Said {
    pub(crate) success: bool,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs to the end and keeps both streams.
pub(crate) fn capture(command: &mut Command) -> Result<Said, Error> {
    let output = command.stdin(Stdio::null()).output().map_err(|cause| cannot_start(command, cause))?;
    Ok(Said {
        success: output.status.success(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    })
}

/// Runs with our own streams, for programs that a person watches.
pub(crate) fn inherit(command: &mut Command) -> Result<ExitStatus, Error> {
    command.status().map_err(|cause| cannot_start(command, cause))
}

/// Passes each line of both streams through to the console and to `read`, as it comes.
pub(crate) fn stream(
    command: &mut Command,
    console: &Console,
    mut read: impl FnMut(&str),
) -> Result<ExitStatus, Error> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    if console.is_terminal() {
        command.env("CARGO_TERM_COLOR", "always");
    }
    let mut child = command.spawn().map_err(|cause| cannot_start(command, cause))?;
    let (lines, arriving) = mpsc::channel();
    let readers = [
        child.stdout.take().map(|pipe| forward(pipe, lines.clone())),
        child.stderr.take().map(|pipe| forward(pipe, lines)),
    ];
    for line in arriving {
        console.line(&line);
        read(&without_colour(&line));
    }
    for reader in readers.into_iter().flatten() {
        // A reader cannot panic: it only reads and sends.
        drop(reader.join());
    }
    child.wait().map_err(|cause| cannot_start(command, cause))
}

fn forward(pipe: impl Read + Send + 'static, lines: Sender<String>) -> thread::JoinHandle<()> {
    thread::spawn(move || {
        let mut pipe = BufReader::new(pipe);
        let mut bytes = Vec::new();
        while pipe.read_until(b'\n', &mut bytes).is_ok_and(|count| count > 0) {
            let line = String::from_utf8_lossy(&bytes).trim_end_matches(['\n', '\r']).to_owned();
            if lines.send(line).is_err() {
                return;
            }
            bytes.clear();
        }
    })
}

/// Drops terminal colour sequences, so that a summary reads the same on a terminal and in a pipe.
fn without_colour(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        if character != '\u{1b}' {
            plain.push(character);
            continue;
        }
        for skipped in characters.by_ref() {
            if skipped.is_ascii_alphabetic() {
                break;
            }
        }
    }
    plain
}

fn cannot_start(command: &Command, cause: std::io::Error) -> Error {
    Error::new(format!("cannot run `{}`", command.get_program().to_string_lossy())).because(cause)
}

#[cfg(test)]
mod tests {
    use super::without_colour;

    #[test]
    fn colour_is_dropped_and_text_kept() {
        assert_eq!(without_colour("\u{1b}[32;1m  Summary\u{1b}[0m [ 1s]"), "  Summary [ 1s]");
    }
}
