//! The only way to stdout and stderr: data to the one, talk to the other.

use std::io::{self, IsTerminal, Write};

/// Writes data to stdout and talk to stderr.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Output {
    quiet: bool,
    verbose: bool,
}

impl Output {
    pub(crate) fn new(quiet: bool, verbose: bool) -> Self {
        Self { quiet, verbose }
    }

    pub(crate) fn stdout_is_terminal(self) -> bool {
        io::stdout().is_terminal()
    }

    /// Writes bytes as they are.
    pub(crate) fn data(self, bytes: &[u8]) -> io::Result<()> {
        let mut stdout = io::stdout().lock();
        stdout.write_all(bytes)?;
        stdout.flush()
    }

    /// Writes a line of data.
    pub(crate) fn line(self, line: impl AsRef<str>) -> io::Result<()> {
        let mut stdout = io::stdout().lock();
        stdout.write_all(line.as_ref().as_bytes())?;
        stdout.write_all(b"\n")?;
        stdout.flush()
    }

    /// Says something to the person; `--quiet` silences it.
    pub(crate) fn say(self, line: impl AsRef<str>) {
        if !self.quiet {
            self.error(format!("{}\n", line.as_ref()));
        }
    }

    /// Says something only with `--verbose`.
    pub(crate) fn mention(self, line: impl AsRef<str>) {
        if self.verbose {
            self.error(format!("{}\n", line.as_ref()));
        }
    }

    /// Shows text on stderr whatever the options; a closed stderr is no reason to fail.
    pub(crate) fn error(self, text: impl AsRef<str>) {
        let _ = io::stderr().lock().write_all(text.as_ref().as_bytes());
    }
}
