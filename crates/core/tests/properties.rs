//! Properties over arbitrary input: round trips, no panics, no value in any message.

#![expect(clippy::disallowed_methods, reason = "the properties compare plaintext")]

use proptest::prelude::*;
use reticent_core::{Field, Recognised, Schemes, Secret, SecretName, SecretRef, Visible};

/// What every JSON writer does to a text, written independently of the reader under test.
fn as_json(text: &str) -> String {
    let mut json = String::from("\"");
    for unit in text.encode_utf16() {
        json.push_str(&format!("\\u{unit:04x}"));
    }
    json.push('"');
    json
}

proptest! {
    #[test]
    fn any_text_comes_back_out_of_a_json_field(before in ".*", value in ".*") {
        let json = format!("{{\"before\":{},\"it\": {} }}", as_json(&before), as_json(&value));
        let secret = Secret::from_string(json).field(&Field::parse("it").expect("a field")).expect("there");
        prop_assert_eq!(secret.expose_bytes(), value.as_bytes());
    }

    #[test]
    fn any_bytes_are_scanned_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = Secret::from_vec(bytes).field(&Field::parse("/a/0").expect("a pointer"));
    }

    #[test]
    fn json_like_bytes_are_scanned_without_a_panic(text in r#"[\[\]{}",:\\u0-9a-e.\- ]{0,60}"#) {
        let _ = Secret::from_string(text).field(&Field::parse("/a/0").expect("a pointer"));
    }

    #[test]
    fn a_reference_reads_itself_back(path in "[^\\p{C}]{1,40}", field in "[^\\p{C}]{1,20}") {
        if let Ok(at) = SecretRef::new("vault", &path) {
            let at = at.at_field(Field::parse(&field).ok());
            let text = at.spelled().to_string();
            if let Ok(again) = text.parse::<SecretRef>() {
                prop_assert_eq!(again, at);
            } else {
                // Only what looks like a user and a password in front of a host is refused in text.
                prop_assert!(path.contains('@') && path.contains(':'));
            }
        }
    }

    #[test]
    fn no_text_is_repeated_by_an_error(text in "[a-z]{1,6}:(//)?[!-~]{0,30}Zt0vLw2n") {
        let schemes = Schemes::of(["env", "vault", "sealed"]);
        if let Recognised::Malformed(error) = schemes.recognise(&text) {
            prop_assert!(!error.to_string().contains("Zt0vLw2n") || text.contains('?'));
        }
        if let Err(error) = SecretName::parse(&text) {
            prop_assert!(!error.to_string().contains("Zt0vLw2n"));
        }
    }

    #[test]
    fn a_shown_name_is_one_line(name in ".*") {
        let shown = Visible(&name).to_string();
        prop_assert!(!shown.chars().any(char::is_control));
    }
}
