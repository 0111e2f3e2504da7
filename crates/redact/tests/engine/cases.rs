//! The shared cases: texts, chunks and pauses.

use reticent_core::Secret;
use reticent_redact::{Redactor, Refusal, Stream, Values};
use serde_json::Value;

pub(crate) fn file() -> Value {
    serde_json::from_str(include_str!("../../../needles/tests/data/redaction_cases.json")).expect("JSON")
}

pub(crate) fn cases(key: &str) -> Vec<(String, Value)> {
    let all = file()[key].as_array().expect("cases").clone();
    all.into_iter().map(|case| (case["name"].as_str().expect("a name").to_owned(), case)).collect()
}

pub(crate) fn values(case: &Value) -> Values {
    let known = case["known"].as_object().expect("names and values");
    known
        .iter()
        .map(|(name, value)| (name, Secret::copy_of(value.as_str().expect("text").as_bytes())))
        .collect()
}

fn bytes(case: &Value, key: &str) -> Vec<u8> {
    let text = case[key].as_str().expect("a text");
    if case["binary"] == true { decoded(text) } else { text.as_bytes().to_vec() }
}

fn decoded(text: &str) -> Vec<u8> {
    let digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bits: Vec<usize> = text.chars().filter_map(|digit| digits.find(digit)).collect();
    let bit = |at: usize| bits[at / 6] >> (5 - at % 6) & 1;
    let byte = |at: usize| (0..8).fold(0, |byte, offset| byte * 2 + bit(at * 8 + offset));
    (0..bits.len() * 6 / 8).map(|at| u8::try_from(byte(at)).expect("eight bits")).collect()
}

fn texts<'c>(case: &'c Value, key: &str) -> Vec<&'c str> {
    let all = case[key].as_array().map(Vec::as_slice).unwrap_or_default();
    all.iter().map(|text| text.as_str().expect("a text")).collect()
}

/// Streams `text` in chunks of the given lengths, the rest as one.
pub(crate) fn streamed(mut stream: Stream, text: &[u8], cuts: &[usize]) -> Vec<u8> {
    let (mut shown, mut at) = (Vec::new(), 0);
    for cut in cuts {
        let end = (at + cut).min(text.len());
        stream.push(&text[at..end], |bytes| shown.extend_from_slice(bytes));
        at = end;
    }
    stream.push(&text[at..], |bytes| shown.extend_from_slice(bytes));
    stream.finish(|bytes| shown.extend_from_slice(bytes));
    shown
}

#[test]
fn every_case_of_a_text_holds_however_it_is_cut() {
    for (name, case) in cases("cases").into_iter().filter(|(_, case)| case["as"] != "json") {
        let values = values(&case);
        let redactor = Redactor::new(&values);
        let (input, want) = (bytes(&case, "input"), bytes(&case, "expected"));
        let check = |got: &[u8], how: &str| {
            let text = String::from_utf8_lossy;
            assert_eq!(text(got), text(&want), "{name}, {how}");
            assert_eq!(got, want, "{name}, {how}");
        };
        check(&redactor.redact(&input), "whole");
        check(&redactor.redact(&want), "masked again");
        check(&streamed(redactor.stream(), &input, &[]), "streamed");
        check(&streamed(redactor.stream(), &input, &vec![1; input.len()]), "byte by byte");
        let cuts: Vec<usize> = texts(&case, "chunks").iter().map(|chunk| chunk.len()).collect();
        check(&streamed(redactor.stream(), &input, &cuts), "in its chunks");
        let refused = values.refused();
        assert_eq!(refused.iter().map(Refusal::name).collect::<Vec<_>>(), texts(&case, "warns"), "{name}");
    }
}

#[test]
fn every_case_with_pauses_holds() {
    for (name, case) in cases("pause_cases") {
        let mut stream = Redactor::new(&values(&case)).stream();
        let (writes, want) = (texts(&case, "writes"), texts(&case, "shown"));
        let mut shown = Vec::new();
        for (write, want) in writes.iter().zip(&want) {
            stream.push(write.as_bytes(), |bytes| shown.extend_from_slice(bytes));
            if case["pipe"] != true {
                stream.pause(|bytes| shown.extend_from_slice(bytes));
            }
            assert_eq!(String::from_utf8_lossy(&shown), **want, "{name}, after {write:?}");
        }
        stream.finish(|bytes| shown.extend_from_slice(bytes));
        assert_eq!(String::from_utf8_lossy(&shown), *want[writes.len()], "{name}, at the end");
    }
}
