//! One JSON object, read strictly (RFC 8259), without recursion, and without a copy of any value but the secret itself.

use std::ops::Range;

use reticent_core::{Secret, SecretBuffer};
use reticent_spans::json::{Event, Lexer};

use super::error::JsonError;

/// Reads the members of the object that `text` is, in their order; those that are `null` are none.
pub(super) fn members(text: &[u8]) -> Result<Vec<(String, Secret)>, JsonError> {
    let mut reader = Reader { text, at: 0, path: Vec::new() };
    let read = reader.utf8().and_then(|()| reader.document());
    read.map_err(|problem| JsonError::new(text, reader.at, reader.key(), problem))
}

/// What is wrong where the reader stands.
type Problem = &'static str;

const NO_VALUE: Problem = "no JSON value begins like this";

/// What leads from the outermost object to a value.
enum Step {
    Key(String),
    Index(usize),
}

struct Reader<'t> {
    text: &'t [u8],
    at: usize,
    path: Vec<Step>,
}

impl Reader<'_> {
    fn utf8(&mut self) -> Result<(), Problem> {
        std::str::from_utf8(self.text).map(drop).map_err(|error| {
            self.at = error.valid_up_to();
            "this is not UTF-8"
        })
    }

    fn document(&mut self) -> Result<Vec<(String, Secret)>, Problem> {
        let mut members = Vec::new();
        self.blanks();
        self.expect(b'{', "this is no JSON object")?;
        let mut is_last = self.takes(b'}');
        while !is_last {
            self.key_of_member()?;
            let value = self.value()?;
            let name = match self.path.pop() {
                Some(Step::Key(name)) => name,
                _ => unreachable!("a member's path ends with its key"),
            };
            if let Some(secret) = secret(&self.text[value]) {
                members.push((name, secret));
            }
            is_last = self.takes(b'}');
            if !is_last {
                self.expect(b',', "a comma or the closing brace is missing here")?;
            }
        }
        self.blanks();
        if self.at < self.text.len() { Err("something stands behind the object") } else { Ok(members) }
    }

    /// Passes over one value, however deep, and returns where it stands.
    fn value(&mut self) -> Result<Range<usize>, Problem> {
        self.blanks();
        let (start, depth) = (self.at, self.path.len());
        loop {
            if self.opens()? {
                continue;
            }
            while self.path.len() > depth && !self.goes_on()? {}
            if self.path.len() == depth {
                return Ok(start..self.at);
            }
        }
    }

    /// Passes over the beginning of an object or array to its first value, and tells that it did; else over a value.
    fn opens(&mut self) -> Result<bool, Problem> {
        self.blanks();
        match self.next() {
            Some(b'{') => {
                self.at += 1;
                if self.takes(b'}') {
                    return Ok(false);
                }
                self.key_of_member().map(|()| true)
            }
            Some(b'[') => {
                self.at += 1;
                if self.takes(b']') {
                    return Ok(false);
                }
                self.path.push(Step::Index(0));
                Ok(true)
            }
            _ => self.scalar().map(|()| false),
        }
    }

    /// Passes over a comma to the next value, and tells that it did; else over the end of an object or array.
    fn goes_on(&mut self) -> Result<bool, Problem> {
        self.blanks();
        let byte = self.next();
        match (self.path.last_mut(), byte) {
            (Some(Step::Index(index)), Some(b',')) => {
                *index += 1;
                self.at += 1;
                Ok(true)
            }
            (Some(Step::Key(_)), Some(b',')) => {
                self.at += 1;
                self.path.pop();
                self.key_of_member().map(|()| true)
            }
            (Some(Step::Index(_)), Some(b']')) | (Some(Step::Key(_)), Some(b'}')) => {
                self.at += 1;
                self.path.pop();
                Ok(false)
            }
            (Some(Step::Index(_)), _) => Err("a comma or the closing bracket is missing here"),
            _ => Err("a comma or the closing brace is missing here"),
        }
    }

    /// Reads a name and its colon; without a colon it may be a value in the wrong place, and is not repeated.
    fn key_of_member(&mut self) -> Result<(), Problem> {
        self.blanks();
        if self.next() != Some(b'"') {
            return Err("a name in quotes is missing here");
        }
        let name = self.string()?;
        self.expect(b':', "a colon is missing here")?;
        let mut key = Vec::new();
        decode(&self.text[name], |bytes| key.extend_from_slice(bytes));
        self.path.push(Step::Key(String::from_utf8(key).expect("the text is UTF-8")));
        Ok(())
    }

    fn scalar(&mut self) -> Result<(), Problem> {
        let rest = &self.text[self.at..];
        match rest.first() {
            None => Err("the text ends before its value"),
            Some(b'"') => self.string().map(drop),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => {
                let words = [&b"true"[..], b"false", b"null"];
                let word = words.iter().find(|word| rest.starts_with(word)).ok_or(NO_VALUE)?;
                self.at += word.len();
                Ok(())
            }
        }
    }

    fn number(&mut self) -> Result<(), Problem> {
        self.at += usize::from(self.next() == Some(b'-'));
        match self.digits() {
            [] => return Err(NO_VALUE),
            [b'0', _, ..] => return Err("a number does not begin with a zero"),
            _ => {}
        }
        if self.next() == Some(b'.') {
            self.at += 1;
            self.more_digits()?;
        }
        if matches!(self.next(), Some(b'e' | b'E')) {
            self.at += 1;
            self.at += usize::from(matches!(self.next(), Some(b'+' | b'-')));
            self.more_digits()?;
        }
        Ok(())
    }

    fn more_digits(&mut self) -> Result<(), Problem> {
        if self.digits().is_empty() { Err("a digit is missing here") } else { Ok(()) }
    }

    fn digits(&mut self) -> &[u8] {
        let rest = &self.text[self.at..];
        let length = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.at += length;
        &rest[..length]
    }

    /// Passes over a string, and returns where it stands with its quotes.
    fn string(&mut self) -> Result<Range<usize>, Problem> {
        let start = self.at;
        self.at += 1;
        loop {
            match self.next() {
                None => {
                    self.at = start;
                    return Err("the quote opened here is never closed");
                }
                Some(b'"') => {
                    self.at += 1;
                    return Ok(start..self.at);
                }
                Some(b'\\') => self.escape()?,
                Some(0..0x20) => return Err("a control character stands in a string only as an escape"),
                Some(_) => self.at += 1,
            }
        }
    }

    fn escape(&mut self) -> Result<(), Problem> {
        let rest = &self.text[self.at..];
        self.at += match rest.get(1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => 2,
            _ => match (unit(rest), rest.get(6..).and_then(unit)) {
                (Some(0xd800..0xdc00), Some(0xdc00..0xe000)) => 12,
                (Some(0xd800..0xe000), _) => return Err("this is half of a surrogate pair"),
                (Some(_), _) => 6,
                (None, _) => return Err("JSON has no such escape"),
            },
        };
        Ok(())
    }

    fn next(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn blanks(&mut self) {
        let is_blank = |byte: &&u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
        self.at += self.text[self.at..].iter().take_while(is_blank).count();
    }

    /// Passes over `byte` if it comes next after blanks.
    fn takes(&mut self, byte: u8) -> bool {
        self.blanks();
        let is_next = self.next() == Some(byte);
        self.at += usize::from(is_next);
        is_next
    }

    fn expect(&mut self, byte: u8, problem: Problem) -> Result<(), Problem> {
        if self.takes(byte) { Ok(()) } else { Err(problem) }
    }

    /// Writes the path as `DB.users[2].password`.
    fn key(&self) -> Option<String> {
        let mut key = String::new();
        for step in &self.path {
            match step {
                Step::Key(name) if key.is_empty() => key.push_str(name),
                Step::Key(name) => key.extend([".", name]),
                Step::Index(index) => key.push_str(&format!("[{index}]")),
            }
        }
        (!self.path.is_empty()).then_some(key)
    }
}

/// Reads the unit of `\uXXXX` at the beginning of `text`.
fn unit(text: &[u8]) -> Option<u32> {
    let digits = text.strip_prefix(b"\\u")?.get(..4)?;
    digits.iter().try_fold(0, |unit, digit| Some(unit * 16 + char::from(*digit).to_digit(16)?))
}

/// Copies a value that was passed over: what a string says, anything else as it is written; `null` is none.
fn secret(value: &[u8]) -> Option<Secret> {
    match value {
        b"null" => None,
        [b'"', ..] => {
            let mut text = SecretBuffer::with_capacity(value.len());
            decode(value, |bytes| text.extend_from_slice(bytes));
            Some(text.into_secret())
        }
        _ => Some(Secret::copy_of(value)),
    }
}

/// Hands out what a string says, which was passed over and so has no defect.
fn decode(string: &[u8], mut out: impl FnMut(&[u8])) {
    let mut each = |event: Event<'_>| {
        if let Event::Text { bytes, .. } | Event::Escape { bytes, .. } = event {
            out(bytes);
        }
    };
    let mut lexer = Lexer::default();
    lexer.push(string, &mut each);
    lexer.finish(each);
}
