//! Text that people read in errors: hostile names made harmless, and the nearest known word.

use std::fmt;

/// The longest name that a message repeats whole.
const SHOWN_CHARACTERS: usize = 200;

/// Shows a name in a message: control, invisible and direction-changing characters are escaped, and a very long
/// name is cut.
///
/// A name comes from outside (a file, an argument, a server), and a log line must stay one line.
///
/// ```
/// use reticent_core::Visible;
///
/// assert_eq!(Visible("db/password").to_string(), "db/password");
/// assert_eq!(Visible("a\nERROR b\u{202e}").to_string(), "a\\nERROR b\\u{202e}");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Visible<'a>(
    /// The name as it came.
    pub &'a str,
);

impl fmt::Display for Visible<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (count, character) in self.0.chars().enumerate() {
            if count == SHOWN_CHARACTERS {
                return f.write_str("…");
            }
            if must_be_escaped(character) {
                write!(f, "{}", character.escape_debug())?;
            } else {
                write!(f, "{character}")?;
            }
        }
        Ok(())
    }
}

fn must_be_escaped(character: char) -> bool {
    // `escape_debug` knows control characters and unassigned ones; it would also escape quotes, which are harmless.
    !matches!(character, '\'' | '"' | '\\') && character.escape_debug().len() > 1
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// Returns the candidate that `word` was most likely meant to be: at most two edits away, and fewer than half of it.
///
/// ```
/// assert_eq!(reticent_core::closest("pasword", ["host", "password"]), Some("password"));
/// assert_eq!(reticent_core::closest("port", ["host", "password"]), None);
/// ```
pub fn closest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .into_iter()
        .filter(|candidate| candidate.len().abs_diff(word.len()) <= 2 && candidate.len() <= 64)
        .map(|candidate| (edits(word, candidate), candidate))
        .filter(|(count, candidate)| *count <= 2 && count * 2 < candidate.chars().count())
        .min_by_key(|(count, _)| *count)
        .map(|(_, candidate)| candidate)
}

/// Levenshtein's distance without regard to ASCII case.
fn edits(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().map(|character| character.to_ascii_lowercase()).collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (line, from) in left.chars().map(|character| character.to_ascii_lowercase()).enumerate() {
        let mut diagonal = row[0];
        row[0] = line + 1;
        for (column, to) in right.iter().enumerate() {
            let replaced = diagonal + usize::from(from != *to);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_names_stay_on_one_line() {
        for (name, shown) in [
            ("plain", "plain"),
            ("quote\"back\\slash'", "quote\"back\\slash'"),
            ("\u{1b}[31mred", "\\u{1b}[31mred"),
            ("tab\tnul\0", "tab\\tnul\\0"),
            ("h\u{e9}llo \u{1f600}", "h\u{e9}llo \u{1f600}"),
            ("zero\u{200b}width", "zero\\u{200b}width"),
        ] {
            assert_eq!(Visible(name).to_string(), shown);
        }
    }

    #[test]
    fn a_long_name_is_cut() {
        assert_eq!(Visible(&"x".repeat(1000)).to_string().chars().count(), SHOWN_CHARACTERS + 1);
    }

    #[test]
    fn a_suggestion_is_near_or_none() {
        for (word, want) in
            [("currnt", Some("current")), ("CURRENT", Some("current")), ("id", None), ("zzzzzzz", None)]
        {
            assert_eq!(closest(word, ["current", "previous", "pending"]), want, "{word}");
        }
    }
}
