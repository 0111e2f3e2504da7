//! Trees of JSON.

use std::borrow::Cow;

use proptest::prelude::*;
use reticent_core::Secret;
use reticent_redact::{Redactor, Values};
use serde_json::{Value, json};

use crate::parsed::{document, masked};

fn redactor(known: &[(&str, &str)]) -> Redactor {
    let secret = |(name, value): &(&str, &str)| (name.to_string(), Secret::copy_of(value.as_bytes()));
    Redactor::new(&known.iter().map(secret).collect::<Values>())
}

fn check(tree: &Value, want: &Value) {
    let redactor = redactor(&[("A", "plum-Garden-42!"), ("N", "90210867")]);
    let shown = redactor.redact_value(tree);
    assert_eq!(*shown, *want);
    assert!(matches!(redactor.redact_value(want), Cow::Borrowed(_)), "masked again");
}

#[test]
fn strings_keys_and_numbers_are_masked() {
    check(
        &json!({"a": ["x plum-Garden-42! y", 90210867, -1.5, true, null], "plum-Garden-42!": {"b": "706c756d2d47617264656e2d343221"}}),
        &json!({"a": ["x [REDACTED:A] y", "[REDACTED:N]", -1.5, true, null], "[REDACTED:A]": {"b": "[REDACTED:A]"}}),
    );
    check(&json!("plum-Garden-42!"), &json!("[REDACTED:A]"));
    check(&json!(1_902_108_670_u64), &json!("[REDACTED:N]"));
    check(&json!(-90_210_867), &json!("[REDACTED:N]"));
    check(&json!(["plum-", "Garden-42!", 902_108, 67]), &json!(["plum-", "Garden-42!", 902_108, 67]));
}

#[test]
fn keys_that_become_the_same_keep_their_members() {
    check(
        &json!({"PLUM-GARDEN-42!": 3, "[REDACTED:A]-2": 2, "706c756d2d47617264656e2d343221": 1, "plum-Garden-42!": 4}),
        &json!({"[REDACTED:A]": 1, "[REDACTED:A]-2": 2, "[REDACTED:A]-3": 3, "[REDACTED:A]-4": 4}),
    );
    check(
        &json!({"[REDACTED:A]": 1, "plum-Garden-42!": 2}),
        &json!({"[REDACTED:A]": 1, "[REDACTED:A]-2": 2}),
    );
}

#[test]
fn nothing_found_is_borrowed_and_the_original_stays() {
    let redactor = redactor(&[("A", "plum-Garden-42!")]);
    let (clean, tree) = (json!({"a": [1, "b", {}], "c": []}), json!(["plum-Garden-42!"]));
    assert!(matches!(redactor.redact_value(&clean), Cow::Borrowed(same) if std::ptr::eq(same, &clean)));
    assert_eq!(redactor.redact_value(&tree).into_owned(), json!(["[REDACTED:A]"]));
    assert_eq!(tree, json!(["plum-Garden-42!"]));
}

/// Takes a tree of one item a level apart, which dropping it would do by recursion.
fn depth(mut tree: Value, leaf: &Value) -> usize {
    let mut depth = 0;
    loop {
        tree = match tree {
            Value::Array(mut items) => items.remove(0),
            Value::Object(members) => members.into_iter().next().expect("one").1,
            other => {
                assert_eq!(other, *leaf);
                return depth;
            }
        };
        depth += 1;
    }
}

#[test]
fn depth_is_no_recursion() {
    const LEVELS: usize = 200_000;
    let nested = |leaf: &str| {
        (0..LEVELS).fold(Value::from(leaf), |inner, at| match at % 2 {
            0 => Value::Array(vec![inner]),
            _ => Value::Object([("k".to_owned(), inner)].into_iter().collect()),
        })
    };
    let redactor = redactor(&[("A", "plum-Garden-42!")]);
    let (tree, clean) = (nested("plum-Garden-42!"), nested("x"));
    let shown = redactor.redact_value(&tree).into_owned();
    assert_eq!(depth(shown, &json!("[REDACTED:A]")), LEVELS);
    assert!(matches!(redactor.redact_value(&clean), Cow::Borrowed(_)));
    assert_eq!(depth(tree, &json!("plum-Garden-42!")) + depth(clean, &json!("x")), 2 * LEVELS);
}

/// How many values a tree has.
fn count(tree: &Value) -> usize {
    1 + match tree {
        Value::Array(items) => items.iter().map(count).sum(),
        Value::Object(members) => members.values().map(count).sum(),
        _ => 0,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_tree_is_masked_string_by_string_and_loses_no_member(
        document in document(),
        values in prop::collection::vec("[pq]{6,8}", 1..5),
    ) {
        let named: Vec<String> = (0..values.len()).map(|at| format!("N{at}")).collect();
        let known: Vec<(&str, &str)> = named.iter().map(String::as_str).zip(values.iter().map(String::as_str)).collect();
        let redactor = redactor(&known);
        let (shown, simple) = (redactor.redact_value(&document), masked(&document, &redactor));
        prop_assert_eq!(count(&shown), count(&document));
        // Where no keys become the same, there is nothing to decide.
        if count(&simple) == count(&document) {
            prop_assert_eq!(&*shown, &simple);
        }
        prop_assert_eq!(matches!(shown, Cow::Borrowed(_)), *shown == document);
        prop_assert!(matches!(redactor.redact_value(&shown), Cow::Borrowed(_)));
    }
}
