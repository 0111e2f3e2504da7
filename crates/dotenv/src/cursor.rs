//! A place in the text that knows its line.

/// Tells whether `character` is white space that does not end a line.
pub(crate) fn is_blank(character: char) -> bool {
    character.is_whitespace() && !matches!(character, '\n' | '\r')
}

/// Reads forward; a line ends with `\n`, `\r\n` or `\r`.
#[derive(Clone)]
pub(crate) struct Cursor<'a> {
    text: &'a str,
    position: usize,
    line: usize,
    line_from: usize,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text, position: 0, line: 1, line_from: 0 }
    }

    pub(crate) fn position(&self) -> usize {
        self.position
    }

    /// Returns what was read since `from`.
    pub(crate) fn since(&self, from: usize) -> &'a str {
        &self.text[from..self.position]
    }

    pub(crate) fn peek(&self) -> Option<char> {
        self.text[self.position..].chars().next()
    }

    /// Returns what is left.
    pub(crate) fn rest(&self) -> &'a str {
        &self.text[self.position..]
    }

    /// Moves over one character that ends no line.
    pub(crate) fn bump(&mut self) {
        self.position += self.peek().map_or(0, char::len_utf8);
    }

    /// Moves on to `position`, which is not behind; lines in between are not counted.
    pub(crate) fn jump(&mut self, position: usize) {
        self.position = position;
    }

    pub(crate) fn skip_while(&mut self, test: impl Fn(char) -> bool) {
        let rest = &self.text[self.position..];
        self.position += rest.find(|character| !test(character)).unwrap_or(rest.len());
    }

    pub(crate) fn take(&mut self, word: &str) -> bool {
        let found = self.text[self.position..].starts_with(word);
        self.position += if found { word.len() } else { 0 };
        found
    }

    /// Moves to the end of the line, before what ends it.
    pub(crate) fn skip_line(&mut self) {
        self.skip_while(|character| !matches!(character, '\n' | '\r'));
    }

    /// Moves over one line ending, if one is here.
    pub(crate) fn take_line_end(&mut self) -> bool {
        let length = match self.text.as_bytes()[self.position..] {
            [b'\r', b'\n', ..] => 2,
            [b'\r' | b'\n', ..] => 1,
            _ => return false,
        };
        self.position += length;
        self.line += 1;
        self.line_from = self.position;
        true
    }

    /// A byte order mark takes no column.
    pub(crate) fn skip_byte_order_mark(&mut self) {
        if self.take("\u{feff}") {
            self.line_from = self.position;
        }
    }

    /// Returns line and column.
    pub(crate) fn place(&self) -> (usize, usize) {
        (self.line, 1 + self.text[self.line_from..self.position].chars().count())
    }

    /// Returns line and column of a later byte.
    pub(crate) fn place_of(&self, offset: usize) -> (usize, usize) {
        let mut ahead = self.clone();
        while ahead.position < offset {
            if !ahead.take_line_end() {
                ahead.bump();
            }
        }
        ahead.place()
    }
}
