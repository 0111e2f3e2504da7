//! Values that were meant to be replaced: placeholders, shipped defaults, documented examples.
//!
//! One list for everybody who judges values (settings, detection, the checklist), so that they agree. It judges the
//! value first; a name only adds "the value is the key's own name".

mod list;

use std::fmt;

use list::{DEFAULTS, DOCUMENTED, MARKERS, PHRASES};

/// Why a value is no real secret.
///
/// ```
/// use reticent_core::Placeholder;
///
/// assert_eq!(Placeholder::judge("API_KEY", b"your-api-key-here"), Some(Placeholder::Marker));
/// assert_eq!(Placeholder::judge("POSTGRES_PASSWORD", b"postgres"), Some(Placeholder::Default));
/// assert_eq!(Placeholder::judge("API_KEY", b"q8Zt0vLw2nXc5Rb7"), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Placeholder {
    /// It says that it must be replaced: `changeme`, `<token>`, `your-key-here`, `xxxx`.
    Marker,
    /// A product ships with it: `postgres`, `guest`, `minioadmin`.
    Default,
    /// It is printed in a vendor's documents.
    Documented,
    /// It is the name of the setting itself.
    OwnName,
    /// One character again and again.
    Repeated,
}

impl Placeholder {
    /// Judges `value`, which stands under `name` (empty if it has none).
    ///
    /// An empty value is not a placeholder: it is empty.
    #[must_use]
    pub fn judge(name: &str, value: &[u8]) -> Option<Self> {
        let value = value.trim_ascii();
        if value.is_empty() {
            None
        } else if DOCUMENTED.iter().any(|known| is_known(known, value)) {
            Some(Self::Documented)
        } else if DEFAULTS.iter().any(|known| value.eq_ignore_ascii_case(known.as_bytes())) {
            Some(Self::Default)
        } else if !name.is_empty() && same_words(name.as_bytes(), value) {
            Some(Self::OwnName)
        } else if is_marker(value) {
            Some(Self::Marker)
        } else if value.len() >= 4 && value.iter().all(|byte| *byte == value[0]) {
            Some(Self::Repeated)
        } else {
            None
        }
    }
}

impl fmt::Display for Placeholder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Marker => "a placeholder",
            Self::Default => "a shipped default",
            Self::Documented => "an example from a vendor's documents",
            Self::OwnName => "the setting's own name",
            Self::Repeated => "one repeated character",
        })
    }
}

/// Tells whether a value announces that it is to be replaced.
fn is_marker(value: &[u8]) -> bool {
    is_bracketed(value)
        || is_crossed_out(value)
        || is_words_that_end_in_here(value)
        || contains_phrase(value)
        || MARKERS.iter().any(|marker| begins_or_ends_with_word(value, marker.as_bytes()))
}

/// `<token>`, `[token]`, `{{ token }}`, `${TOKEN}`, `%TOKEN%`, `__TOKEN__`, with nothing else in or around it.
fn is_bracketed(value: &[u8]) -> bool {
    const PAIRS: [(&[u8], &[u8]); 6] =
        [(b"<", b">"), (b"[", b"]"), (b"{{", b"}}"), (b"${", b"}"), (b"%", b"%"), (b"__", b"__")];
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b" _-.:/".contains(byte);
    PAIRS.iter().any(|(open, close)| {
        let inner = value.strip_prefix(*open).and_then(|rest| rest.strip_suffix(*close));
        inner.is_some_and(|inner| inner.iter().any(u8::is_ascii_alphabetic) && inner.iter().all(plain))
    })
}

/// `xxx`, `sk-xxxxxxxx`, `****`, `...`: three or more of a filler, and before it at most a short prefix.
fn is_crossed_out(value: &[u8]) -> bool {
    let Some(last) = value.last().filter(|last| b"xX*.".contains(last)) else { return false };
    let run = value.iter().rev().take_while(|byte| *byte == last).count();
    let prefix = &value[..value.len() - run];
    run >= 3 && prefix.len() <= 12 && run >= prefix.len().min(6)
}

/// `your_secure_password_here`: words alone, of which the last is `here`.
fn is_words_that_end_in_here(value: &[u8]) -> bool {
    let mut words = value.rsplit(|byte| b" _-".contains(byte));
    words.next().is_some_and(|last| last.eq_ignore_ascii_case(b"here"))
        && words.next().is_some()
        && value.iter().all(|byte| byte.is_ascii_alphabetic() || b" _-".contains(byte))
}

