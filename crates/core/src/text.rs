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

/// Levenshtein's distance without regard to ASCII case, where two neighbours that changed places count as one edit.
fn edits(left: &str, right: &str) -> usize {
    let letters =
        |text: &str| -> Vec<char> { text.chars().map(|letter| letter.to_ascii_lowercase()).collect() };
    let (left, right) = (letters(left), letters(right));
    let mut rows: Vec<Vec<usize>> = vec![(0..=right.len()).collect()];
    for line in 1..=left.len() {
        let mut row = vec![line];
        for column in 1..=right.len() {
            let replaced = rows[line - 1][column - 1] + usize::from(left[line - 1] != right[column - 1]);
            let mut best = replaced.min(rows[line - 1][column] + 1).min(row[column - 1] + 1);
            let swapped = line > 1
                && column > 1
                && (left[line - 1], left[line - 2]) == (right[column - 2], right[column - 1]);
            if swapped {
                best = best.min(rows[line - 2][column - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[left.len()][right.len()]
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
        for (word, want) in [
            ("currnt", Some("current")),
            ("CURRENT", Some("current")),
            ("id", None),
            ("zzzzzzz", None),
            ("currnte", Some("current")),
        ] {
            assert_eq!(closest(word, ["current", "previous", "pending"]), want, "{word}");
        }
    }
}
