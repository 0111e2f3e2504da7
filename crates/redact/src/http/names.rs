//! Which names tell of a credential: the file `data/names.txt`, and the rules by which names are compared with it.

use std::sync::LazyLock;

static NAMES: LazyLock<Names> = LazyLock::new(|| Names::parse(include_str!("../../data/names.txt")));

/// A section of the file.
#[derive(Clone, Copy)]
pub(crate) enum Section {
    Headers,
    UrlHeaders,
    Parameters,
    AnyWord,
    LastWordEnds,
    LastWord,
    Harmless,
    Schemes,
    SchemesWithParameters,
    SchemeParametersShown,
    CookieAttributes,
    AddressSchemes,
    HostSchemes,
}

/// What the file calls the sections, in their order.
const TITLES: [&str; 13] = [
    "[headers]",
    "[url-headers]",
    "[parameters]",
    "[any-word]",
    "[last-word-ends]",
    "[last-word]",
    "[harmless]",
    "[schemes]",
    "[schemes-with-parameters]",
    "[scheme-parameters-shown]",
    "[cookie-attributes]",
    "[address-schemes]",
    "[host-schemes]",
];

/// The names of each section, without what is no letter or digit, sorted.
struct Names([Vec<String>; TITLES.len()]);

impl Names {
    fn parse(file: &str) -> Self {
        let mut sections = [const { Vec::new() }; TITLES.len()];
        let mut section = 0;
        for line in file.lines().filter(|line| !line.starts_with('#')) {
            if let Some(number) = TITLES.iter().position(|title| *title == line) {
                section = number;
            } else {
                let names = line.split_ascii_whitespace().map(|name| joined(name.as_bytes()));
                sections[section].extend(names);
            }
        }
        sections.iter_mut().for_each(|names| names.sort_unstable());
        Self(sections)
    }

    fn of(&self, section: Section) -> &[String] {
        &self.0[section as usize]
    }

    fn has(&self, section: Section, joined: &String) -> bool {
        self.of(section).binary_search(joined).is_ok()
    }

    fn has_end(&self, section: Section, word: &str) -> bool {
        self.of(section).iter().any(|end| word.ends_with(end.as_str()))
    }

    /// Tells whether a name is one of a credential by its words.
    fn is_by_words(&self, name: &[u8], joined: &String) -> bool {
        let words = words(name);
        let last = words.rsplit(' ').next().unwrap_or_default();
        let is_credential = words.split(' ').any(|word| self.has_end(Section::AnyWord, word))
            || self.has_end(Section::LastWordEnds, last)
            || self.of(Section::LastWord).iter().any(|word| word == last)
            // `api-key`, whose words are two.
            || self.has_end(Section::AnyWord, joined);
        is_credential && !self.has(Section::Harmless, joined)
    }
}

/// Tells whether the value of a header is a credential.
pub(crate) fn is_header(name: &[u8]) -> bool {
    // As CGI and its heirs call a header.
    let name = name.strip_prefix(b"HTTP_").unwrap_or(name);
    let joined = joined(name);
    NAMES.has(Section::Headers, &joined) || NAMES.is_by_words(name, &joined)
}

/// Tells whether the value of a parameter is a credential.
pub(crate) fn is_parameter(name: &[u8]) -> bool {
    is_in(Section::Parameters, name) || is_header(name)
}

/// Tells whether a section has the name.
pub(crate) fn is_in(section: Section, name: &[u8]) -> bool {
    NAMES.has(section, &joined(name))
}

/// The letters and digits of a name, in lower case.
fn joined(name: &[u8]) -> String {
    let kept = name.iter().filter(|byte| is_part_of_word(**byte));
    kept.map(|byte| char::from(byte.to_ascii_lowercase())).collect()
}

/// The words of a name, in lower case and without numbers, with one blank between two.
fn words(name: &[u8]) -> String {
    let mut words = String::with_capacity(name.len() + 8);
    let mut is_apart = false;
    for (at, byte) in name.iter().enumerate() {
        let is_after_small = at > 0 && name[at - 1].is_ascii_lowercase();
        let is_after_capital = at > 0 && name[at - 1].is_ascii_uppercase();
        let is_before_small = name.get(at + 1).is_some_and(u8::is_ascii_lowercase);
        let is_of_word = is_part_of_word(*byte) && !byte.is_ascii_digit();
        is_apart |= !is_of_word
            || byte.is_ascii_uppercase() && (is_after_small || is_after_capital && is_before_small);
        if is_of_word {
            if is_apart && !words.is_empty() {
                words.push(' ');
            }
            is_apart = false;
            words.push(char::from(byte.to_ascii_lowercase()));
        }
    }
    words
}

fn is_part_of_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || !byte.is_ascii()
}

#[cfg(test)]
mod tests {
    use super::{NAMES, TITLES, is_header, is_parameter, words};

    #[test]
    fn each_section_of_the_file_is_read() {
        let file = include_str!("../../data/names.txt");
        let titles: Vec<&str> = file.lines().filter(|line| line.starts_with('[')).collect();
        assert_eq!(titles, TITLES);
        assert!(NAMES.0.iter().all(|names| !names.is_empty()));
    }

    #[test]
    fn words_end_at_signs_numbers_and_capitals() {
        assert_eq!(words(b"X_Api-Key"), "x api key");
        assert_eq!(words(b"clientSecret2"), "client secret");
        assert_eq!(words(b"AWSAccessKeyId"), "aws access key id");
        assert_eq!(words(b"user[password]"), "user password");
        assert_eq!(words(b"**"), "");
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
            "HTTP_DPOP",
            "Pass-Phrase",
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
