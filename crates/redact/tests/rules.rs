//! What detection rules find is masked as known values are, and never depends on where a text is cut.

use reticent_core::Secret;
use reticent_detect::Scanner;
use reticent_redact::{Redactor, Values};

/// Values that nobody uses; in pieces, so that this file holds none.
fn token() -> String {
    ["q8Zt0vLw2n", "Xc5Rb7TkPy"].concat()
}

fn redactor() -> Redactor {
    Redactor::new(&Values::new()).with_rules(Scanner::new())
}

fn check(text: &str, want: &str) {
    let shown = redactor().redact_text(text).into_owned();
    assert_eq!(shown, want);
    for size in 1..=text.len() {
        assert_eq!(streamed(text.as_bytes(), size), want, "in chunks of {size}");
    }
    assert_eq!(redactor().redact_text(&shown), shown, "a second time");
}

fn streamed(text: &[u8], size: usize) -> String {
    let mut stream = redactor().stream();
    let mut shown = Vec::new();
    for chunk in text.chunks(size) {
        stream.push(chunk, |bytes| shown.extend_from_slice(bytes));
    }
    stream.finish(|bytes| shown.extend_from_slice(bytes));
    String::from_utf8(shown).expect("the text was one")
}

#[test]
fn a_token_is_masked_by_its_rule_wherever_a_stream_is_cut() {
    let token = token();
    check(
        &format!("start\napi_key = \"{token}\"\nend"),
        "start\napi_key = \"[REDACTED:generic.secret]\"\nend",
    );
    check(
        &format!("a\r\nDB_PASSWORD={token}\r\nb\r\n"),
        "a\r\nDB_PASSWORD=[REDACTED:generic.password]\r\nb\r\n",
    );
    check(
        &format!("Authorization: Bearer {token}"),
        "Authorization: Bearer [REDACTED:generic.authorization]",
    );
    check(
        &format!("env:\n- name: API_TOKEN\n  value: {token}\n"),
        "env:\n- name: API_TOKEN\n  value: [REDACTED:generic.secret]\n",
    );
}

#[test]
fn a_private_key_is_masked_from_its_first_line_to_its_last() {
    let body = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQDAbhr5Ivji3OE5\n".repeat(3);
    let key = ["-----BEGIN PRIVATE", " KEY-----\n", &body, "-----END PRIVATE", " KEY-----"].concat();
    check(&format!("before\n{key}\nafter\n"), "before\n[REDACTED:generic.private-key]\nafter\n");
    let cut = &key[..key.len() - 40];
    check(&format!("before\n{cut}"), "before\n[REDACTED:generic.private-key]");
}

#[test]
fn a_prompt_flows_and_a_plain_word_is_never_masked() {
    let mut stream = redactor().stream();
    let mut shown = Vec::new();
    stream.push(b"Password for admin: ", |bytes| shown.extend_from_slice(bytes));
    assert_eq!(shown, b"Password for admin: ");
    check("password: supersecret word\n", "password: supersecret word\n");
}

#[test]
fn known_values_give_their_name_before_rules() {
    let values = Values::new();
    values.learn("OURS", &Secret::copy_of(token().as_bytes()));
    let redactor = Redactor::new(&values).with_rules(Scanner::new());
    let text =
        format!("api_key=\"{}\" other_token=\"{}\"", token(), token().chars().rev().collect::<String>());
    assert_eq!(
        redactor.redact_text(&text),
        "api_key=\"[REDACTED:OURS]\" other_token=\"[REDACTED:generic.secret]\""
    );
}

#[test]
fn json_stays_json_under_rules() {
    let text = format!(
        "{{\"user\": \"a\", \"api_key\": \"{0}\", \"n\": 1, \"nested\": \"{{\\\"api_key\\\": \\\"{0}\\\"}}\"}}",
        token()
    );
    let mut json = redactor().json();
    let mut shown = Vec::new();
    for chunk in text.as_bytes().chunks(7) {
        json.push(chunk, |bytes| shown.extend_from_slice(bytes));
    }
    json.finish(|bytes| shown.extend_from_slice(bytes));
    let shown = String::from_utf8(shown).unwrap();
    let tree: serde_json::Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(tree["api_key"], "[REDACTED:generic.secret]");
    assert!(!shown.contains(&token()), "{shown}");
}

#[test]
fn a_line_of_any_length_is_judged_and_does_not_grow_what_is_held() {
    let mut text = "x".repeat(300) + " ";
    text = text.repeat(1_000);
    let at = text.len() / 2 / 301 * 301;
    text.insert_str(at, &format!("api_key=\"{}\" ", token()));
    let shown = streamed(text.as_bytes(), 1_000);
    assert!(shown.contains("api_key=\"[REDACTED:generic.secret]\" ") && !shown.contains(&token()));
}

#[test]
fn a_value_of_a_tree_is_judged_under_its_name() {
    let tree = serde_json::json!({
        "user": "someone", "password": "tR7kQ2vLm9", "keys": {"api_key": [token(), "short"]}, "note": "q8Zt0vLw2n",
    });
    let masked = redactor().redact_value(&tree).into_owned();
    let want = serde_json::json!({
        "user": "someone",
        "password": "[REDACTED:generic.password]",
        "keys": {"api_key": ["[REDACTED:generic.secret]", "short"]},
        "note": "q8Zt0vLw2n",
    });
    assert_eq!(masked, want);
}
