//! Files of known values: what they say, and where they are wrong.

#![expect(clippy::disallowed_methods, reason = "the tests compare plaintext")]

use proptest::prelude::*;
use reticent_redact::known::{self, KnownError};
use serde_json::Value;

fn read(text: &[u8]) -> Result<Vec<(String, Vec<u8>)>, KnownError> {
    let plain = |(name, secret): (String, reticent_core::Secret)| (name, secret.expose_bytes().to_vec());
    Ok(known::parse(text)?.into_iter().map(plain).collect())
}

#[track_caller]
fn check(text: &str, want: &[(&str, &str)]) {
    let found = read(text.as_bytes()).expect("it is well-formed");
    let shown: Vec<_> = found
        .iter()
        .map(|(name, value)| (name.as_str(), std::str::from_utf8(value).expect("text")))
        .collect();
    assert_eq!(shown, want, "{text}");
}

#[test]
fn a_file_is_dotenv_unless_it_begins_with_a_brace() {
    check("", &[]);
    check("# nothing\n\n", &[]);
    check("A=one\nexport B='two words'\n", &[("A", "one"), ("B", "two words")]);
    check("\u{feff}A=one\n", &[("A", "one")]);
    check("{}", &[]);
    check("\u{feff} \r\n\t{ \"A\" : \"one\" } \n", &[("A", "one")]);
}

#[test]
fn a_name_that_stands_twice_has_both_values() {
    check("A=one\nA=two\n", &[("A", "one"), ("A", "two")]);
    check(r#"{"A":"one","\u0041":"two"}"#, &[("A", "one"), ("A", "two")]);
}

#[test]
fn an_object_has_texts_and_everything_else_as_it_is_written() {
    check(
        r#"{"a/b":"q\"\\\/\b\f\n\r\t\u00e9\ud83c\udf89é","n":-10.50E+2,"z":0,"t":true,"f":false,"none":null,"":"" }"#,
        &[
            ("a/b", "q\"\\/\u{8}\u{c}\n\r\t\u{e9}\u{1f389}é"),
            ("n", "-10.50E+2"),
            ("z", "0"),
            ("t", "true"),
            ("f", "false"),
            ("", ""),
        ],
    );
    check(
        "{\"o\": {\"p\" : [1, {\"q\":null}, [] ,{ }]} , \"l\":[ ]}",
        &[("o", "{\"p\" : [1, {\"q\":null}, [] ,{ }]}"), ("l", "[ ]")],
    );
}

#[test]
fn a_defect_has_its_place_and_path_and_no_value() {
    for (text, want) in [
        ("A=\"hunter2", "1:3 A: the quote opened here is never closed"),
        ("A=1\nhunter2\n", "2:8 no = after the key"),
        ("{", "1:2 a name in quotes is missing here"),
        ("{\"hunter2\"}", "1:11 a colon is missing here"),
        ("{\"A\":}", "1:6 A: no JSON value begins like this"),
        ("{\"A\":", "1:6 A: the text ends before its value"),
        ("{\"A\":hunter2}", "1:6 A: no JSON value begins like this"),
        ("{\"A\":'hunter2'}", "1:6 A: no JSON value begins like this"),
        ("{\"A\":\"hunter2}", "1:6 A: the quote opened here is never closed"),
        ("{\"A\":\"hunter2\\\"}", "1:6 A: the quote opened here is never closed"),
        ("{\"A\":\"é\thunter2\"}", "1:8 A: a control character stands in a string only as an escape"),
        ("{\"A\":\"\\x41\"}", "1:7 A: JSON has no such escape"),
        ("{\"A\":\"\\u41\"}", "1:7 A: JSON has no such escape"),
        ("{\"A\":\"\\ud83c!\"}", "1:7 A: this is half of a surrogate pair"),
        ("{\"A\":\"\\udf89\"}", "1:7 A: this is half of a surrogate pair"),
        ("{\"A\":\"\\ud83c\\u0041\"}", "1:7 A: this is half of a surrogate pair"),
        ("{\"A\":1 \"B\":2}", "1:8 a comma or the closing brace is missing here"),
        ("{\"A\":1,}", "1:8 a name in quotes is missing here"),
        ("{\"A\":1}\n 1", "2:2 something stands behind the object"),
        ("{\"A\":-}", "1:7 A: no JSON value begins like this"),
        ("{\"A\":007}", "1:9 A: a number does not begin with a zero"),
        ("{\"A\":1.}", "1:8 A: a digit is missing here"),
        ("{\"A\":1e+}", "1:9 A: a digit is missing here"),
        ("{\"A\":[0,{\"b c\":[true,yes]}]}", "1:22 A[1].b c[1]: no JSON value begins like this"),
        ("{\"A\":[1 2]}", "1:9 A[0]: a comma or the closing bracket is missing here"),
        ("{\"A\":{\"b\":1 2}}", "1:13 A.b: a comma or the closing brace is missing here"),
        ("{\"A\\n\":[1}", "1:10 A\\n[0]: a comma or the closing bracket is missing here"),
    ] {
        let error = read(text.as_bytes()).expect_err(text);
        assert_eq!(error.to_string(), want, "{text}");
        assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
    }
    let error = read(b"{\n\"A\":\"hunter2\xff\"}").expect_err("it is no text");
    assert_eq!(error.to_string(), "2:13 this is not UTF-8");
}

#[test]
fn no_depth_is_too_deep() {
    let deep = 500_000;
    let text = format!("{{\"A\":{}{}}}", "[".repeat(deep), "]".repeat(deep));
    assert_eq!(read(text.as_bytes()).expect("it is well-formed")[0].1.len(), 2 * deep);
    let open = format!("{{\"A\":{}", "[{\"a\":".repeat(deep));
    read(open.as_bytes()).expect_err("it is open");
}

/// The JSON text of any value, with blanks and escapes of all kinds.
fn json() -> impl Strategy<Value = Value> {
    let scalar = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    scalar.prop_recursive(4, 20, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((any::<String>(), inner), 0..4).prop_map(|all| all.into_iter().collect()),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_json_is_read_as_any_reader_reads_it(members in prop::collection::btree_map(".*", json(), 0..5), pretty: bool) {
        let object = Value::from_iter(members.clone());
        let text = if pretty { format!("{object:#}") } else { object.to_string() };
        let found = read(text.as_bytes()).expect("it is well-formed");
        let some: Vec<_> = members.into_iter().filter(|(_, value)| !value.is_null()).collect();
        prop_assert_eq!(found.len(), some.len());
        for ((name, value), (want_name, want)) in found.into_iter().zip(some) {
            prop_assert_eq!(name, want_name);
            match want {
                Value::String(text) => prop_assert_eq!(value, text.into_bytes()),
                other => prop_assert_eq!(serde_json::from_slice::<Value>(&value).expect("JSON"), other),
            }
        }
    }

    #[test]
    fn what_is_accepted_is_json(pieces in prop::collection::vec(prop::sample::select(vec![
        "{", "}", "[", "]", ":", ",", "\"a\"", "\"", "\\", "\\u0041", "\\ud800", "\\udc00", "1", "0", "-", ".", "e", "true", "null", " ", "\n", "\t", "x",
    ]), 0..24)) {
        let text = format!("{{\"A\":{}}}", pieces.concat());
        // A number may be too large for a reader that computes it.
        let want = serde_json::from_str::<Value>(&text).map_or_else(|error| error.to_string().starts_with("number out of range"), |_| true);
        prop_assert_eq!(read(text.as_bytes()).is_ok(), want, "{}", text);
    }
}
