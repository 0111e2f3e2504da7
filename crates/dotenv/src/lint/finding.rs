//! What was found, as data and as a sentence.

use std::fmt;
use std::sync::Arc;

use super::tool::Tool;
use crate::document::Quoting;
use crate::error::{ParseError, ParseErrorKind};
use crate::key;

/// How a tool reads a line that it does not read as we do.
///
/// ```
/// use reticent_dotenv::{Difference, Tool};
///
/// let findings = reticent_dotenv::lint(b"A=$(date)");
/// assert!(findings[0].differences().iter().any(|(how, tools)| {
///     *how == Difference::RunsCommand && tools.contains(&Tool::Ruby)
/// }));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Difference {
    /// It runs a command in a shell and takes what that prints.
    RunsCommand,
    /// It replaces a variable.
    ReplacesVariable,
    /// It stops at `#`.
    StopsAtHash,
    /// It takes `#` and what follows for a part of the value.
    KeepsHash,
    /// It keeps quotes that we take off.
    KeepsQuotes,
    /// It takes off quotes that we keep.
    TakesQuotesOff,
    /// It reads a backslash differently.
    ReadsBackslash,
    /// It reads some other value.
    ReadsOtherwise,
    /// It leaves the line out.
    LeavesOut,
    /// It refuses the whole file.
    Refuses,
}

impl Difference {
    /// Returns the stable token for JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RunsCommand => "runs_command",
            Self::ReplacesVariable => "replaces_variable",
            Self::StopsAtHash => "stops_at_hash",
            Self::KeepsHash => "keeps_hash",
            Self::KeepsQuotes => "keeps_quotes",
            Self::TakesQuotesOff => "takes_quotes_off",
            Self::ReadsBackslash => "reads_backslash",
            Self::ReadsOtherwise => "reads_otherwise",
            Self::LeavesOut => "leaves_out",
            Self::Refuses => "refuses",
        }
    }

    /// What one tool does, and what several do.
    const fn verbs(self) -> (&'static str, &'static str) {
        match self {
            Self::RunsCommand => ("runs the command", "run the command"),
            Self::ReplacesVariable => ("replaces the variable", "replace the variable"),
            Self::StopsAtHash => ("stops before it", "stop before it"),
            Self::KeepsHash => ("takes it for a part of the value", "take it for a part of the value"),
            Self::KeepsQuotes => ("keeps the quotes", "keep the quotes"),
            Self::TakesQuotesOff => ("takes the quotes off", "take the quotes off"),
            Self::ReadsBackslash => ("reads the backslash differently", "read the backslash differently"),
            Self::ReadsOtherwise => ("reads another value", "read another value"),
            Self::LeavesOut => ("leaves the line out", "leave the line out"),
            Self::Refuses => ("refuses the file", "refuse the file"),
        }
    }
}

/// What kind of thing was found.
///
/// ```
/// use reticent_dotenv::{FindingKind, lint};
///
/// assert_eq!(lint(b"A=1\nA=2")[0].kind(), FindingKind::Duplicate { earlier: 1 });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FindingKind {
    /// The line cannot be read here.
    Refused(ParseErrorKind),
    /// The key is set on an earlier line too.
    Duplicate {
        /// That line.
        earlier: usize,
    },
    /// Other tools read the line differently.
    ReadDifferently,
}

/// One thing that was found. `Display` is a sentence that begins with the place.
///
/// ```
/// let findings = reticent_dotenv::lint(b"A=x\nDB=two words");
/// assert_eq!((findings[0].line(), findings[0].key()), (2, Some("DB")));
/// assert_eq!(findings[0].remedy(), "put the value in single quotes");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    line: usize,
    column: usize,
    key: Option<Arc<str>>,
    kind: FindingKind,
    /// What stands there, as a clause.
    cause: &'static str,
    differences: Vec<(Difference, Vec<Tool>)>,
    agreeing: Vec<Tool>,
    remedy: &'static str,
}

/// What is known about a line that other tools read differently.
pub(super) struct Comparison<'a> {
    pub(super) line: usize,
    pub(super) column: usize,
    pub(super) key: &'a str,
    pub(super) quoting: Quoting,
    pub(super) differences: Vec<(Difference, Vec<Tool>)>,
    pub(super) agreeing: Vec<Tool>,
    /// How the value would be written so that more tools agree.
    pub(super) better: Option<Quoting>,
}

impl Finding {
    pub(super) fn refused(error: &ParseError) -> Self {
        Self {
            line: error.line(),
            column: error.column(),
            key: error.key().map(Arc::from),
            kind: FindingKind::Refused(error.kind()),
            cause: error.message(),
            differences: Vec::new(),
            agreeing: Vec::new(),
            remedy: error.remedy(),
        }
    }

    pub(super) fn duplicate(key: &str, line: usize, earlier: usize) -> Self {
        Self {
            line,
            column: 1,
            key: shown(key),
            kind: FindingKind::Duplicate { earlier },
            cause: "the key is set again; here the last one counts, and dotenvy keeps the first",
            differences: Vec::new(),
            agreeing: Vec::new(),
            remedy: "remove one of them",
        }
    }

