//! Patterns over names.

/// Tells whether `name` matches `pattern` in any case; `*` stands for any characters, none among them.
///
/// ```
/// use reticent_config::matches_pattern;
///
/// assert!(matches_pattern("*password", "DB_PASSWORD"));
/// assert!(!matches_pattern("*PASSWORD", "PASSWORD_LENGTH"));
/// ```
#[must_use]
pub fn matches_pattern(pattern: &str, name: &str) -> bool {
    let (pattern, name) = (pattern.as_bytes(), name.as_bytes());
    // The classic walk with one place to come back to; it never takes more than pattern × name steps.
    let (mut at, mut in_name) = (0, 0);
    let mut back: Option<(usize, usize)> = None;
    while in_name < name.len() {
        if pattern.get(at) == Some(&b'*') {
            back = Some((at, in_name));
            at += 1;
        } else if pattern.get(at).is_some_and(|wanted| wanted.eq_ignore_ascii_case(&name[in_name])) {
            at += 1;
            in_name += 1;
        } else if let Some((star, from)) = back {
            back = Some((star, from + 1));
            at = star + 1;
            in_name = from + 1;
        } else {
            return false;
        }
    }
    pattern[at..].iter().all(|rest| *rest == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_anything() {
        for (pattern, name, want) in [
            ("*", "", true),
            ("*", "X", true),
            ("A*", "ABC", true),
            ("*C", "ABC", true),
            ("*B*", "ABC", true),
            ("A*C*E", "ABCDE", true),
            ("a*c", "ABCD", false),
            ("ABC", "ABCD", false),
            ("ABCD", "ABC", false),
            ("", "", true),
            ("", "A", false),
            ("*ab", "aab", true),
        ] {
            assert_eq!(matches_pattern(pattern, name), want, "{pattern} {name}");
        }
    }
}