/// Tells whether two texts are equal but for case and the delimiters between words.
fn same_words(left: &[u8], right: &[u8]) -> bool {
    let letters = |text: &[u8]| -> Vec<u8> {
        text.iter().filter(|byte| byte.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase).collect()
    };
    left.len().abs_diff(right.len()) <= 8 && {
        let right = zeroize::Zeroizing::new(letters(right));
        letters(left) == **right
    }
}

/// Compares with an example that is written in two pieces.
fn is_known(known: &[&str; 2], value: &[u8]) -> bool {
    value.strip_prefix(known[0].as_bytes()).is_some_and(|rest| rest == known[1].as_bytes())
}

/// Finds any of the phrases in `value` without regard to case.
fn contains_phrase(value: &[u8]) -> bool {
    value.iter().enumerate().any(|(start, first)| {
        let first = first.to_ascii_lowercase();
        let begins = |phrase: &&&str| phrase.as_bytes().first() == Some(&first);
        PHRASES.iter().filter(begins).any(|phrase| begins_with_words(&value[start..], phrase.as_bytes()))
    })
}

/// Compares without regard to case; a space in the phrase stands for at most one delimiter.
fn begins_with_words(mut rest: &[u8], phrase: &[u8]) -> bool {
    phrase.iter().all(|wanted| {
        if *wanted == b' ' {
            rest = rest
                .strip_prefix(b" ")
                .or(rest.strip_prefix(b"_"))
                .or(rest.strip_prefix(b"-"))
                .unwrap_or(rest);
            return true;
        }
        let Some((first, tail)) = rest.split_first() else { return false };
        rest = tail;
        first.eq_ignore_ascii_case(wanted)
    })
}

/// Tells whether the value begins or ends with `word`, with a delimiter or nothing on its other side.
fn begins_or_ends_with_word(value: &[u8], word: &[u8]) -> bool {
    let Some(rest) = value.len().checked_sub(word.len()) else { return false };
    let begins = value[..word.len()].eq_ignore_ascii_case(word)
        && value.get(word.len()).is_none_or(|next| !next.is_ascii_alphanumeric());
    let ends =
        value[rest..].eq_ignore_ascii_case(word) && (rest == 0 || !value[rest - 1].is_ascii_alphanumeric());
    begins || ends
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, value: &str, want: Option<Placeholder>) {
        assert_eq!(Placeholder::judge(name, value.as_bytes()), want, "{name}={value}");
    }

    #[test]
    fn what_was_meant_to_be_replaced_is_known() {
        for value in [
            "changeme",
            "CHANGE_ME",
            "change-me-please",
            "REPLACE_ME",
            "your_api_key_here",
            "YOUR-TOKEN",
            "<token>",
            "<your token>",
            "${TOKEN}",
            "{{ token }}",
            "__TOKEN__",
            "xxx",
            "sk-xxxxxxxxxxxx",
            "XXXX",
            "...",
            "TODO",
            "todo: ask ops",
            "example-password",
            "dummy",
            "insert-key",
            "my_placeholder",
            "fill in",
            "tbd",
            "your_secure_password_here",
            "key-goes-here",
        ] {
            check("K", value, Some(Placeholder::Marker));
        }
        check("K", "0000000000", Some(Placeholder::Repeated));
        check("DB_PASSWORD", "db-password", Some(Placeholder::OwnName));
        check("K", " MinioAdmin ", Some(Placeholder::Default));
        check("K", &["AKIA", "IOSFODNN7EXAMPLE"].concat(), Some(Placeholder::Documented));
    }

    #[test]
    fn real_values_are_left_alone() {
        for value in [
            "",
            "   ",
            "q8Zt0vLw2nXc5Rb7",
            "postgres://app:q8Zt0vLw@db.example.com/app",
            "exampled-Zt0vLw2n",
            "correct horse battery staple",
            "[1, 2, \"x\"]",
            "xxl-Zt0vLw2nXc5R",
            "%5Q!x%",
            "aaa",
            "mydummyZt0",
            "here-be-dragons",
            "here",
            "a.b.c",
        ] {
            check("K", value, None);
        }
    }
}
