//! What is wrong with a text that should name a secret.

use std::fmt;

use crate::text::Visible;

/// Why a reference, a name or a version could not be read, and in which column.
///
/// Of the text it repeats parameter names alone, since what stands in a wrong place may be a value.
///
/// ```
/// use reticent_core::SecretRef;
///
/// let error = "env://".parse::<SecretRef>().unwrap_err();
/// assert_eq!(error.column(), 7);
/// assert_eq!(error.to_string(), "column 7: the path is empty");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReferenceError {
    column: usize,
    problem: Problem,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Problem {
    NoScheme,
    SchemeForm,
    EmptyPath,
    ControlCharacter,
    Credentials,
    EscapeForm,
    EscapeNotText,
    MissingParameter,
    NoParameterValue(String),
    UnknownParameter { name: String, meant: Option<&'static str> },
    RepeatedParameter(String),
    VersionForm,
    EmptyField,
    PointerEscape,
    NameForm,
}

impl ReferenceError {
    pub(super) fn at(column: usize, problem: Problem) -> Self {
        Self { column, problem }
    }

    /// For [`SecretName`](crate::SecretName), whose only defect is its form.
    pub(crate) fn name_form(column: usize) -> Self {
        Self::at(column, Problem::NameForm)
    }

    /// Moves an error of a part to the column where the part begins.
    pub(super) fn moved_by(mut self, columns: usize) -> Self {
        self.column += columns;
        self
    }

    /// Returns the column of the defect, counted in characters from 1.
    #[must_use]
    pub fn column(&self) -> usize {
        self.column
    }
}

impl fmt::Display for ReferenceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "column {}: ", self.column)?;
        match &self.problem {
            Problem::NoScheme => f.write_str("no scheme; a reference is written scheme://path"),
            Problem::SchemeForm => f.write_str("a scheme is lower-case letters, digits, + - and ."),
            Problem::EmptyPath => f.write_str("the path is empty"),
            Problem::ControlCharacter => f.write_str("control characters are not allowed here"),
            Problem::Credentials => f.write_str("credentials do not belong in a reference"),
            Problem::EscapeForm => {
                f.write_str("% starts an escape of two hex digits; write %25 for a percent sign")
            }
            Problem::EscapeNotText => f.write_str("the escapes are not UTF-8 text"),
            Problem::MissingParameter => f.write_str("a parameter is missing after ?"),
            Problem::NoParameterValue(name) => {
                write!(f, "parameter \"{0}\" has no value; write {0}=…", Visible(name))
            }
            Problem::UnknownParameter { name, meant } => {
                write!(f, "unknown parameter \"{}\"", Visible(name))?;
                meant.map_or(Ok(()), |meant| write!(f, "; did you mean \"{meant}\"?"))
            }
            Problem::RepeatedParameter(name) => write!(f, "parameter \"{}\" is given twice", Visible(name)),
            Problem::VersionForm => f.write_str("a version is 1 to 256 visible characters"),
            Problem::EmptyField => f.write_str("the field is empty"),
            Problem::PointerEscape => f.write_str("in a JSON pointer ~ stands before 0 or 1 only"),
            Problem::NameForm => f.write_str(
                "a name is 1 to 255 letters, digits, _ - . and /, begins with a letter, digit or _, and has no \
                 empty, . or .. part",
            ),
        }
    }
}

impl std::error::Error for ReferenceError {}
