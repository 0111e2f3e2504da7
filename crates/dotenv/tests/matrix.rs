//! What we make of the 84 inputs whose readings by eight parser modes are in `data/dotenv_matrix.json`.
//!
//! Strict-literal mode reads as dotenv-ng does, compose mode as dotenv-ng with substitution does; each place where we
//! differ is named here with its reason, and one that no longer differs fails.

#![expect(clippy::disallowed_methods, reason = "the tests compare plaintext of the fixtures")]

use std::collections::BTreeMap;

use reticent_dotenv::{Document, Mode, ParseOptions};
use serde_json::Value;

/// What a file gives, or that it is refused.
type Reading = Option<BTreeMap<String, String>>;

/// Where strict-literal mode differs from dotenv-ng.
const STRICT_DIFFERS: [(&str, &str); 1] =
    [("key_quoted", "five tools read a quoted key in four ways, so it is refused")];

/// Where compose mode differs from dotenv-ng with substitution.
const COMPOSE_DIFFERS: [(&str, &str); 2] = [
    ("key_quoted", "five tools read a quoted key in four ways, so it is refused"),
    ("colon_yaml", "Docker Compose reads `KEY: value`, and this is its mode"),
];

fn matrix() -> Vec<(String, String, Value)> {
    let cases: Value = serde_json::from_str(include_str!("data/dotenv_matrix.json")).expect("a fixture");
    let text = |case: &Value, key: &str| case[key].as_str().expect("a fixture").to_owned();
    let cases = cases.as_array().expect("a fixture");
    cases.iter().map(|case| (text(case, "name"), text(case, "input"), case["results"].clone())).collect()
}

fn theirs(results: &Value, tool: &str) -> Reading {
    let entries = results[tool].as_object()?;
    Some(
        entries
            .iter()
            .map(|(key, value)| (key.clone(), value.as_str().expect("a fixture").to_owned()))
            .collect(),
    )
}

fn ours(input: &str, mode: Mode) -> Reading {
    let document = Document::parse(input.as_bytes(), &ParseOptions::default().with_mode(mode)).ok()?;
    let read = |entry: &reticent_dotenv::Entry| {
        (entry.key().to_owned(), entry.value().expose_text().expect("a fixture").to_owned())
    };
    Some(document.entries().map(read).collect())
}

fn check(mode: Mode, tool: &str, differs: &[(&str, &str)]) {
    let cases = matrix();
    assert_eq!(cases.len(), 84);
    for (name, input, results) in &cases {
        let listed = differs.iter().any(|(differing, _)| differing == name);
        let same = ours(input, mode) == theirs(results, tool);
        assert_eq!(same, !listed, "{name}: {:?}", ours(input, mode));
    }
}

#[test]
fn strict_literal_mode_reads_as_documented() {
    check(Mode::StrictLiteral, "ng", &STRICT_DIFFERS);
}

#[test]
fn compose_mode_reads_as_documented() {
    check(Mode::Compose, "ng-subst", &COMPOSE_DIFFERS);
}

#[test]
fn the_differences_read_as_their_reasons_say() {
    assert_eq!(ours("'A'=b", Mode::StrictLiteral), None);
    assert_eq!(ours("'A'=b", Mode::Compose), None);
    assert_eq!(ours("A: b", Mode::Compose), Some(BTreeMap::from([("A".to_owned(), "b".to_owned())])));
}
