//! Which names tell of a credential: the file `data/names.txt`, and the rules by which names are compared with it.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

static NAMES: LazyLock<Names> = LazyLock::new(|| Names::parse(include_str!("../../data/names.txt")));

/// The sections of the file, and in each the names without what is no letter or digit.
struct Names(HashMap<&'static str, HashSet<String>>);

impl Names {
    fn parse(file: &'static str) -> Self {
        let mut sections = HashMap::<_, HashSet<_>>::new();
        let mut section = "";
        for line in file.lines().filter(|line| !line.starts_with('#')) {
            if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
                section = name;
            } else {
                let names = line.split_ascii_whitespace().map(|name| joined(name.as_bytes()));
                sections.entry(section).or_default().extend(names);
            }
        }
        Self(sections)
    }

    fn section(&self, section: &str) -> &HashSet<String> {
        self.0.get(section).expect("the file has each section that is asked for")
    }
}

/// Tells whether the value of a header is a credential.
pub(crate) fn is_header(name: &[u8]) -> bool {
    // As CGI and its heirs call a header.
    let name = name.strip_prefix(b"HTTP_").unwrap_or(name);
    is_in("headers", name) || is_by_words(name)
}

/// Tells whether the value of a parameter is a credential.
pub(crate) fn is_parameter(name: &[u8]) -> bool {
    is_in("parameters", name) || is_header(name)
}

/// Tells whether a section has the name.
pub(crate) fn is_in(section: &str, name: &[u8]) -> bool {
    NAMES.section(section).contains(&joined(name))
}

fn is_by_words(name: &[u8]) -> bool {
    let words = words(name);
    let Some(last) = words.last() else { return false };
    let ends =
        |section: &str, word: &str| NAMES.section(section).iter().any(|end| word.ends_with(end.as_str()));
    let is_credential = words.iter().any(|word| ends("any-word", word))
        || ends("last-word-ends", last)
        || NAMES.section("last-word").contains(last)
        // `api-key`, whose words are two.
        || ends("any-word", &joined(name));
    is_credential && !is_in("harmless", name)
}

/// The letters and digits of a name, in lower case.
fn joined(name: &[u8]) -> String {
    let kept = name.iter().filter(|byte| is_part_of_word(**byte));
    kept.map(|byte| char::from(byte.to_ascii_lowercase())).collect()
}

/// The words of a name, in lower case and without numbers.
fn words(name: &[u8]) -> Vec<String> {
    let mut words = vec![String::new()];
    for (at, byte) in name.iter().enumerate() {
        let is_after_small = at > 0 && name[at - 1].is_ascii_lowercase();
        let is_after_capital = at > 0 && name[at - 1].is_ascii_uppercase();
        let is_before_small = name.get(at + 1).is_some_and(u8::is_ascii_lowercase);
        let is_begin = byte.is_ascii_uppercase() && (is_after_small || is_after_capital && is_before_small);
        if is_begin || !is_part_of_word(*byte) || byte.is_ascii_digit() {
            words.push(String::new());
        }
        if is_part_of_word(*byte) && !byte.is_ascii_digit() {
            words.last_mut().expect("it begins with one").push(char::from(byte.to_ascii_lowercase()));
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

fn is_part_of_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || !byte.is_ascii()
}

#[cfg(test)]
mod tests {
    use super::{is_header, is_parameter, words};

    #[test]
    fn words_end_at_signs_numbers_and_capitals() {
        assert_eq!(words(b"X_Api-Key"), ["x", "api", "key"]);
        assert_eq!(words(b"clientSecret2"), ["client", "secret"]);
        assert_eq!(words(b"AWSAccessKeyId"), ["aws", "access", "key", "id"]);
        assert_eq!(words(b"user[password]"), ["user", "password"]);
        assert_eq!(words(b"**"), Vec::<String>::new());
    }

    #[test]
    fn a_credential_is_told_by_its_name() {
        for name in [
            "Authorization",
            "HTTP_AUTHORIZATION",
            "X-Api-Key",
            "x_api_key",
            "apiKey",
            "APIKEY",
            "X-Foo-Token",
        ] {
            assert!(is_header(name.as_bytes()), "{name}");
        }
        for name in
            ["db_password2", "password_confirmation", "accesstoken", "user[new_password]", "X-Amz-Signature"]
        {
            assert!(is_parameter(name.as_bytes()), "{name}");
        }
    }

    #[test]
    fn a_name_that_only_sounds_so_is_none() {
        for name in [
            "code",
            "Accept",
            "Idempotency-Key",
            "Sec-WebSocket-Key",
            "monkey",
            "max_tokens",
            "http",
            "",
            "*",
        ] {
            assert!(!is_header(name.as_bytes()), "{name}");
        }
        for name in [
            "page_token",
            "nextPageToken",
            "author",
            "keyboard",
            "q",
            "spin",
            "public_key",
            "signature_method",
        ] {
            assert!(!is_parameter(name.as_bytes()), "{name}");
        }
    }
}
