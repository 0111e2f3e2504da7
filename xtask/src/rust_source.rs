//! Just enough of Rust's lexical grammar to tell code from comments and strings.
//!
//! A real parser (`syn`) would triple the compile time of this tool, and the rules need only lines, braces and
//! words that are certainly code.

mod functions;
mod mask;

pub(crate) use functions::Function;

/// A source file and its mask: the same characters, with comments and the insides of literals taken out.
pub(crate) struct RustSource {
    text: String,
    mask: String,
}

impl RustSource {
    pub(crate) fn new(text: String) -> Self {
        let mask = mask::mask(&text);
        Self { text, mask }
    }

    /// The lines as they stand, numbered from 1.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(index, line)| (index + 1, line))
    }

    /// The numbers of the lines whose code holds `needle` as whole words.
    pub(crate) fn lines_with_code(&self, needle: &str) -> Vec<usize> {
        numbered_lines_with(&self.mask, needle)
    }

    /// The numbers of the lines that hold `needle` as whole words anywhere, comments and strings too.
    pub(crate) fn lines_with_text(&self, needle: &str) -> Vec<usize> {
        numbered_lines_with(&self.text, needle)
    }

    /// Counts lines with code, up to the inline test module if there is one.
    pub(crate) fn code_lines(&self) -> usize {
        let lines: Vec<&str> = self.mask.lines().map(str::trim).collect();
        let end = (0..lines.len()).find(|&at| is_test_module(&lines[at..])).unwrap_or(lines.len());
        lines[..end].iter().filter(|line| !line.is_empty()).count()
    }

    /// The functions with a body, in the order in which they begin.
    pub(crate) fn functions(&self) -> Vec<Function> {
        functions::find(&self.mask)
    }
}

fn is_test_module(lines: &[&str]) -> bool {
    let Some(rest) = lines[0].strip_prefix("#[cfg(test)]") else { return false };
    let following = std::iter::once(rest.trim()).chain(lines[1..].iter().copied());
    let item = following.into_iter().find(|line| !line.is_empty() && !line.starts_with("#["));
    item.is_some_and(|item| item.starts_with("mod ") && item.contains('{'))
}

fn numbered_lines_with(text: &str, needle: &str) -> Vec<usize> {
    text.lines().zip(1..).filter(|(line, _)| has_words(line, needle)).map(|(_, number)| number).collect()
}

/// Tells whether `needle` stands in `line` and is not a part of a longer word.
pub(crate) fn has_words(line: &str, needle: &str) -> bool {
    let is_word = |character: char| character.is_alphanumeric() || character == '_';
    let starts_with_word = needle.chars().next().is_some_and(is_word);
    let ends_with_word = needle.chars().next_back().is_some_and(is_word);
    line.match_indices(needle).any(|(at, _)| {
        let before = line[..at].chars().next_back().is_some_and(is_word);
        let after = line[at + needle.len()..].chars().next().is_some_and(is_word);
        !(starts_with_word && before || ends_with_word && after)
    })
}

#[cfg(test)]
mod tests {
    use super::RustSource;

    fn source(text: &str) -> RustSource {
        RustSource::new(text.to_owned())
    }

    #[test]
    fn blank_lines_comments_and_inline_tests_are_no_code() {
        let text =
            "//! Doc.\n\nfn a() {\n    /* x\n y */\n}\n\n#[cfg(test)]\nmod tests {\n    fn b() {}\n}\n";
        assert_eq!(source(text).code_lines(), 2);
    }

    #[test]
    fn an_outline_test_module_does_not_end_the_count() {
        assert_eq!(source("#[cfg(test)]\nmod tests;\nfn a() {}\n").code_lines(), 3);
    }

    #[test]
    fn lines_of_a_multi_line_string_are_code() {
        assert_eq!(source("const A: &str = \"one\ntwo\";\n").code_lines(), 2);
    }

    #[test]
    fn needles_are_whole_words_of_code() {
        let text = "// todo!()\nlet a = \"todo!()\";\nmy_todo!();\ntodo!();\n";
        assert_eq!(source(text).lines_with_code("todo!"), [4]);
    }
}
