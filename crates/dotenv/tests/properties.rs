//! Laws over random text.

#![expect(clippy::disallowed_methods, reason = "the tests compare plaintext of the fixtures")]

use proptest::prelude::*;
use reticent_core::Secret;
use reticent_dotenv::{Document, Mode, ParseOptions, Quoting, render_entry};

/// Reads anything in both modes; a fuzz target calls the same.
fn parse_anything(data: &[u8]) {
    for mode in [Mode::StrictLiteral, Mode::Compose] {
        let options = ParseOptions::default().with_mode(mode);
        let Ok(document) = Document::parse(data, &options) else { continue };
        assert_eq!(document.render().expose_bytes(), data);
        for entry in document.entries() {
            assert_entry_is_where_it_says(data, entry);
        }
    }
}

fn assert_entry_is_where_it_says(data: &[u8], entry: &reticent_dotenv::Entry) {
    let (span, value) = (entry.span(), entry.value_span());
    let text = std::str::from_utf8(&data[span.clone()]).expect("a fixture");
    assert!(text.starts_with(if entry.is_exported() { "export" } else { entry.key() }));
    assert!(span.start < value.start && value.end == span.end);
    let quote = match entry.quoting() {
        Quoting::Unquoted => return,
        Quoting::Single => b'\'',
        Quoting::Double => b'"',
    };
    assert!(value.len() >= 2 && data[value.start] == quote && data[value.end - 1] == quote);
}

/// Text that is full of what the dialect gives a meaning to.
fn dense() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "A", "B", "=", "'", "\"", "\\", "$", "{", "}", ":-", "#", " ", "\t", "\n", "\r", "\r\n", "export ",
        "b", "\u{a0}", "\u{e9}", "`", "(", ":", "n", "\u{feff}", "\0", "?", "+",
    ]);
    prop::collection::vec(pieces, 0..40).prop_map(|pieces| pieces.concat())
}

fn without_nul() -> impl Strategy<Value = String> {
    prop_oneof![dense(), any::<String>()].prop_map(|text| text.replace('\0', ""))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn every_value_without_nul_reads_back_as_itself(value in without_nul()) {
        let secret = Secret::copy_of(value.as_bytes());
        let entry = render_entry("KEY", &secret).expect("a fixture");
        for mode in [Mode::StrictLiteral, Mode::Compose] {
            let options = ParseOptions::default().with_mode(mode);
            let document = Document::parse(entry.expose_bytes(), &options).expect("a fixture");
            prop_assert_eq!(document.entries().count(), 1);
            prop_assert_eq!(document.get("KEY").expect("a fixture").expose_bytes(), value.as_bytes());
        }
    }

    #[test]
    fn random_text_never_panics_and_spans_are_right(text in dense()) {
        parse_anything(text.as_bytes());
    }

    #[test]
    fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        parse_anything(&bytes);
    }

    #[test]
    fn setting_a_value_keeps_all_other_bytes_and_values(text in dense(), value in without_nul(), pick in any::<prop::sample::Index>()) {
        let Ok(mut document) = Document::parse(text.as_bytes(), &ParseOptions::default()) else { return Ok(()) };
        prop_assume!(document.entries().count() > 0);
        let key = document.entries().nth(pick.index(document.entries().count())).expect("a fixture").key().to_owned();
        let span = document.entry(&key).expect("a fixture").value_span();
        let others: Vec<_> = document.entries().map(|entry| (entry.key().to_owned(), entry.value().clone(), entry.value_span() == span)).collect();
        document.set(&key, &Secret::copy_of(value.as_bytes())).expect("a fixture");
        let edited = document.render();
        prop_assert!(edited.expose_bytes().starts_with(&text.as_bytes()[..span.start]));
        prop_assert!(edited.expose_bytes().ends_with(&text.as_bytes()[span.end..]));
        prop_assert_eq!(document.entries().count(), others.len());
        for (entry, (key, old, edited)) in document.entries().zip(&others) {
            prop_assert_eq!(entry.key(), key);
            let want = if *edited { value.as_bytes() } else { old.expose_bytes() };
            prop_assert_eq!(entry.value().expose_bytes(), want);
        }
    }

    #[test]
    fn unsetting_removes_the_key_and_keeps_all_other_values(text in dense()) {
        let Ok(mut document) = Document::parse(text.as_bytes(), &ParseOptions::default()) else { return Ok(()) };
        let Some(key) = document.entries().next().map(|entry| entry.key().to_owned()) else { return Ok(()) };
        let kept: Vec<_> = document.entries().filter(|entry| entry.key() != key).map(|entry| entry.value().clone()).collect();
        prop_assert!(document.unset(&key).expect("a fixture"));
        prop_assert!(document.get(&key).is_none());
        let values: Vec<_> = document.entries().map(|entry| entry.value().expose_bytes().to_vec()).collect();
        prop_assert_eq!(values, kept.iter().map(|value| value.expose_bytes().to_vec()).collect::<Vec<_>>());
    }
}

#[test]
fn ten_megabytes_are_read_whole() {
    for line in ["KEY_1=some ordinary value # note\n", "K=\"a\\nb\"\n", "K='$x\ny'\n"] {
        let text = line.repeat(10 * 1024 * 1024 / line.len());
        let document = Document::parse(text.as_bytes(), &ParseOptions::default()).expect("a fixture");
        assert_eq!(document.entries().count(), 10 * 1024 * 1024 / line.len());
    }
}

#[test]
fn a_megabyte_of_defects_is_read_in_one_pass() {
    for line in ["A=\"\n", "A='\n\"\n", "${\n", "A=\"x\"y\n", "A=${B:-\n"] {
        let text = line.repeat(1024 * 1024 / line.len());
        let options = ParseOptions::default().with_mode(Mode::Compose);
        drop(Document::parse(text.as_bytes(), &options));
    }
}
