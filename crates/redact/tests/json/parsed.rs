//! Masking a valid document in place, and masking the strings of its tree, are one.

use proptest::prelude::*;
use reticent_core::Secret;
use reticent_redact::{Redactor, Values};
use serde_json::{Map, Value};

use crate::laws::streamed;

/// Letters of values, which stand in no escape, and others.
fn word() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(
        &[
            "p",
            "q",
            "pq",
            "qp",
            "pppppp",
            "pqpqpq",
            "\"",
            "\\",
            "\n",
            "/",
            "\u{1f389}",
            "é",
            " ",
            "\u{1}",
            "\u{7f}",
        ][..],
    );
    prop::collection::vec(piece, 0..20).prop_map(|pieces| pieces.concat())
}

pub(crate) fn document() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        6 => word().prop_map(Value::String),
        1 => Just(Value::Null),
        1 => any::<bool>().prop_map(Value::Bool),
        2 => (0_u64..10_000_000).prop_map(Value::from),
        1 => prop::sample::select(&[0.5, -121.25, 1e30][..]).prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::Array),
            prop::collection::vec((word(), inner), 0..6)
                .prop_map(|all| Value::Object(all.into_iter().collect())),
        ]
    })
}

/// Writes a document with random escapes and blanks.
fn write(value: &Value, ways: &mut impl Iterator<Item = u8>, out: &mut String) {
    let blank = |way: Option<u8>| ["", "", "", " ", "\n", "\r\n\t"][usize::from(way.unwrap_or(0)) % 6];
    out.push_str(blank(ways.next()));
    match value {
        Value::String(text) => write_string(text, ways, out),
        Value::Array(all) => {
            out.push('[');
            for (at, one) in all.iter().enumerate() {
                out.push_str(if at > 0 { "," } else { "" });
                write(one, ways, out);
            }
            out.push(']');
        }
        Value::Object(all) => {
            out.push('{');
            for (at, (key, one)) in all.iter().enumerate() {
                out.push_str(if at > 0 { "," } else { "" });
                write_string(key, ways, out);
                out.push(':');
                write(one, ways, out);
            }
            out.push('}');
        }
        other => out.push_str(&other.to_string()),
    }
    out.push_str(blank(ways.next()));
}

fn write_string(text: &str, ways: &mut impl Iterator<Item = u8>, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        let must = character < ' ' || matches!(character, '"' | '\\');
        match (ways.next().unwrap_or(0) % 5, character) {
            (0 | 1, '\n') => out.push_str("\\n"),
            (0 | 1, '"' | '\\' | '/') => out.extend(['\\', character]),
            (way, _) if must || way == 2 => {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    out.push_str(&format!("\\u{unit:04X}"));
                }
            }
            _ => out.push(character),
        }
    }
    out.push('"');
}

/// The tree with each string and each number masked on its own; of keys that become one the last stays.
pub(crate) fn masked(value: &Value, redactor: &Redactor) -> Value {
    let text = |text: &str| redactor.redact_text(text).into_owned();
    match value {
        Value::String(string) => Value::String(text(string)),
        Value::Number(number) => {
            let written = number.to_string();
            match text(&written) {
                masked if masked == written => value.clone(),
                masked => {
                    let start = masked.find('[').expect("a mask");
                    Value::String(
                        masked[start..=start + masked[start..].find(']').expect("its end")].to_owned(),
                    )
                }
            }
        }
        Value::Array(all) => all.iter().map(|one| masked(one, redactor)).collect(),
        Value::Object(all) => Value::Object(
            all.iter().map(|(key, one)| (text(key), masked(one, redactor))).collect::<Map<_, _>>(),
        ),
        other => other.clone(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_valid_document_is_masked_as_its_tree_and_stays_valid(
        document in document(),
        values in prop::collection::vec(prop::collection::vec(prop::sample::select(&b"pq"[..]), 6..9), 1..5),
        number in 100_000_u32..1_000_000,
        ways in prop::collection::vec(any::<u8>(), 100),
        cuts in prop::collection::vec(0_usize..40, 0..20),
    ) {
        let mut all: Values = values.iter().enumerate().map(|(at, value)| (format!("N{at}"), Secret::copy_of(value))).collect();
        all.extend([("NUMBER", Secret::copy_of(number.to_string().as_bytes()))]);
        let redactor = Redactor::new(&all);
        let mut text = String::new();
        write(&document, &mut ways.iter().copied().cycle(), &mut text);
        let shown = streamed(&redactor, text.as_bytes(), &cuts);
        let parsed: Value = serde_json::from_slice(&shown).expect("it stays valid");
        prop_assert_eq!(parsed, masked(&document, &redactor), "{}", text);
        prop_assert_eq!(streamed(&redactor, &shown, &[]), shown);
    }
}
