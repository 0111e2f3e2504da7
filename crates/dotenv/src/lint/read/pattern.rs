//! The line pattern that the Node and Ruby libraries share, without a regular expression engine.
//!
//! The pattern is tried at each line start; white space in it crosses lines. Where it can match in more than one
//! way, the order of the alternatives decides, so they are tried in that order here.

use crate::cursor::Cursor;

/// Where the two libraries differ.
pub(super) struct Pattern {
    pub(super) is_blank: fn(char) -> bool,
    pub(super) is_key: fn(char) -> bool,
    pub(super) quotes: &'static [char],
    /// A key may stand alone.
    pub(super) lone_keys: bool,
}

/// One match.
pub(super) struct Line<'a> {
    pub(super) from: usize,
    pub(super) exported: bool,
    pub(super) key: &'a str,
    pub(super) value: Option<&'a str>,
}

impl Pattern {
    /// Returns every match in order; `text` has `\n` for line endings.
    pub(super) fn lines<'a>(&self, text: &'a str) -> Vec<Line<'a>> {
        let mut lines = Vec::new();
        let mut cursor = Cursor::new(text);
        loop {
            match self.line(&cursor, true).or_else(|| self.line(&cursor, false)) {
                Some((line, end)) => {
                    lines.push(line);
                    cursor.jump(end);
                }
                // White space belongs to the next key, so only the line with text in it is passed over.
                None => cursor.skip_while(self.is_blank),
            }
            cursor.skip_while(|character| character != '\n');
            if !cursor.take("\n") {
                return lines;
            }
        }
    }

    fn line<'a>(&self, start: &Cursor<'a>, exported: bool) -> Option<(Line<'a>, usize)> {
        let mut cursor = start.clone();
        cursor.skip_while(self.is_blank);
        let from = cursor.position();
        if exported {
            let is_export = cursor.take("export") && cursor.peek().is_some_and(self.is_blank);
            is_export.then(|| cursor.skip_while(self.is_blank))?;
        }
        let key_from = cursor.position();
        cursor.skip_while(self.is_key);
        let key = cursor.since(key_from);
        if key.is_empty() {
            return None;
        }
        let mut behind_key = cursor.clone();
        let (value, end) = match self.separator(&mut cursor) {
            true => self.value(&cursor)?,
            false if self.lone_keys => (None, self.tail(&mut behind_key)?),
            false => return None,
        };
        Some((Line { from, exported, key, value }, end))
    }

    /// Skips `=` with white space before it, or `:` with white space behind it.
    fn separator(&self, cursor: &mut Cursor<'_>) -> bool {
        let mut ahead = cursor.clone();
        ahead.skip_while(self.is_blank);
        if ahead.take("=") {
            *cursor = ahead;
            return true;
        }
        let is_colon = cursor.take(":") && cursor.peek().is_some_and(self.is_blank);
        if is_colon {
            cursor.bump();
        }
        is_colon
    }

    /// A quoted value if what follows it ends the line, else what stands before `#` or the line's end.
    fn value<'a>(&self, cursor: &Cursor<'a>) -> Option<(Option<&'a str>, usize)> {
        let from = cursor.position();
        let mut quoted = cursor.clone();
        quoted.skip_while(self.is_blank);
        if let Some(quote) = quoted.peek().filter(|quote| self.quotes.contains(quote)) {
            quoted.bump();
            for closing in closings(quoted.rest(), quote) {
                let mut behind = quoted.clone();
                behind.jump(quoted.position() + closing + 1);
                let value = behind.since(from);
                if let Some(end) = self.tail(&mut behind) {
                    return Some((Some(value), end));
                }
            }
        }
        let mut bare = cursor.clone();
        bare.skip_while(|character| !matches!(character, '#' | '\n'));
        let value = bare.since(from);
        let end = self.tail(&mut bare)?;
        Some(((!value.is_empty()).then_some(value), end))
    }

    /// White space, a comment, and the end of a line; gives where that is.
    fn tail(&self, cursor: &mut Cursor<'_>) -> Option<usize> {
        let from = cursor.position();
        cursor.skip_while(self.is_blank);
        match cursor.peek() {
            None => Some(cursor.position()),
            Some('#') => {
                cursor.skip_while(|character| character != '\n');
                Some(cursor.position())
            }
            Some('\n') => Some(cursor.position()),
            Some(_) => cursor.since(from).rfind('\n').map(|line_end| from + line_end),
        }
    }
}

/// Where a quote may close, in the order of trying: at the first that no backslash stands before, then backwards.
fn closings(text: &str, quote: char) -> Vec<usize> {
    let mut escaped = Vec::new();
    let mut from = 0;
    while let Some(found) = text[from..].find(quote).map(|found| from + found) {
        // A quote is held back by one backslash, whatever stands before that, unless it belongs to an earlier pair.
        if found == 0 || text.as_bytes()[found - 1] != b'\\' {
            return std::iter::once(found).chain(escaped.into_iter().rev()).collect();
        }
        escaped.push(found);
        from = found + 1;
    }
    escaped.reverse();
    escaped
}

/// Takes a pair of quotes off: the pair must open at a line's start and close at the end of a line.
pub(super) fn without_quotes(text: &str, quotes: &[char]) -> super::Plain {
    let mut out = super::Plain::default();
    let mut rest = text;
    loop {
        let quote = rest.chars().next().filter(|quote| quotes.contains(quote));
        let closing = quote.and_then(|quote| last_closing(&rest[1..], quote).map(|at| at + 1));
        if let Some(closing) = closing {
            out.push_str(&rest[1..closing]);
            rest = &rest[closing + 1..];
        }
        let Some(line_end) = rest.find('\n') else {
            out.push_str(rest);
            return out;
        };
        out.push_str(&rest[..=line_end]);
        rest = &rest[line_end + 1..];
    }
}

fn last_closing(text: &str, quote: char) -> Option<usize> {
    let ends_line = |at: &usize| matches!(text.as_bytes().get(at + 1), None | Some(b'\n'));
    text.rmatch_indices(quote).map(|(at, _)| at).find(ends_line)
}
