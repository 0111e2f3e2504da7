//! How a value comes in: from standard input or a file, never from the command line.

use std::fs::File;
use std::io::{self, IsTerminal as _};
use std::path::Path;

use reticent::core::{Secret, SecretBuffer};
use reticent::files::Newline;

use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::output::Output;

/// The largest value that is read: 1 MiB, as the largest that backends hold.
const VALUE_LIMIT: usize = 1 << 20;

/// The largest file of many values that is read: 16 MiB, as the largest `.env` that is looked into.
pub(crate) const FILE_LIMIT: usize = 16 << 20;

/// Where a value is read from.
#[derive(clap::Args, Debug)]
pub(crate) struct ValueInput {
    /// Reads the value from this file, byte for byte, instead of standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) from_file: Option<std::path::PathBuf>,
    /// Keeps a newline at the end of standard input; without it one is taken off
    #[arg(long)]
    pub(crate) keep_newline: bool,
}

impl ValueInput {
    /// Reads the value; on a terminal it asks without an echo.
    pub(crate) fn read(&self, prompt: &str, output: Output) -> Result<Secret> {
        if let Some(path) = &self.from_file {
            return from_file(path, VALUE_LIMIT);
        }
        let stdin = unbuffered_stdin()?;
        let mut buffer = SecretBuffer::new();
        let is_terminal = stdin.is_terminal();
        if is_terminal {
            crate::prompt::ask(&mut buffer, &stdin, prompt, VALUE_LIMIT)
                .map_err(|error| stdin_failure(&error))?;
        } else {
            buffer.read_to_end(&stdin, VALUE_LIMIT).map_err(|error| stdin_failure(&error))?;
            let newline = if self.keep_newline { Newline::Kept } else { Newline::OneStripped };
            newline.take_off(&mut buffer);
        }
        if buffer.is_empty() {
            // A closed standard input is /dev/null by now: nobody has given a value, not even an empty one.
            if is_terminal || is_device(&stdin) {
                return Err(Failure::usage("no value came from standard input, so nothing was written")
                    .with_hint("printf '' | reticent set NAME writes an empty value"));
            }
            output.say("warning: the value is empty");
        }
        Ok(buffer.into_secret())
    }
}

fn is_device(file: &File) -> bool {
    use std::os::unix::fs::FileTypeExt as _;
    file.metadata().is_ok_and(|metadata| metadata.file_type().is_char_device())
}

/// Reads a file of at most `limit` bytes, byte for byte.
pub(crate) fn from_file(path: &Path, limit: usize) -> Result<Secret> {
    let mut buffer = SecretBuffer::new();
    let file = File::open(path).map_err(|error| Failure::file("read", path, &error))?;
    buffer.read_to_end(file, limit).map_err(|error| Failure::file("read", path, &error))?;
    Ok(buffer.into_secret())
}

/// Standard input without the library's buffer, which would keep a copy.
fn unbuffered_stdin() -> Result<File> {
    use std::os::fd::AsFd as _;
    let descriptor = io::stdin().as_fd().try_clone_to_owned();
    descriptor.map(File::from).map_err(|error| stdin_failure(&error))
}

fn stdin_failure(error: &io::Error) -> Failure {
    let exit = if error.kind() == io::ErrorKind::FileTooLarge { Exit::Findings } else { Exit::Usage };
    Failure::new(exit, format!("cannot read the value from standard input: {error}"))
}
