//! A file as another tool reads it.
//!
//! The decision: each dialect is a small reader over the same cursor, written from the tool's documented grammar and
//! from what it was measured to do; quirks that change a value are kept, and nothing is ever run. The process
//! environment counts as empty, as it did when the matrix was measured. Where a tool refuses a file, the reader notes
//! the place and goes on with the next line, so that one defect does not hide the next.

mod compose;
mod dotenvy;
mod ng;
mod node;
mod pattern;
mod python;
mod ruby;
mod template;

#[cfg(test)]
mod tests;

use std::cell::Cell;
use std::collections::HashMap;

use super::plain::Plain;
use super::tool::Tool;
use crate::cursor::Cursor;

/// Thirty lines that each name the one before twice make a terabyte.
const LARGEST_TOTAL: usize = 16 << 20;

/// Whether a reader replaces variables.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Variables {
    Replaced,
    Kept,
}

/// What a tool makes of a value.
pub(super) enum Value {
    Text(Plain),
    /// The key is known and has no value.
    Unset,
    /// A command was run for it; what that printed is unknown.
    RanCommand,
}

impl Value {
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text.as_str()),
            _ => None,
        }
    }
}

/// What a tool makes of a file.
#[derive(Default)]
pub(super) struct Reading {
    entries: Vec<Value>,
    /// The last of equal keys counts.
    latest: HashMap<String, usize>,
    /// The lines at which it refuses the file.
    refused: Vec<usize>,
    /// How far lines have been counted.
    counted: (usize, usize),
    /// How much text variables have been replaced by.
    handed_out: Cell<usize>,
}

impl Reading {
    pub(super) fn get(&self, key: &str) -> Option<&Value> {
        self.latest.get(key).map(|index| &self.entries[*index])
    }

    /// Returns the lines, counted from 1, at which the tool refuses the file.
    pub(super) fn refused(&self) -> &[usize] {
        &self.refused
    }

    /// Returns the value that a variable is replaced by; nothing more once a file makes far too much text of it.
    fn variable(&self, key: &str) -> Option<&str> {
        let value = self.get(key).and_then(Value::text)?;
        self.handed_out.set(self.handed_out.get().saturating_add(value.len()));
        (self.handed_out.get() <= LARGEST_TOTAL).then_some(value)
    }

    fn keep(&mut self, key: &str, value: Value) {
        self.latest.insert(key.to_owned(), self.entries.len());
        self.entries.push(value);
    }

    /// Notes the line of `offset`, which is not before the one noted last.
    fn refuse(&mut self, text: &str, offset: usize) {
        let (from, line) = self.counted;
        let ends = text.as_bytes()[from..offset].iter().enumerate().filter(|(at, byte)| match byte {
            b'\n' => true,
            b'\r' => text.as_bytes().get(from + at + 1) != Some(&b'\n'),
            _ => false,
        });
        self.counted = (offset, line + ends.count());
        self.refused.push(self.counted.1 + 1);
    }
}

/// Reads `text`, which begins with no byte order mark that the tool's own loader would take off.
pub(super) fn as_tool(tool: Tool, text: &str, variables: Variables) -> Reading {
    match tool {
        Tool::Node => node::read(text, Variables::Kept),
        Tool::NodeExpand => node::read(text, variables),
        Tool::Python => python::read(text, variables),
        Tool::Ruby => ruby::read(text, variables),
        Tool::Dotenvy => dotenvy::read(text, variables),
        Tool::DotenvNg => ng::read(text, Variables::Kept),
        Tool::DotenvNgSubstituting => ng::read(text, variables),
        Tool::DockerCompose => compose::read(text, variables),
    }
}

/// Passes over the line that a reader could not make sense of, and notes it.
fn skip_refused(cursor: &mut Cursor<'_>, text: &str, reading: &mut Reading) {
    reading.refuse(text, cursor.position());
    cursor.skip_line();
    cursor.take_line_end();
}

/// Returns the length of the variable's name that `text` begins with.
fn name_length(text: &str) -> usize {
    if !text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_') {
        return 0;
    }
    text.find(|character: char| !character.is_ascii_alphanumeric() && character != '_').unwrap_or(text.len())
}

/// Returns the length up to the closing `quote`, with backslashes before anything but the end taken in pairs.
fn quoted_length(text: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (at, character) in text.char_indices() {
        if character == quote && !escaped {
            return Some(at);
        }
        escaped = character == '\\' && !escaped;
    }
    None
}

/// Copies `text`, and asks `meant` what a backslash and the character behind it stand for; `None` keeps both.
fn unescape(text: &str, meant: impl Fn(char) -> Option<char>) -> Plain {
    let mut out = Plain::default();
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let escaped = if character == '\\' { characters.peek().copied() } else { None };
        match escaped.and_then(&meant) {
            Some(meant) => {
                characters.next();
                out.push(meant);
            }
            None => out.push(character),
        }
    }
    out
}
