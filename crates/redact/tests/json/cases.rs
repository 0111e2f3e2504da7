//! The shared cases of JSON, and what is decided beyond them.

use reticent_core::Secret;
use reticent_redact::{Mask, Redactor, Values};
use serde_json::Value;

use crate::laws::streamed;

fn check(redactor: &Redactor, input: &[u8], want: &[u8], name: &str) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let each = vec![1; input.len()];
    for (how, got) in [
        ("whole", streamed(redactor, input, &[])),
        ("byte by byte", streamed(redactor, input, &each)),
        ("masked again", streamed(redactor, want, &[])),
    ] {
        assert_eq!(text(&got), text(want), "{name}, {how}");
    }
    for cut in 0..=input.len() {
        assert_eq!(text(&streamed(redactor, input, &[cut])), text(want), "{name}, cut at {cut}");
    }
}

fn redactor(known: &[(&str, &str)]) -> Redactor {
    let secret = |(name, value): &(&str, &str)| (name.to_string(), Secret::copy_of(value.as_bytes()));
    Redactor::new(&known.iter().map(secret).collect::<Values>())
}

#[test]
fn every_shared_case_of_json_holds_however_it_is_cut() {
    let file = include_str!("../../../needles/tests/data/redaction_cases.json");
    let file: Value = serde_json::from_str(file).expect("JSON");
    let cases = file["cases"].as_array().expect("cases").iter().filter(|case| case["as"] == "json");
    let mut count = 0;
    for case in cases {
        let known: Vec<(&str, &str)> = case["known"]
            .as_object()
            .expect("names and values")
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str().expect("text")))
            .collect();
        let text = |key: &str| case[key].as_str().expect("text").as_bytes();
        check(&redactor(&known), text("input"), text("expected"), &case["name"].to_string());
        count += 1;
    }
    assert_eq!(count, 7);
}

