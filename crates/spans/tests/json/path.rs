//! Where values stand.

use proptest::prelude::*;
use reticent_spans::json::{Event, Kind, Lexer, Path, scalars};
use serde_json::Value;

use crate::texts::{broken, valid};

/// The paths of all scalars of a text that are no keys.
fn check(text: &str, want: &[&str]) {
    let mut found = Vec::new();
    scalars(text.as_bytes(), |scalar, path| {
        if scalar.kind() != Kind::Key {
            found.push(path.to_text());
        }
    });
    assert_eq!(found, want, "{text:?}");
}

#[test]
fn a_path_is_words_indices_and_quoted_keys() {
    check(
        r#"{"data": {"items": [0, 1, 2, {"token": "x"}]}}"#,
        &["data.items[0]", "data.items[1]", "data.items[2]", "data.items[3].token"],
    );
    check(r#"{"a": {"b.c": 1, "": 2, "d": {"x-y": 3}}}"#, &["a[\"b.c\"]", "a[\"\"]", "a.d.x-y"]);
    check(r#"[[1], {"a b": [[2]]}, 3]"#, &["[0][0]", "[1][\"a b\"][0][0]", "[2]"]);
    check(r#"{"1": 1, "-": 2, "$a_1": 3}"#, &["[\"1\"]", "[\"-\"]", "$a_1"]);
    check(r#""alone" 1"#, &["", ""]);
}

#[test]
fn what_could_disturb_a_reader_is_escaped() {
    check(r#"{"a\"b\\c": 1}"#, &[r#"["a\"b\\c"]"#]);
    check(r#"{"a\u001b[31m\n\u202e\u200b\u0085": 1}"#, &[r#"["a\u001b[31m\u000a\u202e\u200b\u0085"]"#]);
    check("{\"größe 東\": 1, \"😀\": 2}", &["[\"größe 東\"]", r#"["\ud83d\ude00"]"#]);
}

#[test]
fn a_path_in_broken_text_is_what_is_known() {
    check(r#"{1, "a": 2, 3}"#, &["", "a", ""]);
    check(r#"{"a" 1 "b"}"#, &["a", "a"]);
    check("{\"a\": [\"cut\n{\"b\": 1}", &["a[0]", "a[0].b"]);
    check(r#"]}{"a": 1}] 2"#, &["a", ""]);
}

#[test]
fn several_documents_each_begin_at_the_root() {
    check("{\"a\": 1}\n{\"b\": 2}\n", &["a", "b"]);
}

#[test]
fn within_a_key_the_path_is_that_of_the_object() {
    let mut path = Path::default();
    let mut paths = Vec::new();
    Lexer::default().push(br#"{"a": {"bc": 1}}"#, |event| {
        path.follow(&event);
        if matches!(event, Event::StringStart { .. } | Event::StringEnd { .. }) {
            paths.push(path.to_text());
        }
    });
    assert_eq!(paths, ["", "a", "a", "a.bc"]);
}

#[test]
fn of_an_endless_key_the_beginning_is_kept() {
    let mut path = Path::default();
    let mut lexer = Lexer::default();
    lexer.push(b"{\"a\": {\"", |event| path.follow(&event));
    for _ in 0..1000 {
        lexer.push(&[b'x'; 100], |event| path.follow(&event));
    }
    lexer.push(b"\": 1", |event| path.follow(&event));
    assert_eq!(path.to_text(), format!("a.{}", "x".repeat(1024)));
}

#[test]
fn a_million_levels_are_followed_without_recursion() {
    let text = format!("{}7", "{\"k\":[".repeat(500_000));
    let mut length = 0;
    scalars(text.as_bytes(), |scalar, path| {
        if scalar.kind() == Kind::Number {
            length = path.to_pointer().len();
        }
    });
    assert_eq!(length, "/k/0".len() * 500_000);
}

#[test]
fn debug_shows_nothing() {
    let mut path = Path::default();
    Lexer::default().push(br#"{"plum": [1, "#, |event| path.follow(&event));
    let shown = format!("{path:?} {:?}", path.segments().collect::<Vec<_>>());
    assert_eq!(shown, "Path { depth: 2, .. } [Key(4 bytes), Index(1)]");
}

proptest! {
    #[test]
    fn a_pointer_leads_a_parser_to_the_value(value in valid()) {
        let text = value.to_string();
        scalars(text.as_bytes(), |scalar, path| {
            let there = value.pointer(&path.to_pointer()).expect("the pointer leads somewhere");
            let content = std::str::from_utf8(scalar.content().bytes()).expect("UTF-8");
            match (scalar.kind(), there) {
                (Kind::Text, Value::String(text)) => assert_eq!(content, text),
                (Kind::Number, Value::Number(number)) => assert_eq!(content, number.to_string()),
                (kind, _) => assert_eq!(kind, Kind::Key),
            }
        });
    }

    #[test]
    fn a_quoted_key_reads_back_as_json(key in ".{0,20}") {
        let text = format!("{{{}: 1}}", Value::from(key.clone()));
        scalars(text.as_bytes(), |_, path| {
            let shown = path.to_text();
            match shown.strip_prefix('[').and_then(|shown| shown.strip_suffix(']')) {
                Some(quoted) => assert_eq!(serde_json::from_str::<String>(quoted).expect("JSON"), key),
                None => assert_eq!(shown, key),
            }
        });
    }

    #[test]
    fn a_path_is_as_long_as_the_lexer_is_deep(text in broken()) {
        let (mut lexer, mut path) = (Lexer::default(), Path::default());
        for byte in text.chunks(1) {
            lexer.push(byte, |event| path.follow(&event));
            let shown = format!("{path:?}");
            prop_assert_eq!(shown, format!("Path {{ depth: {}, .. }}", lexer.depth()));
        }
    }
}
