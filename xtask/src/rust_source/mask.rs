//! Replaces comments by spaces and the insides of literals by `_`, line by line in place.

use std::iter::repeat_n;

/// Masks the text; the result has the same number of lines, and of characters in each.
///
/// A blank line inside a literal stays blank.
pub(super) fn mask(text: &str) -> String {
    let mut masker =
        Masker { rest: &text.chars().collect::<Vec<_>>(), masked: String::with_capacity(text.len()) };
    while !masker.rest.is_empty() {
        masker.step();
    }
    masker.masked
}

struct Masker<'a> {
    rest: &'a [char],
    masked: String,
}

impl Masker<'_> {
    fn step(&mut self) {
        match self.rest {
            ['/', '/', ..] => self.line_comment(),
            ['/', '*', ..] => self.block_comment(),
            ['"', ..] => self.string(),
            ['\'', ..] => self.quote(),
            [first, ..] if first.is_alphabetic() || *first == '_' => self.word(),
            _ => self.copy(1),
        }
    }

    fn line_comment(&mut self) {
        let length = self.rest.iter().position(|&character| character == '\n').unwrap_or(self.rest.len());
        self.blank(length, ' ');
    }

    /// Block comments nest.
    fn block_comment(&mut self) {
        let (mut at, mut depth) = (0, 0_usize);
        while at < self.rest.len() {
            match self.rest[at..] {
                ['/', '*', ..] => (at, depth) = (at + 2, depth + 1),
                ['*', '/', ..] => (at, depth) = (at + 2, depth - 1),
                _ => at += 1,
            }
            if depth == 0 {
                break;
            }
        }
        self.blank(at, ' ');
    }

    fn string(&mut self) {
        self.copy(1);
        let mut at = 0;
        while at < self.rest.len() && self.rest[at] != '"' {
            at += if self.rest[at] == '\\' { 2 } else { 1 };
        }
        self.blank(at.min(self.rest.len()), '_');
        self.copy(1);
    }

    /// A quote opens a character literal or a lifetime.
    fn quote(&mut self) {
        match self.rest {
            ['\'', '\\', ..] => {
                let end = self.rest.iter().skip(3).position(|&character| character == '\'');
                let inside = end.map_or(self.rest.len() - 1, |end| end + 2);
                self.copy(1);
                self.blank(inside, '_');
                self.copy(1);
            }
            ['\'', _, '\'', ..] => {
                self.copy(1);
                self.blank(1, '_');
                self.copy(1);
            }
            _ => self.copy(1),
        }
    }

    /// Copies a word; if it introduces a raw string, masks that.
    fn word(&mut self) {
        let is_word = |character: &char| character.is_alphanumeric() || *character == '_';
        let length = self.rest.iter().position(|character| !is_word(character)).unwrap_or(self.rest.len());
        let word: String = self.rest[..length].iter().collect();
        self.copy(length);
        if !["r", "br", "cr"].contains(&word.as_str()) {
            return;
        }
        let hashes = self.rest.iter().take_while(|&&character| character == '#').count();
        if self.rest.get(hashes) == Some(&'"') {
            self.copy(hashes + 1);
            self.raw_string(hashes);
        }
    }

    fn raw_string(&mut self, hashes: usize) {
        let end: Vec<char> = std::iter::once('"').chain(repeat_n('#', hashes)).collect();
        let length =
            (0..self.rest.len()).find(|&at| self.rest[at..].starts_with(&end)).unwrap_or(self.rest.len());
        self.blank(length, '_');
        self.copy(end.len());
    }

    fn copy(&mut self, count: usize) {
        let count = count.min(self.rest.len());
        self.masked.extend(&self.rest[..count]);
        self.rest = &self.rest[count..];
    }

    fn blank(&mut self, count: usize, filler: char) {
        for &character in &self.rest[..count] {
            self.masked.push(if character.is_whitespace() { character } else { filler });
        }
        self.rest = &self.rest[count..];
    }
}

#[cfg(test)]
mod tests {
    use super::mask;

    #[track_caller]
    fn check(text: &str, want: &str) {
        assert_eq!(mask(text), want);
    }

    #[test]
    fn comments_become_spaces() {
        check("a // {\nb", "a     \nb");
        check("a /* { /* } */ */ b", "a                 b");
    }

    #[test]
    fn the_insides_of_literals_become_underscores() {
        check(r#"f("{\"}", '{', '\'', b"}")"#, r#"f("____", '_', '__', b"_")"#);
        check("r#\"a \" {\"# }", "r#\"_ _ _\"# }");
    }

    #[test]
    fn lifetimes_and_raw_names_are_code() {
        check("fn a<'b>(c: &'b str) { r#fn }", "fn a<'b>(c: &'b str) { r#fn }");
    }

    #[test]
    fn an_unfinished_literal_ends_with_the_file() {
        check("\"a\\", "\"__");
        check("'\\", "'_");
    }
}