/// Name, value, input, output.
const CASES: [(&str, &str, &str, &str); 22] = [
    // Strings.
    ("an escape is one character", "plum\nGarden-42!", r#""plum\nGarden-42!""#, r#""[REDACTED:A]""#),
    (
        "a wrapped value is seen through",
        "plum-Garden-42!",
        r#""plum-\r\n   Garden-42!""#,
        r#""[REDACTED:A]""#,
    ),
    ("a colour is seen through", "plum-Garden-42!", r#""plum-\u001b[1mGarden-42!""#, r#""[REDACTED:A]""#),
    (
        "other escapes stay",
        "plum-Garden-42!",
        r#""\u0041\/plum-Garden-42\u0021\x""#,
        r#""\u0041\/[REDACTED:A]\x""#,
    ),
    ("what is written counts, too", r"C:\new-secret", r#"["C:\new-secret"]"#, r#"["[REDACTED:A]"]"#),
    ("an escape is masked whole", "new-secret-1", r#"["C:\new-secret-1"]"#, r#"["C:[REDACTED:A]"]"#),
    (
        "JSON in JSON",
        r#"say "hi""#,
        r#"{"x": "{\"y\": \"say \\\"hi\\\"\"}"}"#,
        r#"{"x": "{\"y\": \"[REDACTED:A]\"}"}"#,
    ),
    (
        "no control sequence goes over a quote",
        "(plum-Garden",
        "[\"\u{1b}[\",\"(plum-Garden\"]",
        "[\"\u{1b}[\",\"[REDACTED:A]\"]",
    ),
    (
        "a mask in escapes is a border",
        "plum-Garden-42!",
        r#""plum-\u005bREDACTED:B]Garden-42!""#,
        r#""plum-\u005bREDACTED:B]Garden-42!""#,
    ),
    // Numbers.
    ("a number is masked whole", "345678", "[1234567890e5, 34567]", "[\"[REDACTED:A]\", 34567]"),
    ("two values in one number are one mask", "908172", "[908172908172]", "[\"[REDACTED:A]\"]"),
    ("numbers keep their form", "345678", "[1.0, -0.0e+7, 1E400]", "[1.0, -0.0e+7, 1E400]"),
    // Outside of strings.
    ("what is outside becomes a string", "plum-Garden-42!", "{a: plum-Garden-42!}", "{a: \"[REDACTED:A]\"}"),
    (
        "an object that is a value becomes a string",
        r#"{"k":1,"l":[true]}"#,
        r#"{"x":{"k":1,"l":[true]}}"#,
        r#"{"x":"[REDACTED:A]"}"#,
    ),
    (
        "a quote that a value brings stays even",
        r#"a"b-secret-c"#,
        r#"x a"b-secret-c "d":1"#,
        r#"x "[REDACTED:A] "d":1"#,
    ),
    (
        "a value that ends in a quote",
        r#"secret-abc""#,
        r#"{"a":"x secret-abc","b":""}"#,
        r#"{"a":"x [REDACTED:A]","b":""}"#,
    ),
    // Cut and broken text.
    (
        "a line ends a string",
        "plum-Garden-42!",
        "\"open\n\"\\u0070lum-Garden-42!\"",
        "\"open\n\"[REDACTED:A]\"",
    ),
    ("text may end in a string", "plum-Garden-42!", r#"{"a":"\u0070lum-Garden-42!"#, r#"{"a":"[REDACTED:A]"#),
    (
        "text may end in an escape",
        "plum-Garden-42!",
        r#"{"a":"plum-Garden-42!\u00"#,
        r#"{"a":"[REDACTED:A]\u00"#,
    ),
    ("text may end in a number", "345678", r#"{"a":12345678"#, r#"{"a":"[REDACTED:A]""#),
    (
        "a value that the end cuts off is shown",
        "plum-Garden-42!",
        r#"{"a":"plum-Garden-42"#,
        r#"{"a":"plum-Garden-42"#,
    ),
    (
        "blanks and line ends stay",
        "plum-Garden-42!",
        "\u{feff}{\r\n\t\"a\" :\0 1 }\r\n",
        "\u{feff}{\r\n\t\"a\" :\0 1 }\r\n",
    ),
];

#[test]
fn every_decision_holds_however_the_text_is_cut() {
    for (name, value, input, want) in CASES {
        check(&redactor(&[("A", value)]), input.as_bytes(), want.as_bytes(), name);
    }
}

#[test]
fn a_mask_in_utf_16_is_valid_in_a_string() {
    let wide = |text: &str| text.chars().map(|character| format!("{character}\\u0000")).collect::<String>();
    let redactor = redactor(&[("A", "plum-Garden-42!")]);
    let input = format!("[\"{}\"]", wide("plum-Garden-42! y"));
    let want = format!("[\"{}\"]", wide("[REDACTED:A] y"));
    check(&redactor, input.as_bytes(), want.as_bytes(), "escaped");
    serde_json::from_str::<Value>(&want).expect("it is valid");
    let fixed = redactor.with_mask(Mask::fixed());
    assert_eq!(streamed(&fixed, br#"["plum-Garden-42!"]"#, &[]), br#"["***"]"#);
}

#[test]
fn bytes_that_are_no_text_stay() {
    let input = b"{\"a\":\"\xff\xfeplum-Garden-42!\xc3\",\0\xff}";
    let want = b"{\"a\":\"\xff\xfe[REDACTED:A]\xc3\",\0\xff}";
    check(&redactor(&[("A", "plum-Garden-42!")]), input, want, "bytes");
}

#[test]
fn a_value_of_bytes_takes_the_characters_that_it_cuts() {
    let values: Values = [("A", Secret::copy_of(b"\x8e\x89 plum-Garden"))].into_iter().collect();
    let input = br#"["\ud83c\udf89 plum-Garden"]"#;
    assert_eq!(streamed(&Redactor::new(&values), input, &[]), br#"["[REDACTED:A]"]"#);
}

/// What is out after each byte.
fn shown_by(redactor: &Redactor, text: &str) -> Vec<String> {
    let (mut stream, mut shown, mut all) = (redactor.json(), Vec::new(), Vec::new());
    for byte in text.bytes() {
        stream.push(&[byte], |bytes| shown.extend_from_slice(bytes));
        all.push(String::from_utf8(shown.clone()).expect("text"));
    }
    all
}

#[test]
fn only_what_may_still_be_masked_is_held() {
    let redactor = redactor(&[("A", "plum-Garden-42!")]);
    let held = |text: &str| {
        let shown = shown_by(&redactor, text);
        text.len() - shown.last().expect("some text").len()
    };
    assert_eq!(held(r#"{"a": "x"#), 0);
    assert_eq!(held(r#"{"a": "x plum-G"#), 6);
    assert_eq!(held(r#"{"a": "x plum-Gx"#), 0);
    assert_eq!(held(r#"{"a": "x\u00"#), 4);
    assert_eq!(held(r#"{"a": "x\u0070lum"#), 9);
    assert_eq!(held(r#"{"a": "x\u0071lum"#), 0);
    assert_eq!(held(r#"{"a": 12.5"#), 4);
    assert_eq!(held(r#"{"a": 12.5,"#), 0);
    assert_eq!(held(&format!("[{}", "1".repeat(257))), 0);
    let all = shown_by(&redactor, r#"{"a": "plum-Garden-42!"#);
    assert_eq!(all.last().map(String::as_str), Some(r#"{"a": "[REDACTED:A]"#));
}

#[test]
fn a_late_value_counts_from_the_next_byte_on() {
    let values = Values::new();
    values.learn("A", &Secret::copy_of(b"stone-bridge"));
    let (mut stream, mut shown) = (Redactor::new(&values).json(), Vec::new());
    stream.push(br#"["orange-tiger\n stone-br"#, |bytes| shown.extend_from_slice(bytes));
    values.learn("B", &Secret::copy_of(b"orange-tiger"));
    stream.push(br#"\u0069dge or\u0061nge-tiger\n"]"#, |bytes| shown.extend_from_slice(bytes));
    stream.finish(|bytes| shown.extend_from_slice(bytes));
    let want = r#"["orange-tiger\n [REDACTED:A] [REDACTED:B]\n"]"#;
    assert_eq!(String::from_utf8_lossy(&shown), want);
}

#[test]
fn a_string_of_any_length_is_held_no_longer_than_a_value() {
    let redactor = redactor(&[("A", "plum-Garden-42!")]);
    let (mut stream, mut count) = (redactor.json(), 0);
    stream.push(b"[\"", |bytes| count += bytes.len());
    let chunk = r"a line of the text\n".repeat(1_000);
    for round in 0..200 {
        stream.push(chunk.as_bytes(), |bytes| count += bytes.len());
        assert_eq!(count, 2 + (round + 1) * chunk.len());
    }
    stream.push(br#"\u0070lum-Garden-42!"]"#, |bytes| count += bytes.len());
    stream.finish(|bytes| count += bytes.len());
    assert_eq!(count, 2 + 200 * chunk.len() + r#"[REDACTED:A]"]"#.len());
}

#[test]
fn json_and_events_can_be_written() -> std::io::Result<()> {
    use std::io::Write as _;
    let redactor = redactor(&[("A", "plum-Garden-42!")]);
    let mut writer = redactor.json_writer(Vec::new());
    writer.write_all(br#"{"a":"\u0070lum"#)?;
    assert!(writer.is_holding());
    writer.write_all(br#"-Garden-42!","#)?;
    assert!(!writer.is_holding());
    assert_eq!(writer.finish()?, br#"{"a":"[REDACTED:A]","#);
    let mut writer = redactor.events_writer(Vec::new());
    writer.write_all(b"data: plum-\n\n")?;
    assert!(writer.is_holding());
    writer.pause()?;
    writer.write_all(b"data: Garden-42! x\n\n")?;
    assert!(!writer.is_holding());
    assert_eq!(writer.finish()?, b"data: [REDACTED:A]\n\ndata:  x\n\n");
    Ok(())
}

/// Texts that are hard to mask: what takes a second for one of them would take hours if it were not linear.
#[test]
fn hard_texts_are_masked_at_once() {
    let redactor = redactor(&[("A", "plum-Garden-42!"), ("B", &"a".repeat(2_000)), ("N", "90210867")]);
    for piece in [
        "plum-Garden-42!",
        "\\u0070lum-Garden-42!",
        "plum-Garden-42\\u0021\\n",
        "\\u0061",
        "a",
        "\"",
        "\\",
        "[",
        "{\"\":",
        "\u{1b}[\"",
        "\\u001b[\"",
        "90210867,",
        "9",
        "-",
        "\\ud83c",
        "\"a\"\n",
    ] {
        let text = format!("[\"\\n{}", piece.repeat(40_000 / piece.len()));
        let whole = streamed(&redactor, text.as_bytes(), &[]);
        let single = streamed(&redactor, text.as_bytes(), &vec![1; text.len()]);
        assert!(whole == single, "{piece}");
    }
}
