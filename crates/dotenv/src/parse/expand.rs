//! From a value as written to the value that is meant: escapes, line endings and, in compose mode, variables.
//!
//! The decision: one pass that writes into a wiped buffer; the word of `${NAME:-word}` is read where it stands, and
//! goes nowhere if it is not wanted. Text that came from a variable is not read again.

use std::collections::HashMap;
use std::sync::Arc;

use reticent_core::{Secret, SecretBuffer};

use super::Defect;
use super::value::Raw;
use crate::cursor::Cursor;
use crate::document::{Entry, Quoting};
use crate::error::ParseErrorKind;
use crate::options::{Mode, ParseOptions};

/// How deep `${A:-${B:-…}}` may nest.
const DEPTH_LIMIT: usize = 32;

/// How much text substitution may make: this much, and four times the file.
const FREE_EXPANSION: usize = 1 << 20;

/// How much text substitution may still make; without a limit thirty lines make a terabyte.
pub(super) struct Budget(usize);

impl Budget {
    pub(super) fn for_input(length: usize) -> Self {
        Self(length.saturating_mul(4).saturating_add(FREE_EXPANSION))
    }

    /// Tells whether `length` bytes more are granted, and takes them.
    fn covers(&mut self, length: usize) -> bool {
        let left = self.0.checked_sub(length);
        self.0 = left.unwrap_or(self.0);
        left.is_some()
    }
}

/// Where variables come from, and where the line being read began.
pub(super) struct Scope<'a> {
    pub(super) options: &'a ParseOptions,
    pub(super) entries: &'a [Entry],
    pub(super) latest: &'a HashMap<Arc<str>, usize>,
    pub(super) after: &'a Cursor<'a>,
}

impl Scope<'_> {
    fn variable(&self, name: &str) -> Option<Secret> {
        let of_file = || self.latest.get(name).map(|index| self.entries[*index].value.clone());
        self.options.look_up(name).or_else(of_file)
    }
}

/// Makes the value of `raw`.
pub(super) fn value(raw: &Raw<'_>, scope: &Scope<'_>, budget: &mut Budget) -> Result<Secret, Defect> {
    if !raw.text.contains(['\\', '$', '\r']) {
        return Ok(Secret::copy_of(raw.text.as_bytes()));
    }
    let mut expansion = Expansion {
        text: raw.text,
        position: 0,
        quoting: raw.quoting,
        substitutes: scope.options.mode() == Mode::Compose && raw.quoting != Quoting::Single,
        scope,
        budget,
    };
    let mut out = SecretBuffer::with_capacity(raw.text.len());
    match expansion.run(&mut Sink::Keep(&mut out), 0) {
        Ok(()) => Ok(out.into_secret()),
        Err(kind) => {
            let (line, column) = scope.after.place_of(raw.from + expansion.position);
            Err(Defect { kind, line, column })
        }
    }
}

/// Where text goes: into the value, or nowhere when its word is not wanted.
enum Sink<'a> {
    Keep(&'a mut SecretBuffer),
    Drop,
}

impl Sink<'_> {
    fn write(&mut self, bytes: &[u8]) {
        if let Self::Keep(buffer) = self {
            buffer.extend_from_slice(bytes);
        }
    }

    fn wanted(&mut self, wanted: bool) -> Sink<'_> {
        match self {
            Self::Keep(buffer) if wanted => Sink::Keep(buffer),
            _ => Sink::Drop,
        }
    }
}

struct Expansion<'a> {
    text: &'a str,
    position: usize,
    quoting: Quoting,
    substitutes: bool,
    scope: &'a Scope<'a>,
    budget: &'a mut Budget,
}

impl<'a> Expansion<'a> {
    /// Writes up to the end of the text, or up to the `}` that ends the word at `depth` > 0.
    fn run(&mut self, out: &mut Sink<'_>, depth: usize) -> Result<(), ParseErrorKind> {
        while let Some(character) = self.peek() {
            match character {
                '}' if depth > 0 => return Ok(()),
                '\\' => self.escape(out),
                '\r' => {
                    self.position += if self.rest().starts_with("\r\n") { 2 } else { 1 };
                    out.write(b"\n");
                }
                '$' if self.substitutes => self.dollar(out, depth)?,
                _ => self.copy(character, out),
            }
        }
        Ok(())
    }

    /// Writes what a backslash and the character behind it stand for; an unknown pair keeps its backslash.
    fn escape(&mut self, out: &mut Sink<'_>) {
        self.position += 1;
        let meant = self.peek().and_then(|escaped| unescaped(self.quoting, escaped));
        if let Some(byte) = meant {
            self.position += 1;
            return out.write(&[byte]);
        }
        out.write(b"\\");
        // Whatever stands behind a kept backslash is not read as anything else; a line ending still is one.
        if let Some(kept) = self.peek().filter(|kept| *kept != '\r') {
            self.copy(kept, out);
        }
    }

