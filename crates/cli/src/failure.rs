//! What the program says when it cannot do what was asked: what, where, and what to do about it.

use std::error::Error;
use std::fmt::Write as _;
use std::io;
use std::process::ExitCode;

use reticent::core::{Attempt, ErrorKind, ReferenceError, SourceError, Visible};
use reticent::setup::SetupError;

use crate::exit::Exit;
use crate::output::one_line;

/// One or more problems, ready to be shown, and the exit code they lead to.
#[derive(Debug)]
pub(crate) struct Failure {
    exit: Exit,
    code: Option<u8>,
    problems: Vec<Problem>,
}

/// What `main` does with an error.
pub(crate) type Result<T> = std::result::Result<T, Failure>;

#[derive(Debug)]
struct Problem {
    message: String,
    hint: Option<String>,
}

impl Failure {
    /// A mistake of the caller: exit 2.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, message)
    }

    pub(crate) fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, code: None, problems: vec![Problem { message: message.into(), hint: None }] }
    }

    /// Adds what to do, to the last problem.
    pub(crate) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        if let Some(problem) = self.problems.last_mut() {
            problem.hint = Some(hint.into());
        }
        self
    }

    /// Joins several failures into one report.
    pub(crate) fn all(failures: Vec<Self>) -> Self {
        let exit = Exit::of_several(failures.iter().map(|failure| failure.exit));
        Self {
            exit,
            code: None,
            problems: failures.into_iter().flat_map(|failure| failure.problems).collect(),
        }
    }

    /// A file that could not be read or written.
    pub(crate) fn file(what: &str, path: &std::path::Path, error: &io::Error) -> Self {
        use io::ErrorKind as Kind;
        let exit = match error.kind() {
            Kind::PermissionDenied | Kind::ReadOnlyFilesystem => Exit::Denied,
            // Nothing there, or too large for a secret: what a source calls not found and malformed.
            Kind::NotFound | Kind::InvalidData => Exit::Findings,
            Kind::FileTooLarge if what == "read" => Exit::Findings,
            Kind::IsADirectory | Kind::NotADirectory | Kind::InvalidInput | Kind::InvalidFilename => {
                Exit::Usage
            }
            // A full disk, a broken one: the command was right.
            _ => Exit::Unavailable,
        };
        Self::new(exit, format!("cannot {what} {}: {error}", Visible(&path.to_string_lossy())))
    }

    /// Ends with another code than the contract's: `run` alone does, as other programs that start programs do.
    pub(crate) fn with_code(mut self, code: u8) -> Self {
        self.code = Some(code);
        self
    }

    pub(crate) fn code(&self) -> ExitCode {
        self.code.map_or_else(|| self.exit.into(), ExitCode::from)
    }

    /// Returns the report, one problem after the other, each on its line.
    pub(crate) fn render(&self, coloured: bool) -> String {
        let (error, hint) = match coloured {
            true => ("\u{1b}[1;31merror:\u{1b}[0m", "\u{1b}[1mhint:\u{1b}[0m"),
            false => ("error:", "hint:"),
        };
        let mut text = String::new();
        for problem in &self.problems {
            writeln!(text, "{error} {}", one_line(&problem.message)).expect("a string takes all text");
            if let Some(remedy) = &problem.hint {
                writeln!(text, "{hint} {}", one_line(remedy)).expect("a string takes all text");
            }
        }
        text
    }
}

impl From<SourceError> for Failure {
    fn from(error: SourceError) -> Self {
        let exit = Exit::of_kind(error.kind());
        let (failure, hint) = match error.key() {
            Some(name) if error.kind() == ErrorKind::NotFound && is_nowhere(&error) => {
                let places: Vec<String> = error.tried().iter().map(looked_in).collect();
                let message = format!("{}: not found. Looked in {}.", Visible(name), places.join(", "));
                let several = format!("set one of them, or run: reticent set {}", Visible(name));
                (Self::new(exit, message), if places.len() > 1 { Some(several) } else { None })
            }
            _ => (Self::new(exit, chain(&error)), None),
        };
        match hint.as_deref().or(error.hint()) {
            Some(hint) => failure.with_hint(hint),
            None => failure,
        }
    }
}

impl From<SetupError> for Failure {
    fn from(error: SetupError) -> Self {
        let failure = Self::usage(chain(&error));
        match error.hint() {
            Some(hint) => failure.with_hint(hint),
            None => failure,
        }
    }
}

impl From<ReferenceError> for Failure {
    fn from(error: ReferenceError) -> Self {
        Self::usage(error.to_string())
    }
}

/// Tells whether a name was looked for in places of its own and is in none of them. What is missing in the one place
/// that was asked for says more about itself.
fn is_nowhere(error: &SourceError) -> bool {
    let absent = |attempt: &Attempt| attempt.kind() == ErrorKind::NotFound;
    match error.tried() {
        [] => false,
        [only] => absent(only) && Some(only.place()) != error.key(),
        several => several.iter().all(absent),
    }
}

fn looked_in(attempt: &Attempt) -> String {
    let note = attempt.note().map_or(String::new(), |note| format!(" ({})", Visible(note)));
    format!("{}{note}", Visible(attempt.place()))
}

/// Writes an error and its causes on one line; a cause that the error has told already is not told again.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let told = error.to_string();
        if !text.ends_with(&told) {
            write!(text, ": {told}").expect("a string takes all text");
        }
        cause = error.source();
    }
    text
}
