//! A reference's path, which goes into a URL exactly or not at all.
//!
//! The decision: what a server might clean up (`..`, `//`, a blank part) is refused here, since a cleaned path is another
//! secret's. Everything else is escaped and arrives as it was written.

use std::fmt::Write as _;

use crate::error::{Outcome, not_meant};

/// The longest path; Vault itself stores none that is longer.
const LONGEST: usize = 4096;

/// Checks a path of names with `/` between them.
pub(crate) fn check(path: &str) -> Outcome<()> {
    if path.len() > LONGEST {
        return Err(not_meant("its path is longer than the server takes"));
    }
    if path.chars().any(char::is_control) {
        return Err(not_meant("its path has a control character"));
    }
    for part in path.split('/') {
        match part {
            "" => return Err(not_meant("its path has an empty part").with_hint(FORM)),
            "." | ".." => return Err(not_meant("its path has a . or .. part").with_hint(FORM)),
            // The server cuts them off, and the name would be another.
            blank if blank.trim() != blank => {
                return Err(not_meant("a part of its path begins or ends blank"));
            }
            _ => {}
        }
    }
    Ok(())
}

const FORM: &str = "write vault://MOUNT/PATH, with one / between names";

/// Escapes a checked path for a URL (RFC 3986 section 2.3); `/` stays.
pub(crate) fn encoded(path: &str) -> String {
    let mut text = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            text.push(char::from(byte));
        } else {
            write!(text, "%{byte:02X}").expect("a string takes all text");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_could_mean_another_is_refused() {
        for path in [
            "", "/", "/a", "a/", "a//b", ".", "..", "a/../b", "a/./b", "../a", " a", "a/b ", "a\nb", "a\0b",
            "\u{a0}a",
        ] {
            assert!(check(path).is_err(), "{path:?}");
        }
        assert!(check(&"x".repeat(4097)).is_err());
        for path in ["a", "a/b c", "...", "a.b", "%2e%2e", "a?b#c", "\u{1f511}", "star*", &"x".repeat(4096)] {
            check(path).expect(path);
        }
    }

    #[test]
    fn all_that_a_url_reserves_is_escaped() {
        assert_eq!(encoded("a/b c?d#e%2F+\u{e9}"), "a/b%20c%3Fd%23e%252F%2B%C3%A9");
        assert_eq!(encoded("A-z_0.9~"), "A-z_0.9~");
    }
}
