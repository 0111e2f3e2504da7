//! How a value comes in: from standard input or a file, never from the command line.

use std::fs::File;
use std::io::{self, IsTerminal, Read, Write};
use std::path::Path;

use reticent::core::{Secret, SecretBuffer};
use reticent::files::Newline;

use crate::exit::Exit;
use crate::failure::{Failure, Result};

/// The largest value that is read: 1 MiB, as the largest that backends hold.
const LIMIT: usize = 1 << 20;

/// What a terminal sends for Ctrl-C while it sends no signals.
const CTRL_C: u8 = 3;

/// Where a value is read from.
#[derive(clap::Args, Debug)]
pub(crate) struct ValueInput {
    /// Reads the value from this file, byte for byte, instead of standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) from_file: Option<std::path::PathBuf>,
    /// Keeps a newline at the end of standard input; without it one is taken off
    #[arg(long, conflicts_with = "from_file")]
    pub(crate) keep_newline: bool,
}

impl ValueInput {
    /// Reads the value; on a terminal it asks without an echo.
    pub(crate) fn read(&self, prompt: &str) -> Result<Secret> {
        if let Some(path) = &self.from_file {
            return from_file(path);
        }
        let mut buffer = SecretBuffer::new();
        if io::stdin().is_terminal() {
            read_quietly(&mut buffer, prompt)?;
        } else {
            buffer.read_to_end(unbuffered_stdin()?, LIMIT).map_err(|error| stdin_failure(&error))?;
        }
        let newline = if self.keep_newline { Newline::Kept } else { Newline::OneStripped };
        newline.take_off(&mut buffer);
        Ok(buffer.into_secret())
    }
}

/// Reads a file of at most 1 MiB, byte for byte.
pub(crate) fn from_file(path: &Path) -> Result<Secret> {
    let mut buffer = SecretBuffer::new();
    let file = File::open(path).map_err(|error| Failure::file("read", path, &error))?;
    buffer.read_to_end(file, LIMIT).map_err(|error| Failure::file("read", path, &error))?;
    Ok(buffer.into_secret())
}

/// Standard input without the library's buffer, which would keep a copy.
fn unbuffered_stdin() -> Result<File> {
    use std::os::fd::AsFd as _;
    let descriptor = io::stdin().as_fd().try_clone_to_owned();
    descriptor.map(File::from).map_err(|error| stdin_failure(&error))
}

fn stdin_failure(error: &io::Error) -> Failure {
    Failure::new(Exit::Usage, format!("cannot read the value from standard input: {error}"))
}

/// Asks on the terminal with the echo off, and reads one line.
fn read_quietly(buffer: &mut SecretBuffer, prompt: &str) -> Result<()> {
    use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
    let terminal = unbuffered_stdin()?;
    let before = tcgetattr(&terminal).map_err(|error| stdin_failure(&error.into()))?;
    let mut silent = before.clone();
    // Signals are off too: a Ctrl-C that killed us here would leave the terminal without its echo.
    silent.local_modes.remove(LocalModes::ECHO | LocalModes::ISIG);
    silent.local_modes.insert(LocalModes::ECHONL);
    let _ = write!(io::stderr(), "{prompt}: ");
    tcsetattr(&terminal, OptionalActions::Flush, &silent).map_err(|error| stdin_failure(&error.into()))?;
    let read = read_line(&terminal, buffer);
    let _ = tcsetattr(&terminal, OptionalActions::Now, &before);
    read.map_err(|error| stdin_failure(&error))
}

fn read_line(mut terminal: &File, buffer: &mut SecretBuffer) -> io::Result<()> {
    let mut byte = zeroize::Zeroizing::new([0_u8; 1]);
    while buffer.len() <= LIMIT && terminal.read(&mut byte[..])? == 1 {
        match byte[0] {
            CTRL_C => return Err(io::Error::new(io::ErrorKind::Interrupted, "cancelled")),
            other => buffer.push(other),
        }
        if byte[0] == b'\n' {
            break;
        }
    }
    Ok(())
}
