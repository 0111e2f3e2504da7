//! How values are read: booleans and numbers as pydantic reads them, everything else byte for byte.
//!
//! The decision: functions from bytes to a value or nothing. What was expected is the kind's to say, so that no
//! error can hold what was found.

mod duration;
mod list;
mod number;
mod url;

pub(crate) use duration::duration;
pub(crate) use list::list;
pub(crate) use number::{Whole, number, whole};
pub(crate) use url::{Encryption, Url, is_local_host};

use reticent_core::Secret;

use crate::schema::Kind;

const ON: [&str; 6] = ["1", "t", "y", "on", "yes", "true"];
const OFF: [&str; 6] = ["0", "f", "n", "no", "off", "false"];

/// Reads a flag: pydantic's words in any case, blanks around them taken off.
pub(crate) fn flag(bytes: &[u8]) -> Option<bool> {
    let word = bytes.trim_ascii();
    let is_one_of = |words: &[&str]| words.iter().any(|known| word.eq_ignore_ascii_case(known.as_bytes()));
    match (is_one_of(&ON), is_one_of(&OFF)) {
        (true, _) => Some(true),
        (_, true) => Some(false),
        _ => None,
    }
}

/// Finds the word that is meant: in any case, `-` and `_` alike.
pub(crate) fn choice(bytes: &[u8], words: &[String]) -> Option<usize> {
    let plain = |byte: &u8| if *byte == b'-' { b'_' } else { byte.to_ascii_lowercase() };
    words.iter().position(|word| {
        word.len() == bytes.len()
            && word.bytes().zip(bytes).all(|(known, found)| plain(&known) == plain(found))
    })
}

/// Tells whether a value has the form of `kind`.
pub(crate) fn has_form(kind: &Kind, value: &Secret) -> bool {
    #[expect(clippy::disallowed_methods, reason = "borrowed for one judgement, which keeps no copy")]
    let bytes = value.expose_bytes();
    match kind {
        Kind::Text => std::str::from_utf8(bytes).is_ok(),
        Kind::Secret => true,
        Kind::Path => !bytes.is_empty() && !bytes.contains(&0),
        Kind::Flag => flag(bytes).is_some(),
        Kind::Whole { least, greatest } => {
            whole(bytes).is_some_and(|whole| whole.is_within(*least, *greatest))
        }
        Kind::Number => number(bytes).is_some(),
        Kind::Duration => duration(bytes).is_some(),
        Kind::Choice(words) => choice(bytes, words).is_some(),
        Kind::List(inner) => {
            list(value).is_some_and(|entries| entries.iter().all(|entry| has_form(inner, entry)))
        }
        Kind::Other(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_are_pydantics_words() {
        for word in ["true", "TRUE", "1", "t", "y", "on", "Yes", " true\n"] {
            assert_eq!(flag(word.as_bytes()), Some(true), "{word}");
        }
        for word in ["false", "False", "0", "f", "n", "off", "no"] {
            assert_eq!(flag(word.as_bytes()), Some(false), "{word}");
        }
        for word in ["", "2", "10", "truth", "yes please", "enabled", "\u{e9}"] {
            assert_eq!(flag(word.as_bytes()), None, "{word}");
        }
    }

    #[test]
    fn a_choice_is_found_in_any_case() {
        let words = ["debug".to_owned(), "very-loud".to_owned()];
        assert_eq!(choice(b"DEBUG", &words), Some(0));
        assert_eq!(choice(b"Very_Loud", &words), Some(1));
        assert_eq!(choice(b"debug ", &words), None);
    }
}