    fn copy(&mut self, character: char, out: &mut Sink<'_>) {
        let from = self.position;
        self.position += character.len_utf8();
        out.write(&self.text.as_bytes()[from..self.position]);
    }

    fn dollar(&mut self, out: &mut Sink<'_>, depth: usize) -> Result<(), ParseErrorKind> {
        let behind = &self.rest()[1..];
        if behind.starts_with('$') {
            self.position += 2;
            out.write(b"$");
            return Ok(());
        }
        if behind.starts_with('{') {
            return self.braces(out, depth + 1);
        }
        let opening = self.position;
        self.position += 1;
        let name = self.name(false);
        if name.is_empty() {
            out.write(b"$");
            return Ok(());
        }
        self.insert(self.scope.variable(name).as_ref(), opening, out)
    }

    /// Reads `${NAME}` or `${NAME op word}`; on a defect the position is where it lies.
    fn braces(&mut self, out: &mut Sink<'_>, depth: usize) -> Result<(), ParseErrorKind> {
        let opening = self.position;
        if depth > DEPTH_LIMIT {
            return Err(ParseErrorKind::TooDeep);
        }
        self.position += 2;
        let name = self.name(true);
        let variable = self.scope.variable(name);
        let is_set = variable.is_some();
        let is_filled = variable.as_ref().is_some_and(|value| !value.is_empty());
        let operator = self.operator();
        let counts = if operator.starts_with(':') { is_filled } else { is_set };
        match (name, operator.trim_start_matches(':')) {
            ("", _) => return Err(self.unless_open(ParseErrorKind::Substitution, opening)),
            (_, "") => self.insert(variable.as_ref(), opening, out)?,
            (_, "-") => {
                if counts {
                    self.insert(variable.as_ref(), opening, out)?;
                }
                self.run(&mut out.wanted(!counts), depth)?;
            }
            (_, "+") => self.run(&mut out.wanted(counts), depth)?,
            _ if counts || matches!(out, Sink::Drop) => {
                self.insert(variable.as_ref(), opening, out)?;
                self.run(&mut Sink::Drop, depth)?;
            }
            _ => {
                self.position = opening;
                return Err(ParseErrorKind::Required);
            }
        }
        if self.rest().starts_with('}') {
            self.position += 1;
            return Ok(());
        }
        Err(self.unless_open(ParseErrorKind::Substitution, opening))
    }

    /// At the end of the text the brace is open, which is the plainer thing to say.
    fn unless_open(&mut self, kind: ParseErrorKind, opening: usize) -> ParseErrorKind {
        if self.rest().is_empty() {
            self.position = opening;
            return ParseErrorKind::OpenBrace;
        }
        kind
    }

    /// Writes what the variable that is named at `opening` holds; an unset one is empty.
    fn insert(
        &mut self,
        variable: Option<&Secret>,
        opening: usize,
        out: &mut Sink<'_>,
    ) -> Result<(), ParseErrorKind> {
        let (Some(variable), Sink::Keep(_)) = (variable, &*out) else { return Ok(()) };
        if !self.budget.covers(variable.len()) {
            self.position = opening;
            return Err(ParseErrorKind::TooLarge);
        }
        #[expect(clippy::disallowed_methods, reason = "into the wiped buffer of the value that names it")]
        out.write(variable.expose_bytes());
        Ok(())
    }

    /// Reads a name; a dot belongs to it between braces only.
    fn name(&mut self, braced: bool) -> &'a str {
        let rest = self.rest();
        let fits = |character: char| {
            character.is_ascii_alphanumeric() || character == '_' || (braced && character == '.')
        };
        let length = if rest.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_') {
            rest.find(|character| !fits(character)).unwrap_or(rest.len())
        } else {
            0
        };
        self.position += length;
        &rest[..length]
    }

    fn operator(&mut self) -> &'static str {
        let known = [":-", ":?", ":+", "-", "?", "+"];
        let found = known.into_iter().find(|operator| self.rest().starts_with(operator)).unwrap_or("");
        self.position += found.len();
        found
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn rest(&self) -> &'a str {
        &self.text[self.position..]
    }
}

/// Returns what `\` and `escaped` stand for in values of this quoting.
fn unescaped(quoting: Quoting, escaped: char) -> Option<u8> {
    let itself = match quoting {
        Quoting::Double => matches!(escaped, '\\' | '"' | '$'),
        Quoting::Single => matches!(escaped, '\\' | '\''),
        Quoting::Unquoted => matches!(escaped, '\\' | '\'' | '"' | '$' | '#' | ' ' | '\t'),
    };
    match escaped {
        _ if itself => u8::try_from(escaped).ok(),
        'n' if quoting == Quoting::Double => Some(b'\n'),
        'r' if quoting == Quoting::Double => Some(b'\r'),
        't' if quoting == Quoting::Double => Some(b'\t'),
        _ => None,
    }
}
