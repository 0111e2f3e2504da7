//! Several values in one.

use reticent_core::{Field, FieldError, Secret};

/// The longest list that is read.
const LONGEST: usize = 4096;

/// Reads a JSON list, or a list with commas; blanks around an entry of the latter are taken off, and a value of
/// blanks alone has no entries.
pub(crate) fn list(value: &Secret) -> Option<Vec<Secret>> {
    #[expect(clippy::disallowed_methods, reason = "cut into secrets of their own")]
    let bytes = value.expose_bytes().trim_ascii();
    if bytes.is_empty() {
        return Some(Vec::new());
    }
    if bytes.starts_with(b"[") {
        return json(value);
    }
    let entries = bytes.split(|byte| *byte == b',');
    Some(entries.map(|entry| Secret::copy_of(entry.trim_ascii())).collect())
}

/// Takes the entries out of a JSON list one by one; core's reader copies no neighbour.
fn json(value: &Secret) -> Option<Vec<Secret>> {
    let mut entries = Vec::new();
    while entries.len() < LONGEST {
        let pointer = Field::parse(&format!("/{}", entries.len())).ok()?;
        match value.field(&pointer) {
            Ok(entry) => entries.push(entry),
            Err(FieldError::Missing { .. }) => return Some(entries),
            Err(_) => return None,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_json_or_have_commas() {
        for (text, want) in [
            ("a,b", Some(&["a", "b"][..])),
            (" a , b ", Some(&["a", "b"][..])),
            ("a", Some(&["a"][..])),
            ("", Some(&[][..])),
            (r#"["a,b", "c\"d", 5]"#, Some(&["a,b", "c\"d", "5"][..])),
            ("[]", Some(&[][..])),
            ("[a,b]", None),
            ("[null]", None),
        ] {
            let found = list(&Secret::copy_of(text.as_bytes()));
            let same = match (&found, want) {
                (Some(found), Some(want)) => {
                    found.len() == want.len()
                        && found.iter().zip(want).all(|(a, b)| a.ct_eq(&Secret::copy_of(b.as_bytes())))
                }
                (found, want) => found.is_none() && want.is_none(),
            };
            assert!(same, "{text}");
        }
    }
}
