//! The only way to stdout and stderr: data to the one, talk to the other.

use std::io::{self, IsTerminal, Write};

use reticent::core::Visible;

use crate::failure::Failure;

/// Writes data to stdout and talk to stderr.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Output {
    quiet: bool,
    verbose: bool,
    colour: bool,
}

impl Output {
    pub(crate) fn new(quiet: bool, verbose: bool, colour: bool) -> Self {
        Self { quiet, verbose, colour }
    }

    pub(crate) fn is_quiet(self) -> bool {
        self.quiet
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
            self.error(format!("{}\n", one_line(line.as_ref())));
        }
    }

    /// Says something only with `--verbose`.
    pub(crate) fn mention(self, line: impl AsRef<str>) {
        if self.verbose {
            self.error(format!("{}\n", one_line(line.as_ref())));
        }
    }

    /// Reports what went wrong.
    pub(crate) fn failure(self, failure: &Failure) {
        self.error(failure.render(self.colour));
    }

    /// Shows text on stderr whatever the options; a closed stderr is no reason to fail.
    pub(crate) fn error(self, text: impl AsRef<str>) {
        let _ = io::stderr().lock().write_all(text.as_ref().as_bytes());
    }
}

/// Makes a message harmless to a terminal and to a log: the names in it come from files, arguments and servers.
pub(crate) fn one_line(text: &str) -> String {
    harmless(text, |_| false)
}

/// Escapes what would act on a terminal, but for the characters that `kept` lets through.
pub(crate) fn harmless(text: &str, kept: impl Fn(char) -> bool) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if kept(character) {
            shown.push(character);
        } else {
            shown.push_str(&Visible(character.encode_utf8(&mut [0; 4])).to_string());
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_stays_one_line_however_long() {
        assert_eq!(one_line("a\nb\u{1b}[31m\u{202e}"), "a\\nb\\u{1b}[31m\\u{202e}");
        assert_eq!(one_line(&"x".repeat(500)).len(), 500);
        assert_eq!(one_line("\\u{1b} \"q\""), "\\u{1b} \"q\"");
    }
}
