//! Our reading of each entry beside the others'.

use std::collections::BTreeMap;

use super::finding::{Comparison, Difference, Finding};
use super::read::{self, Reading, Value, Variables};
use super::tool::Tool;
use crate::document::{Entry, Quoting};
use crate::parse::Parsed;
use crate::render;

/// A file as one tool reads it, with and without variables.
struct Others {
    tool: Tool,
    replaced: Reading,
    kept: Reading,
}

impl Others {
    fn of(tool: Tool, text: &str) -> Self {
        let read = |variables| read::as_tool(tool, text, variables);
        Self { tool, replaced: read(Variables::Replaced), kept: read(Variables::Kept) }
    }
}

/// Compares every entry that counts.
pub(super) fn findings(text: &str, parsed: &Parsed) -> Vec<Finding> {
    // Each tool's own loader takes the mark off.
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    let others: Vec<_> = Tool::ALL.iter().map(|tool| Others::of(*tool, body)).collect();
    let counts = |index: usize, entry: &Entry| parsed.latest.get(entry.key()) == Some(&index);
    let entries = parsed.entries.iter().enumerate().filter(|(index, entry)| counts(*index, entry));
    entries.filter_map(|(_, entry)| finding(text, entry, &others)).collect()
}

fn finding(text: &str, entry: &Entry, others: &[Others]) -> Option<Finding> {
    let ours = Ours::of(text, entry);
    let mut differences: BTreeMap<Difference, Vec<Tool>> = BTreeMap::new();
    let mut agreeing = Vec::new();
    for other in others {
        match ours.difference(other) {
            Some(difference) => differences.entry(difference).or_default().push(other.tool),
            None => agreeing.push(other.tool),
        }
    }
    if differences.is_empty() {
        return None;
    }
    let better = ours.better_form(agreeing.len());
    Some(Finding::read_differently(Comparison {
        line: entry.line(),
        column: entry.column(),
        key: entry.key(),
        quoting: entry.quoting(),
        differences: differences.into_iter().collect(),
        agreeing,
        better,
    }))
}

/// One entry as we read it.
struct Ours<'a> {
    entry: &'a Entry,
    value: &'a str,
    written: &'a str,
    lines: std::ops::RangeInclusive<usize>,
}

impl<'a> Ours<'a> {
    fn of(text: &'a str, entry: &'a Entry) -> Self {
        #[expect(clippy::disallowed_methods, reason = "compared with what other tools read, and not copied")]
        let value = entry.value().expose_text().expect("the parser reads text");
        let written = &text[entry.value_span()];
        // `\r\n` ends one line.
        let more_lines = written.matches(['\n', '\r']).count() - written.matches("\r\n").count();
        Self { entry, value, written, lines: entry.line()..=entry.line() + more_lines }
    }

    fn difference(&self, other: &Others) -> Option<Difference> {
        if other.replaced.refused().iter().any(|line| self.lines.contains(line)) {
            return Some(Difference::Refuses);
        }
        let key = self.entry.key();
        match (other.replaced.get(key), other.kept.get(key).and_then(Value::text)) {
            (None | Some(Value::Unset), _) => Some(Difference::LeavesOut),
            (Some(Value::RanCommand), _) => Some(Difference::RunsCommand),
            (Some(Value::Text(theirs)), _) if theirs.as_str() == self.value => None,
            (Some(Value::Text(_)), Some(kept)) if kept == self.value => Some(Difference::ReplacesVariable),
            (Some(Value::Text(theirs)), _) => Some(self.how(theirs.as_str())),
        }
    }

    fn how(&self, theirs: &str) -> Difference {
        let is_bare = self.entry.quoting() == Quoting::Unquoted;
        let cut = self.value.strip_prefix(theirs).map(str::trim_start);
        let more = theirs.strip_prefix(self.value).map(str::trim_start);
        let quote = theirs.chars().next().filter(|quote| theirs.len() > 1 && theirs.ends_with(*quote));
        if is_bare && cut.is_some_and(|cut| cut.starts_with('#')) {
            Difference::StopsAtHash
        } else if is_bare && more.is_some_and(|more| more.starts_with('#')) {
            Difference::KeepsHash
        } else if self.written.contains('\\') {
            Difference::ReadsBackslash
        } else if self.written.contains('$') {
            Difference::ReplacesVariable
        } else if !is_bare && quote.is_some_and(|quote| matches!(quote, '\'' | '"')) {
            Difference::KeepsQuotes
        } else if is_bare && self.written.starts_with('`') {
            Difference::TakesQuotesOff
        } else {
            Difference::ReadsOtherwise
        }
    }

    /// Returns the form in which more than `agreeing` tools read the value as we do.
    fn better_form(&self, agreeing: usize) -> Option<Quoting> {
        let line = render::render_entry("K", self.entry.value()).ok()?.into_secret();
        #[expect(clippy::disallowed_methods, reason = "read as other tools would, in wiped buffers")]
        let line = line.expose_text().ok()?;
        let reads_same = |tool: &Tool| {
            let reading = read::as_tool(*tool, line, Variables::Replaced);
            reading.refused().is_empty() && reading.get("K").and_then(Value::text) == Some(self.value)
        };
        let same = Tool::ALL.iter().filter(|tool| reads_same(tool)).count();
        let form = match line.as_bytes().get("K=".len()) {
            Some(b'\'') => Quoting::Single,
            Some(b'"') => Quoting::Double,
            _ => Quoting::Unquoted,
        };
        (same > agreeing).then_some(form)
    }
}
