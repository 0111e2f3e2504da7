//! What holds for every text and every cut.

use proptest::prelude::*;
use serde_json::Value;

use crate::definition;
use crate::texts::{broken, valid};
use crate::token::{Token, cut, read};

/// The strings of a value in the order of its text, and which of them are keys; numbers as they are written.
fn strings(value: &Value, found: &mut Vec<(bool, String)>) {
    match value {
        Value::String(text) => found.push((false, text.clone())),
        Value::Number(number) => found.push((false, number.to_string())),
        Value::Array(items) => items.iter().for_each(|item| strings(item, found)),
        Value::Object(fields) => {
            for (key, value) in fields {
                found.push((true, key.clone()));
                strings(value, found);
            }
        }
        Value::Null | Value::Bool(_) => {}
    }
}

fn decoded(tokens: &[Token]) -> Vec<(bool, String)> {
    let mut found: Vec<(bool, Vec<u8>)> = Vec::new();
    for token in tokens {
        match token {
            Token::Start(_, is_key) => found.push((*is_key, Vec::new())),
            Token::Text(_, bytes) | Token::Escape(_, _, bytes) => {
                found.last_mut().expect("a string began").1.extend(bytes);
            }
            Token::Number(_, bytes, false) => found.push((false, bytes.clone())),
            _ => {}
        }
    }
    found.into_iter().map(|(is_key, text)| (is_key, String::from_utf8(text).expect("UTF-8"))).collect()
}

/// Writes every character outside of ASCII as escapes.
fn ascii(text: &str) -> String {
    let escaped = |character: char| match character.is_ascii() {
        true => character.to_string(),
        false => character.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04X}")).collect(),
    };
    text.chars().map(escaped).collect()
}

/// Puts the raw pieces of each string together again.
fn pieces_are_the_raw_text(text: &[u8], tokens: &[Token]) {
    let mut at = None;
    for token in tokens {
        match token {
            Token::Start(start, _) => at = Some(start + 1),
            Token::Text(start, bytes) => {
                assert_eq!(at, Some(*start));
                assert_eq!(&text[*start as usize..][..bytes.len()], bytes);
                at = Some(start + bytes.len() as u64);
            }
            Token::Escape(start, length, _) => {
                assert_eq!(at, Some(*start));
                at = Some(start + u64::from(*length));
            }
            Token::End(end, closed) => {
                assert_eq!(at.take(), Some(*end));
                let ending = text.get(*end as usize);
                assert_eq!(*closed, ending == Some(&b'"'));
                assert!(matches!(ending, None | Some(b'"' | b'\n')));
            }
            Token::Number(..) | Token::Punctuation(..) => assert_eq!(at, None),
        }
    }
    assert_eq!(at, None, "every string ends");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 2_000 } else { 20_000 }))]

    #[test]
    fn broken_text_is_read_as_defined_however_it_is_cut(
        text in broken(),
        places in proptest::collection::vec(any::<usize>(), 0..12),
    ) {
        let defined = definition::tokens(&text);
        pieces_are_the_raw_text(&text, &defined);
        prop_assert_eq!(&read([&text[..]]), &defined);
        prop_assert_eq!(&read(cut(&text, &places).iter().map(Vec::as_slice)), &defined);
        prop_assert_eq!(&read(text.chunks(1)), &defined);
    }

    #[test]
    fn any_bytes_are_read_as_defined(text in proptest::collection::vec(any::<u8>(), 0..300)) {
        let defined = definition::tokens(&text);
        prop_assert_eq!(&read([&text[..]]), &defined);
        prop_assert_eq!(&read(text.chunks(1)), &defined);
    }

    #[test]
    fn strings_and_numbers_of_valid_text_are_those_of_a_parser(
        value in valid(),
        places in proptest::collection::vec(any::<usize>(), 0..12),
    ) {
        let mut wanted = Vec::new();
        strings(&value, &mut wanted);
        let compact = value.to_string();
        let pretty = serde_json::to_string_pretty(&value).expect("a value is JSON");
        for text in [ascii(&compact), compact, pretty] {
            let chunks = cut(text.as_bytes(), &places);
            prop_assert_eq!(&decoded(&read(chunks.iter().map(Vec::as_slice))), &wanted);
        }
    }
}
