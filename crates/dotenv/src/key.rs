//! What a key looks like, and when it may be shown.

/// A longer "key" in a message is more likely a value in the wrong place.
const SHOWN_CHARACTERS: usize = 64;

/// From this length on, letters of both cases and digits without a separator look like a token.
const TOKEN_LENGTH: usize = 20;

/// Tells whether a key may hold `character`: what Docker Compose takes, so that dots, dashes and other alphabets pass.
pub(crate) fn fits(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '.' | '-' | '[' | ']')
}

/// Tells whether `text` is a key that can be written.
pub(crate) fn is_key(text: &str) -> bool {
    !text.is_empty() && text.chars().all(fits)
}

/// Tells whether a message may repeat `text`: a name that a person would give, not the middle of a torn value.
pub(crate) fn is_plausible(text: &str) -> bool {
    let begins = text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte);
    begins && text.len() <= SHOWN_CHARACTERS && text.bytes().all(fits) && !looks_like_a_token(text)
}

fn looks_like_a_token(text: &str) -> bool {
    let has = |test: fn(&u8) -> bool| text.as_bytes().iter().any(test);
    text.len() >= TOKEN_LENGTH
        && has(u8::is_ascii_uppercase)
        && has(u8::is_ascii_lowercase)
        && has(u8::is_ascii_digit)
        && !has(|byte| b"_.-".contains(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_that_people_give_are_shown() {
        for name in ["A", "_x", "DB_PASSWORD", "db.password", "camelCase2", "STRIPE_KEY_2_Live_eu_west"] {
            assert!(is_plausible(name), "{name}");
        }
        let token = ["MIIEvQIBADANBgkqh", "kiG9w0BAQEFAASC"].concat();
        for text in ["", "9a", "h\u{e9}", "a b", &token, &"x".repeat(65)] {
            assert!(!is_plausible(text), "{text}");
        }
    }
}
