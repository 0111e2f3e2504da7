//! The shared cases, as far as finding decides them: a mask is written over each span, and the text must be the
//! expected one.

use reticent_core::Secret;
use reticent_needles::{Needles, Spelling};
use serde_json::Value;

use crate::laws::engine;

/// These are decided by the tokens of JSON, which the redactor reads, and not by the bytes.
const OF_THE_REDACTOR: [&str; 2] = ["json_mode_escaped_in_odd_ways", "json_mode_number"];

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

fn offset(at: u64) -> usize {
    usize::try_from(at).expect("an offset in a text in memory")
}

fn masked(needles: &Needles, text: &[u8]) -> Vec<u8> {
    let (mut out, mut at) = (Vec::new(), 0);
    for span in needles.find_all(text) {
        out.extend_from_slice(&text[at..offset(span.start())]);
        let mask = format!("[REDACTED:{}]", span.name());
        match span.spelling() {
            Spelling::Utf16Le => out.extend(mask.encode_utf16().flat_map(u16::to_le_bytes)),
            Spelling::Utf16Be => out.extend(mask.encode_utf16().flat_map(u16::to_be_bytes)),
            _ => out.extend_from_slice(mask.as_bytes()),
        }
        at = offset(span.end());
    }
    out.extend_from_slice(&text[at..]);
    out
}

fn needles_of(case: &Value) -> Needles {
    let known = case["known"].as_object().expect("names and values");
    let learn = |builder: reticent_needles::Builder, (name, value): (&String, &Value)| {
        builder.learn(name.as_str(), &Secret::copy_of(value.as_str().expect("a value").as_bytes()))
    };
    known.iter().fold(Needles::builder(), learn).build()
}

fn judge(case: &Value) -> Result<(), String> {
    let needles = needles_of(case);
    let (input, want) = (bytes(case, "input"), bytes(case, "expected"));
    let got = masked(&needles, &input);
    if got != want {
        return Err(format!(
            "got {:?}, want {:?}",
            String::from_utf8_lossy(&got),
            String::from_utf8_lossy(&want)
        ));
    }
    if masked(&needles, &got) != got {
        return Err("what was masked is masked again".to_owned());
    }
    let whole = engine(&needles, &input, &[]);
    let chunks = case["chunks"].as_array().map(Vec::as_slice).unwrap_or_default();
    let cuts: Vec<usize> = chunks.iter().map(|chunk| chunk.as_str().map_or(0, str::len)).collect();
    if engine(&needles, &input, &cuts) != whole || engine(&needles, &input, &vec![1; input.len()]) != whole {
        return Err("another answer for other cuts".to_owned());
    }
    let warned: Vec<&str> = needles.refused().iter().map(reticent_needles::Refusal::name).collect();
    let names = case["warns"].as_array().map(Vec::as_slice).unwrap_or_default();
    let warns: Vec<&str> = names.iter().filter_map(Value::as_str).collect();
    (warned == warns).then_some(()).ok_or_else(|| format!("refused {warned:?}, want {warns:?}"))
}

#[test]
fn every_shared_case_holds() {
    let file: Value = serde_json::from_str(include_str!("../data/redaction_cases.json")).expect("JSON");
    let cases = file["cases"].as_array().expect("cases");
    let name = |case: &Value| case["name"].as_str().expect("a name").to_owned();
    let reasons: Vec<_> =
        cases.iter().map(|case| (name(case), judge(case))).filter(|(_, judged)| judged.is_err()).collect();
    let others: Vec<&str> = reasons.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(others, OF_THE_REDACTOR, "{reasons:#?}");
}
