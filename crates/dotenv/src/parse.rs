//! From text to entries, in one pass.
//!
//! The decision: every defect is collected, since a person wants to mend a file once. After a defect the parser goes
//! on with the next line; an open quote goes on with the line after the quote. That stays linear: an opening quote
//! stands behind `=` or a blank, so it would have closed the open quote of its kind before it, and at most one quote
//! of each kind is ever looked for in vain.

mod expand;
mod value;

use std::collections::HashMap;
use std::sync::Arc;

use reticent_core::SecretBuffer;

use crate::cursor::{Cursor, is_blank};
use crate::document::{Document, Entry, Warning};
use crate::error::{ParseError, ParseErrorKind, ParseErrors};
use crate::key;
use crate::options::{Mode, ParseOptions};
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
            Ok(checked) => {
                let (parsed, errors) = scan(checked, options);
                match ParseErrors::from_vec(errors) {
                    None => parsed,
                    Some(errors) => return Err(errors),
                }
            }
            Err(error) => {
                let error = not_utf8(bytes, error.valid_up_to());
                return Err(ParseErrors::from_vec(vec![error]).expect("there is one"));
            }
        }
    };
    let Parsed { entries, latest, warnings } = parsed;
    Ok(Document { text, options: options.clone(), entries, latest, warnings })
}

/// Reads what can be read, and tells what cannot.
pub(crate) fn scan(text: &str, options: &ParseOptions) -> (Parsed, Vec<ParseError>) {
    Parser::new(text, options).run()
}

/// Says where bytes stop to be text.
pub(crate) fn not_utf8(bytes: &[u8], valid_up_to: usize) -> ParseError {
    let valid = std::str::from_utf8(&bytes[..valid_up_to]).unwrap_or_default();
    let (line, column) = Cursor::new(valid).place_of(valid_up_to);
    ParseError::new(line, column, None, ParseErrorKind::NotUtf8)
}

/// A defect and where it is, before its key is known.
struct Defect {
    kind: ParseErrorKind,
    line: usize,
    column: usize,
}

impl Defect {
    fn at(cursor: &Cursor<'_>, kind: ParseErrorKind) -> Self {
        let (line, column) = cursor.place();
        Self { kind, line, column }
    }
}

/// What a file holds.
pub(crate) struct Parsed {
    pub(crate) entries: Vec<Entry>,
    pub(crate) latest: HashMap<Arc<str>, usize>,
    pub(crate) warnings: Vec<Warning>,
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

    fn run(mut self) -> (Parsed, Vec<ParseError>) {
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
        (self.parsed, self.errors)
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
        Err(Defect::at(&self.cursor, kind))
    }

    fn separator(&mut self, key: &'a str) -> Result<&'a str, Defect> {
        self.cursor.bump();
        Ok(key)
    }
}
