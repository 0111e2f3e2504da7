//! `dotenvy` of Rust: lines are joined while a quote is open, then each is read by a machine of its own.

use super::super::plain::Plain;
use super::{Reading, Value, Variables};

pub(super) fn read(text: &str, variables: Variables) -> Reading {
    let mut reading = Reading::default();
    let mut from = 0;
    while from < text.len() {
        let (line, end, is_whole) = logical_line(text, from);
        let next_line = text[from..].find('\n').map_or(text.len(), |at| from + at + 1);
        if is_whole && assignment(line, variables, &mut reading).is_some() {
            from = end;
        } else {
            reading.refuse(text, from + (line.len() - line.trim_start().len()));
            from = if is_whole { end } else { next_line };
        }
    }
    reading
}

/// What a physical line ends in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Complete,
    Escape,
    Quoted(char),
    QuotedEscape(char),
    Blank,
}

/// Joins physical lines; gives the text, where the next one begins, and whether it is whole.
fn logical_line(text: &str, from: usize) -> (&str, usize, bool) {
    let mut state = State::Complete;
    let mut at = from;
    while at < text.len() {
        let end = text[at..].find('\n').map_or(text.len(), |found| at + found + 1);
        if text[from..end].trim_start().starts_with('#') {
            return ("", end, true);
        }
        match state_behind(state, &text[at..end]) {
            Ok(State::Complete) => {
                let line = &text[from..end];
                let line =
                    line.strip_suffix('\n').map_or(line, |line| line.strip_suffix('\r').unwrap_or(line));
                return (line, end, true);
            }
            Ok(open) => state = open,
            Err(comment) => return (&text[from..at + comment], end, true),
        }
        at = end;
    }
    (&text[from..], text.len(), false)
}

/// Gives the state behind `line`, or where a comment begins in it.
fn state_behind(before: State, line: &str) -> Result<State, usize> {
    let mut state = before;
    for (at, character) in line.char_indices() {
        state = match (state, character) {
            (State::Blank, '#') => return Err(at),
            (State::Complete | State::Blank, '\\') => State::Escape,
            (State::Complete | State::Blank, '\'' | '"') => State::Quoted(character),
            (State::Complete, blank) if blank.is_whitespace() && !matches!(blank, '\n' | '\r') => {
                State::Blank
            }
            (State::Complete | State::Blank | State::Escape, _) => State::Complete,
            (State::Quoted(quote), '\\') => State::QuotedEscape(quote),
            (State::Quoted(quote), closing) if quote == closing => State::Complete,
            (State::Quoted(quote) | State::QuotedEscape(quote), _) => State::Quoted(quote),
        };
    }
    Ok(state)
}

/// Reads one line into `reading`; `None` refuses it.
fn assignment(line: &str, variables: Variables, reading: &mut Reading) -> Option<()> {
    let line = line.trim();
    if line.is_empty() || line.starts_with('#') {
        return Some(());
    }
    let (mut name, mut rest) = key(line)?;
    if name == "export" && !rest.starts_with('=') {
        (name, rest) = key(rest)?;
    }
    let written = rest.strip_prefix('=')?.trim_start();
    let value = if written.starts_with('#') {
        Plain::default()
    } else {
        Machine { variables, earlier: reading, out: Plain::default() }.run(written)?
    };
    reading.keep(name, Value::Text(value));
    Some(())
}

fn key(text: &str) -> Option<(&str, &str)> {
    let is_start = |first: char| first.is_ascii_alphabetic() || first == '_';
    let fits = |character: char| character.is_ascii_alphanumeric() || matches!(character, '_' | '.');
    if !text.starts_with(is_start) {
        return None;
    }
    let (name, rest) = text.split_at(text.find(|character| !fits(character)).unwrap_or(text.len()));
    Some((name, rest.trim_start()))
}

/// What the machine waits for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Dollar {
    None,
    Bare,
    Braced,
}

struct Machine<'a> {
    variables: Variables,
    earlier: &'a Reading,
    out: Plain,
}

impl Machine<'_> {
    fn run(mut self, text: &str) -> Option<Plain> {
        let (mut quote, mut escaped, mut ended) = (None, false, false);
        let (mut dollar, mut name) = (Dollar::None, String::new());
        for character in text.chars() {
            if ended {
                match character {
                    ' ' | '\t' => continue,
                    '#' => break,
                    _ => return None,
                }
            }
            if escaped {
                self.out.push(unescaped(character)?);
                escaped = false;
                continue;
            }
            if quote == Some('\'') {
                self.quoted(character, &mut quote);
                continue;
            }
            if dollar != Dollar::None {
                dollar = self.named(character, dollar, &mut name);
                continue;
            }
            match character {
                '$' if self.variables == Variables::Replaced => dollar = Dollar::Bare,
                '\\' => escaped = true,
                '"' if quote.is_some() => quote = None,
                '\'' | '"' if quote.is_none() => quote = Some(character),
                ' ' | '\t' if quote.is_none() => ended = true,
                _ => self.out.push(character),
            }
        }
        if dollar == Dollar::Braced || quote.is_some() {
            return None;
        }
        self.replace(&mut name);
        Some(self.out)
    }

    fn quoted(&mut self, character: char, quote: &mut Option<char>) {
        if character == '\'' { *quote = None } else { self.out.push(character) }
    }

    /// Takes a character behind `$`; one that is no letter or digit ends a bare name, and is itself text.
    fn named(&mut self, character: char, dollar: Dollar, name: &mut String) -> Dollar {
        match (dollar, character) {
            (_, part) if part.is_alphanumeric() => name.push(part),
            (Dollar::Bare, '{') if name.is_empty() => return Dollar::Braced,
            (Dollar::Braced, '}') => {
                self.replace(name);
                return Dollar::None;
            }
            (Dollar::Braced, part) => name.push(part),
            (_, '$') => {
                self.replace(name);
                return Dollar::Bare;
            }
            (_, text) => {
                self.replace(name);
                self.out.push(text);
                return Dollar::None;
            }
        }
        dollar
    }

    fn replace(&mut self, name: &mut String) {
        self.out.push_str(self.earlier.variable(name).unwrap_or_default());
        name.clear();
    }
}

fn unescaped(character: char) -> Option<char> {
    match character {
        '\\' | '\'' | '"' | '$' | ' ' => Some(character),
        'n' => Some('\n'),
        _ => None,
    }
}
