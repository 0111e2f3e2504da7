//! Where a value begins and ends, before anything in it is replaced.

use std::ops::Range;

use super::Defect;
use crate::cursor::{Cursor, is_blank};
use crate::document::Quoting;
use crate::error::ParseErrorKind;

/// A value as written.
pub(super) struct Raw<'a> {
    /// What stands between the quotes, or the whole of an unquoted value.
    pub(super) text: &'a str,
    /// Where `text` begins.
    pub(super) from: usize,
    /// The value with its quotes.
    pub(super) span: Range<usize>,
    pub(super) quoting: Quoting,
}

/// Reads from behind the separator to the end of the line that the value ends in.
pub(super) fn raw<'a>(cursor: &mut Cursor<'a>) -> Result<Raw<'a>, Defect> {
    let behind_separator = cursor.position();
    cursor.skip_while(is_blank);
    match cursor.peek() {
        Some('\'') => quoted(cursor, '\'', Quoting::Single),
        Some('"') => quoted(cursor, '"', Quoting::Double),
        Some('#') => {
            cursor.skip_line();
            Ok(empty(behind_separator))
        }
        None | Some('\n' | '\r') => Ok(empty(cursor.position())),
        Some(_) => unquoted(cursor),
    }
}

fn empty<'a>(at: usize) -> Raw<'a> {
    Raw { text: "", from: at, span: at..at, quoting: Quoting::Unquoted }
}

fn quoted<'a>(cursor: &mut Cursor<'a>, quote: char, quoting: Quoting) -> Result<Raw<'a>, Defect> {
    let opening = cursor.clone();
    cursor.bump();
    let from = cursor.position();
    let mut escaped = false;
    loop {
        match cursor.peek() {
            None => {
                let defect = Defect::at(&opening, ParseErrorKind::OpenQuote);
                *cursor = opening;
                return Err(defect);
            }
            Some('\0') => return Err(Defect::at(cursor, ParseErrorKind::Nul)),
            Some('\n' | '\r') => {
                cursor.take_line_end();
                escaped = false;
                continue;
            }
            Some(character) if character == quote && !escaped => break,
            Some(character) => escaped = character == '\\' && !escaped,
        }
        cursor.bump();
    }
    let text = cursor.since(from);
    cursor.bump();
    let span = opening.position()..cursor.position();
    end_of_line(cursor)?;
    Ok(Raw { text, from, span, quoting })
}

/// Only blanks and a comment may follow a closing quote.
fn end_of_line(cursor: &mut Cursor<'_>) -> Result<(), Defect> {
    cursor.skip_while(is_blank);
    match cursor.peek() {
        None | Some('\n' | '\r') => Ok(()),
        Some('#') => {
            cursor.skip_line();
            Ok(())
        }
        Some(_) => Err(Defect::at(cursor, ParseErrorKind::TextAfterQuote)),
    }
}

fn unquoted<'a>(cursor: &mut Cursor<'a>) -> Result<Raw<'a>, Defect> {
    let from = cursor.position();
    let mut behind_last = from;
    let mut escaped = false;
    let mut behind_blank = false;
    while let Some(character) = cursor.peek() {
        match character {
            '\n' | '\r' => break,
            '\0' => return Err(Defect::at(cursor, ParseErrorKind::Nul)),
            '#' if behind_blank => {
                cursor.skip_line();
                break;
            }
            _ => {}
        }
        cursor.bump();
        behind_blank = is_blank(character);
        if !behind_blank || escaped {
            behind_last = cursor.position();
        }
        escaped = character == '\\' && !escaped;
    }
    let length = behind_last - from;
    let text = &cursor.since(from)[..length];
    Ok(Raw { text, from, span: from..behind_last, quoting: Quoting::Unquoted })
}
