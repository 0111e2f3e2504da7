//! Which other tools would read a line differently.
//!
//! The decision: the file is read as each tool reads it, and values are compared; a list of suspicious characters
//! would cry wolf. The cost is a small reader for each dialect, held to what the tools were measured to do. Readers
//! work in wiped buffers, and a finding tells categories, never text.

mod compare;
mod finding;
mod plain;
mod read;
mod tool;

pub use finding::{Difference, Finding, FindingKind};
pub use tool::Tool;

use crate::document::Warning;
use crate::error::ParseErrorKind;
use crate::options::ParseOptions;
use crate::parse;

/// Tells what of a file is refused, overridden, or read differently by another tool, sorted by line.
///
/// The file is read in strict-literal mode, and the process environment counts as empty.
///
/// ```
/// let findings = reticent_dotenv::lint(b"API_KEY=abc#def\n");
/// assert_eq!(
///     format!(".env:{}", findings[0]),
///     ".env:1:1 API_KEY: \"#\" inside an unquoted value. Read here, by python-dotenv, dotenvy, dotenv-ng and \
///      Docker Compose as part of the value; Node dotenv and Ruby dotenv stop before it. Put the value in single \
///      quotes."
/// );
/// assert!(reticent_dotenv::lint(b"API_KEY='abc#def'\n").is_empty());
/// ```
#[must_use]
pub fn lint(bytes: &[u8]) -> Vec<Finding> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => return vec![Finding::refused(&parse::not_utf8(bytes, error.valid_up_to()))],
    };
    let (parsed, errors) = parse::scan(text, &ParseOptions::default());
    let mut findings: Vec<_> = errors.iter().map(Finding::refused).collect();
    for Warning::Duplicate { key, line, earlier } in &parsed.warnings {
        findings.push(Finding::duplicate(key, *line, *earlier));
    }
    // Two defects of quoting make everything behind them a matter of where a tool takes up the thread again.
    let is_torn = errors
        .iter()
        .any(|error| matches!(error.kind(), ParseErrorKind::OpenQuote | ParseErrorKind::TextAfterQuote));
    if !is_torn {
        findings.extend(compare::findings(text, &parsed));
    }
    findings.sort_by_key(|finding| (finding.line(), finding.column()));
    findings
}