    pub(super) fn read_differently(comparison: Comparison<'_>) -> Self {
        let Comparison { line, column, key, quoting, differences, agreeing, better } = comparison;
        let is_posix = is_posix_name(key);
        let remedy = match better {
            _ if !is_posix => "use letters, digits and _ in the key, and no digit first",
            Some(Quoting::Unquoted) => "write the value without quotes",
            Some(Quoting::Single) => "put the value in single quotes",
            Some(Quoting::Double) => r#"put the value in double quotes, with a backslash before \ " and $"#,
            None => {
                "no other form is read the same by more tools; share the file only among those that agree"
            }
        };
        let cause = if is_posix { cause(quoting, &differences) } else { "a key that is no POSIX name" };
        let kind = FindingKind::ReadDifferently;
        Self { line, column, key: shown(key), kind, cause, differences, agreeing, remedy }
    }

    /// Returns the line, counted from 1.
    #[must_use]
    pub fn line(&self) -> usize {
        self.line
    }

    /// Returns the column, counted in characters from 1.
    #[must_use]
    pub fn column(&self) -> usize {
        self.column
    }

    /// Returns the key, where it looks like a name that a person gave.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }

    /// Returns the kind.
    #[must_use]
    pub fn kind(&self) -> FindingKind {
        self.kind
    }

    /// Returns the tools that read the line differently, by how they do.
    #[must_use]
    pub fn differences(&self) -> &[(Difference, Vec<Tool>)] {
        &self.differences
    }

    /// Returns the tools that read the line as we do.
    #[must_use]
    pub fn agreeing(&self) -> &[Tool] {
        &self.agreeing
    }

    /// Returns what to do about it.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        self.remedy
    }

    /// How we and those who agree read the line.
    fn reading(&self) -> &'static str {
        match self.differences.first() {
            Some((Difference::StopsAtHash, _)) => "as part of the value",
            Some((Difference::KeepsHash, _)) => "as a comment",
            Some((Difference::RunsCommand | Difference::ReplacesVariable, _)) => "literally",
            _ => "as it stands",
        }
    }
}

fn shown(key: &str) -> Option<Arc<str>> {
    key::is_plausible(key).then(|| key.into())
}

fn is_posix_name(key: &str) -> bool {
    !key.starts_with(|first: char| first.is_ascii_digit())
        && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn cause(quoting: Quoting, differences: &[(Difference, Vec<Tool>)]) -> &'static str {
    let first = differences.first().map(|(difference, _)| *difference);
    match (first, quoting) {
        (Some(Difference::RunsCommand | Difference::ReplacesVariable), Quoting::Unquoted) => {
            r#""$" in an unquoted value"#
        }
        (Some(Difference::RunsCommand | Difference::ReplacesVariable), Quoting::Double) => {
            r#""$" in double quotes"#
        }
        (Some(Difference::RunsCommand | Difference::ReplacesVariable), Quoting::Single) => {
            r#""$" in single quotes"#
        }
        (Some(Difference::StopsAtHash), _) => r##""#" inside an unquoted value"##,
        (Some(Difference::KeepsHash), _) => r##""#" where a value begins"##,
        (Some(Difference::ReadsBackslash), _) => "a backslash in the value",
        (Some(Difference::TakesQuotesOff), _) => "a quote around an unquoted value",
        (Some(Difference::KeepsQuotes), _) => "quotes that not every tool takes off",
        (_, Quoting::Unquoted) => "an unquoted value that not every tool can read",
        _ => "a value that not every tool can read",
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{} ", self.line, self.column)?;
        if let Some(key) = self.key() {
            write!(f, "{key}: ")?;
        }
        f.write_str(self.cause)?;
        if let FindingKind::Duplicate { earlier } = self.kind {
            write!(f, " (line {earlier})")?;
        }
        f.write_str(".")?;
        if !self.differences.is_empty() {
            self.write_readings(f)?;
        }
        let mut remedy = self.remedy.chars();
        let first: String = remedy.next().into_iter().flat_map(char::to_uppercase).collect();
        write!(f, " {first}{}.", remedy.as_str())
    }
}

impl Finding {
    fn write_readings(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(" Read here")?;
        if !self.agreeing.is_empty() {
            f.write_str(", by ")?;
            write_tools(f, &self.agreeing)?;
        }
        write!(f, " {}", self.reading())?;
        for (difference, tools) in &self.differences {
            f.write_str("; ")?;
            let count = write_tools(f, tools)?;
            let (one, several) = difference.verbs();
            write!(f, " {}", if count == 1 { one } else { several })?;
        }
        f.write_str(".")
    }
}

/// Writes the names; a tool that only adds substitution goes with the one that it is added to.
fn write_tools(f: &mut fmt::Formatter<'_>, tools: &[Tool]) -> Result<usize, fmt::Error> {
    let goes_with = |tool: &Tool| match tool {
        Tool::NodeExpand => tools.contains(&Tool::Node),
        Tool::DotenvNgSubstituting => tools.contains(&Tool::DotenvNg),
        _ => false,
    };
    let named: Vec<_> = tools.iter().filter(|tool| !goes_with(tool)).collect();
    for (index, tool) in named.iter().enumerate() {
        let before = match index {
            0 => "",
            _ if index + 1 == named.len() => " and ",
            _ => ", ",
        };
        write!(f, "{before}{tool}")?;
    }
    Ok(named.len())
}
