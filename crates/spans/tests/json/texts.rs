//! Texts to read, broken and valid.

use proptest::prelude::*;
use serde_json::Value;

/// Texts in which strings, escapes and their defects are near to each other.
pub(crate) fn broken() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        4 => proptest::sample::select(vec!["\"", "\\", "\\u", "\n", "{", "}", "[", "]", ",", ":", " ", "\\\""]),
        2 => proptest::sample::select(vec!["\\ud83d", "\\uDE00", "\\ud83d\\ude00", "d83", "\\n", "\\x", "\\u00e9"]),
        1 => proptest::sample::select(vec!["-1.5e+9", "0", "plain words of some length", "true", "é", "        "]),
        1 => Just("7".repeat(255).leak() as &str),
    ];
    proptest::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat().into_bytes())
}

pub(crate) fn valid() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,40}".prop_map(Value::from),
        "[a-z\"\\\\\n😀é/]{0,80}".prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 60, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            proptest::collection::btree_map(".{0,9}", inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}
