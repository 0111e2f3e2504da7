//! What holds for any text in any form.

use proptest::prelude::*;

use crate::form::{FORMS, KNOWN, redact, redactor};

/// Texts of what forms are made of.
fn pieces() -> impl Strategy<Value = String> {
    let signs = [
        "/", "//", "://", "?", "#", "&", ";", "=", "@", ":", "+", "%", "%26", "%3D", "%40", "%70", "[", "]",
        ",", "\"", " ", "\n", "\\", "*", "***", ".", "-", "_",
    ];
    let words = [
        "a",
        "b1",
        "https",
        "http",
        "jdbc",
        "token",
        "password",
        "key",
        "code",
        "api",
        "page",
        "Bearer",
        "Digest",
        "path",
        "response",
        "ü",
        "[REDACTED:a]",
        "[REDACTED:b#0f0f0]",
        "[REDACTED:",
        "abcdefghijklmnopqrstuvwxyz",
        "8080",
        "99999",
    ];
    let known: Vec<&str> = KNOWN.iter().map(|(_, value)| *value).collect();
    let piece = prop_oneof![
        6 => prop::sample::select(signs.to_vec()),
        5 => prop::sample::select(words.to_vec()),
        1 => prop::sample::select(known),
    ];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

fn form() -> impl Strategy<Value = &'static str> {
    prop::sample::select(FORMS.to_vec())
}

/// Takes the masks out of a text, and the text apart at them.
fn apart(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("[REDACTED:") {
        let length = rest[at..].find(']').map_or(rest.len() - at, |length| length + 1);
        parts.push(&rest[..at]);
        rest = &rest[at + length..];
    }
    parts.push(rest);
    parts
}

/// A text with a bar for each mask: what is written as one shows no value.
fn without_masks(text: &str) -> String {
    let is_name = |name: &str| name.chars().all(|sign| sign.is_ascii_alphanumeric() || "_.-".contains(sign));
    let mut pieces = text.split("[REDACTED:");
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |text, piece| match piece.split_once(']') {
        Some((name, rest)) if is_name(name) => text + "|" + rest,
        _ => text + "[REDACTED:" + piece,
    })
}

/// Tells whether the parts stand in `text`, in order and with the first and the last at its ends.
fn is_made_of(text: &str, parts: &[&str]) -> bool {
    let [first, middle @ .., last] = parts else { return parts == [text] };
    let Some(mut rest) = text.strip_prefix(first).and_then(|rest| rest.strip_suffix(last)) else {
        return false;
    };
    for part in middle {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    true
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_masked_form_is_not_changed_again(form in form(), text in pieces()) {
        let redactor = redactor();
        let once = redact(&redactor, form, &text);
        prop_assert_eq!(redact(&redactor, form, &once), once);
    }

    #[test]
    fn a_fixed_mask_is_not_changed_again(form in form(), text in pieces()) {
        let redactor = redactor().with_mask(reticent_redact::Mask::fixed());
        let once = redact(&redactor, form, &text);
        prop_assert_eq!(redact(&redactor, form, &once), once);
    }

    #[test]
    fn nothing_but_what_is_masked_changes(form in form(), text in pieces()) {
        let shown = redact(&redactor(), form, &text);
        if !text.contains("[REDACTED:") {
            prop_assert!(is_made_of(&text, &apart(&shown)), "{} became {}", text, shown);
        }
    }

    #[test]
    fn no_known_value_is_shown(form in form(), text in pieces()) {
        let shown = without_masks(&redact(&redactor(), form, &text));
        for (_, value) in KNOWN {
            prop_assert!(!shown.contains(value), "{} became {}", text, shown);
        }
    }

    #[test]
    fn no_bytes_make_it_panic(name in "[a-zA-Z-]{0,12}", text in prop::collection::vec(any::<u8>(), 0..64)) {
        let redactor = redactor();
        let lossy = String::from_utf8_lossy(&text);
        let _ = redactor.redact_header(&name, &text);
        let _ = redactor.redact_form(&text);
        for form in FORMS {
            let once = redact(&redactor, form, &lossy);
            prop_assert_eq!(redact(&redactor, form, &once), once);
        }
    }

    #[test]
    fn a_password_and_a_token_never_show(
        user in "[a-z]{1,8}",
        password in "[A-Za-z0-9@:!$%^*()_+=-]{1,12}",
        token in "[A-Za-z0-9@:!$%^*()_+=/?-]{4,12}",
    ) {
        let url = format!("https://{user}:QQ{password}QQ@example.org:80/a?x=1&access_token=ZZ{token}ZZ&y=2#z");
        let shown = redactor().redact_url(&url).into_owned();
        let want = format!(
            "https://{user}:[REDACTED:password]@example.org:80/a?x=1&access_token=[REDACTED:access_token]&y=2#z"
        );
        prop_assert_eq!(shown, want);
    }
}

/// The long form of the tests has more cases.
fn cases() -> u32 {
    if std::env::var_os("RETICENT_TEST_LONG").is_some() { 100_000 } else { 1_000 }
}

#[test]
fn the_work_is_linear_on_the_worst_texts() {
    let redactor = redactor();
    for piece in [
        "?",
        "://",
        "&a=",
        ";a=",
        "a://@",
        "[REDACTED:",
        "%2525",
        "=%3D",
        "/;=@:",
        "[REDACTED:a]=",
        "+https://",
    ] {
        let text = piece.repeat(100_000 / piece.len());
        for form in FORMS {
            let started = std::time::Instant::now();
            let _ = redact(&redactor, form, &text);
            // Quadratic work would take minutes.
            assert!(started.elapsed().as_secs() < 20, "{form} of {piece}");
        }
    }
}
