//! From text to entries, in one pass.
//!
//! The decision: every defect is collected, since a person wants to mend a file once. After a defect the parser goes
//! on with the next line; an open quote goes on with the line after the quote. That stays linear: an opening quote
//! stands behind `=` or a blank, so it would have closed the open quote of its kind before it, and at most one quote
//! of each kind is ever looked for in vain.

mod cursor;
mod expand;
mod value;

use std::collections::HashMap;
use std::sync::Arc;

use reticent_core::SecretBuffer;

use crate::document::{Document, Entry, Warning};
use crate::error::{ParseError, ParseErrorKind, ParseErrors};
use crate::key;
use crate::options::{Mode, ParseOptions};
use cursor::{Cursor, is_blank};
use expand::Budget;

/// Reads `text` whole.
pub(crate) fn document(text: SecretBuffer, options: &ParseOptions) -> Result<Document, ParseErrors> {
    let parsed = {
        #[expect(
            clippy::disallowed_methods,
            reason = "borrowed for the scan; values go straight into secrets"
        )]
        let bytes = text.expose_bytes();
        match std::str::from_utf8(bytes) {
            Ok(checked) => Parser::new(checked, options).run()?,
            Err(error) => return Err(not_utf8(bytes, error.valid_up_to())),
        }
    };
    let Parsed { entries, latest, warnings } = parsed;
    Ok(Document { text, options: options.clone(), entries, latest, warnings })
}

fn not_utf8(bytes: &[u8], valid_up_to: usize) -> ParseErrors {
    let valid = std::str::from_utf8(&bytes[..valid_up_to]).unwrap_or_default();
    let (line, column) = Cursor::new(valid).place_of(valid_up_to);
    let error = ParseError::new(line, column, None, ParseErrorKind::NotUtf8);
    ParseErrors::from_vec(vec![error]).expect("there is one")
}

/// A defect and where it is, before its key is known.
struct Defect {
    kind: ParseErrorKind,
    line: usize,
    column: usize,
}

struct Parsed {
    entries: Vec<Entry>,
    latest: HashMap<Arc<str>, usize>,
    warnings: Vec<Warning>,
}

struct Parser<'a> {
    cursor: Cursor<'a>,
    options: &'a ParseOptions,
    budget: Budget,
    parsed: Parsed,
    errors: Vec<ParseError>,
}

impl<'a> Parser<'a> {
    fn new(text: &'a str, options: &'a ParseOptions) -> Self {
        let parsed = Parsed { entries: Vec::new(), latest: HashMap::new(), warnings: Vec::new() };
        let budget = Budget::for_input(text.len());
        Self { cursor: Cursor::new(text), options, budget, parsed, errors: Vec::new() }
    }

    fn run(mut self) -> Result<Parsed, ParseErrors> {
        self.cursor.skip_byte_order_mark();
        loop {
            let line_from = self.cursor.position();
            self.cursor.skip_while(is_blank);
            match self.cursor.peek() {
                None => break,
                Some('\n' | '\r') => {}
                Some('#') => self.cursor.skip_line(),
                Some(_) => self.assignment(line_from),
            }
            self.cursor.take_line_end();
        }
        match ParseErrors::from_vec(self.errors) {
            None => Ok(self.parsed),
            Some(errors) => Err(errors),
        }
    }

    /// Reads from the first character of an assignment to the end of its last line.
    fn assignment(&mut self, line_from: usize) {
        let start = self.cursor.clone();
        let exported = self.export();
        let key = match self.key() {
            Ok(key) => key,
            Err(defect) => return self.reject(None, &defect),
        };
        match self.entry(key, exported, &start, line_from) {
            Ok(entry) => self.keep(entry),
            Err(defect) => self.reject(Some(key), &defect),
        }
    }

    fn entry(
        &mut self,
        key: &str,
        exported: bool,
        start: &Cursor<'a>,
        line_from: usize,
    ) -> Result<Entry, Defect> {
        let raw = value::raw(&mut self.cursor)?;
        let scope = expand::Scope {
            options: self.options,
            entries: &self.parsed.entries,
            latest: &self.parsed.latest,
            after: start,
        };
        let value = expand::value(&raw, &scope, &mut self.budget)?;
        let mut behind = self.cursor.clone();
        behind.take_line_end();
        let (line, column) = start.place();
        Ok(Entry {
            key: Arc::from(key),
            value,
            line,
            column,
            span: start.position()..raw.span.end,
            value_span: raw.span,
            lines: line_from..behind.position(),
            exported,
            quoting: raw.quoting,
        })
    }

    fn keep(&mut self, entry: Entry) {
        let Parsed { entries, latest, warnings } = &mut self.parsed;
        if let Some(earlier) = latest.insert(Arc::clone(&entry.key), entries.len()) {
            let (key, earlier) = (Arc::clone(&entry.key), entries[earlier].line);
            warnings.push(Warning::Duplicate { key, line: entry.line, earlier });
        }
        entries.push(entry);
    }

    fn reject(&mut self, key: Option<&str>, defect: &Defect) {
        self.errors.push(ParseError::new(defect.line, defect.column, key, defect.kind));
        self.cursor.skip_line();
    }

    /// Skips `export` and the blanks behind it; `export=…` is a key of that name.
    fn export(&mut self) -> bool {
        let mut ahead = self.cursor.clone();
        if !ahead.take("export") || !ahead.peek().is_some_and(is_blank) {
            return false;
        }
        ahead.skip_while(is_blank);
        self.cursor = ahead;
        true
    }

    /// Reads the key and the separator behind it.
    fn key(&mut self) -> Result<&'a str, Defect> {
        let compose = self.options.mode() == Mode::Compose;
        let from = self.cursor.position();
        self.cursor.skip_while(key::fits);
        let key = self.cursor.since(from);
        self.cursor.skip_while(is_blank);
        let blanks = self.cursor.position() > from + key.len();
        let kind = match self.cursor.peek() {
            Some('=') if key.is_empty() => ParseErrorKind::NoKey,
            Some('=') => return self.separator(key),
            Some(':') if compose && !key.is_empty() => return self.separator(key),
            Some(':') if !key.is_empty() => ParseErrorKind::Colon,
            None | Some('\n' | '\r' | '#') => ParseErrorKind::NoEquals,
            Some(_) if blanks => ParseErrorKind::NoEquals,
            Some(_) => ParseErrorKind::KeyCharacter,
        };
        Err(self.cursor.defect(kind))
    }

    fn separator(&mut self, key: &'a str) -> Result<&'a str, Defect> {
        self.cursor.bump();
        Ok(key)
    }
}
