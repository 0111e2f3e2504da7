//! Values as Python's library and bash write them; `data/spellings.py` makes the rows.

use reticent_core::Secret;
use reticent_needles::Needles;
use serde_json::Value;

fn decoded(row: &Value, key: &str) -> Vec<u8> {
    let digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let text = row[key].as_str().expect("base64");
    let bits: Vec<usize> = text.chars().filter_map(|digit| digits.find(digit)).collect();
    let bit = |at: usize| bits[at / 6] >> (5 - at % 6) & 1;
    let byte = |at: usize| (0..8).fold(0, |byte, offset| byte * 2 + bit(at * 8 + offset));
    (0..bits.len() * 6 / 8).map(|at| u8::try_from(byte(at)).expect("eight bits")).collect()
}

/// Tells what differs from the row: one span must cover what the value alone decides, and may begin or end earlier or
/// later by what other spellings take of the text around.
fn judge(row: &Value) -> Option<String> {
    let needles = Needles::builder().learn("A", &Secret::from_vec(decoded(row, "value"))).build();
    let (text, place) = (decoded(row, "text"), |key: &str| row[key].as_u64().expect("an offset"));
    let spans: Vec<_> = needles.find_all(&text).iter().map(|span| (span.start(), span.end())).collect();
    let want = (place("start"), place("end"));
    let covers = spans.len() == 1 && spans[0].0 <= want.0 && spans[0].1 >= want.1;
    (!covers).then(|| format!("{} as {}: {spans:?}, want {want:?}", row["name"], row["form"]))
}

#[test]
fn every_spelling_of_the_table_is_found_as_others_write_it() {
    let rows: Value = serde_json::from_str(include_str!("data/spellings.json")).expect("JSON");
    let rows = rows.as_array().expect("rows");
    assert!(rows.len() > 600, "{} rows", rows.len());
    let missed: Vec<String> = rows.iter().filter_map(judge).collect();
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn a_row_that_holds_another_value_is_missed() {
    let rows: Value = serde_json::from_str(include_str!("data/spellings.json")).expect("JSON");
    let mut row = rows[0].clone();
    row["value"] = "cGx1bUdhcmRlbjQz".into();
    assert_eq!(judge(&row), Some("\"letters\" as \"raw\": [], want (0, 12)".to_owned()));
}
