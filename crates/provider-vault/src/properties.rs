//! What holds for any input: nothing panics, and what goes in comes out.

use proptest::prelude::*;
use reticent_core::{Field, Secret, SecretBuffer};

use crate::config::Address;
use crate::error::judge;
use crate::json::{without_browser_escapes, write_text};
use crate::reply::Reply;
use crate::{path, time, value};

/// Undoes the escapes of a URL.
fn decoded(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        if *first == b'%' {
            let digits = std::str::from_utf8(&tail[..2]).expect("two digits");
            bytes.push(u8::from_str_radix(digits, 16).expect("hex digits"));
            rest = &tail[2..];
        } else {
            bytes.push(*first);
            rest = tail;
        }
    }
    bytes
}

/// JSON whose numbers the server keeps, without the names that the crate gives a meaning.
fn json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(serde_json::Value::from),
        any::<i32>().prop_map(serde_json::Value::from),
        ".{0,12}".prop_map(serde_json::Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(serde_json::Value::from),
            prop::collection::btree_map("[a-u]{0,6}", inner, 0..4)
                .prop_map(|fields| serde_json::Value::Object(fields.into_iter().collect())),
        ]
    })
}

/// What the server gives back of an object that it was given: sorted, without blanks, with escapes for browsers.
fn as_by_the_server(object: &SecretBuffer) -> Secret {
    #[expect(clippy::disallowed_methods, reason = "the tests compare plaintext")]
    let read: serde_json::Value = serde_json::from_slice(object.expose_bytes()).expect("JSON is stored");
    let text = read.to_string().replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026");
    Secret::from_string(text)
}

proptest! {
    #[test]
    fn any_bytes_come_back_unless_they_are_an_object(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let secret = Secret::copy_of(&bytes);
        prop_assume!(secret.fields().is_err());
        prop_assert!(value::served(&as_by_the_server(&value::stored(&secret))).ct_eq(&secret));
    }

    #[test]
    fn any_text_comes_back(text in "\\PC*|.*") {
        let secret = Secret::copy_of(text.as_bytes());
        prop_assume!(secret.fields().is_err());
        prop_assert!(value::served(&as_by_the_server(&value::stored(&secret))).ct_eq(&secret));
    }

    #[test]
    fn any_json_comes_back_as_the_same_json(json in json(), blanks in any::<bool>()) {
        let text = if blanks { format!("{json:#}") } else { json.to_string() };
        let secret = Secret::copy_of(text.as_bytes());
        let served = value::served(&as_by_the_server(&value::stored(&secret)));
        #[expect(clippy::disallowed_methods, reason = "the tests compare plaintext")]
        let read: serde_json::Value = serde_json::from_slice(served.expose_bytes()).expect("JSON");
        prop_assert_eq!(read, json);
        prop_assert!(value::is_same(&served, &secret) || secret.fields().is_err() || blanks);
    }

    #[test]
    fn any_text_is_a_text_of_json(text in ".*") {
        let mut buffer = SecretBuffer::new();
        buffer.extend_from_slice(b"{\"t\":");
        write_text(&mut buffer, &text);
        buffer.push(b'}');
        let json = buffer.into_secret();
        let field = Field::parse("t").expect("a field");
        prop_assert!(json.field(&field).expect("it is there").ct_eq(&Secret::copy_of(text.as_bytes())));
        #[expect(clippy::disallowed_methods, reason = "the tests compare plaintext")]
        let plain = without_browser_escapes(json.expose_bytes()).into_secret();
        prop_assert!(plain.field(&field).expect("it is there").ct_eq(&Secret::copy_of(text.as_bytes())));
    }

    #[test]
    fn a_path_that_is_taken_arrives_as_it_is(text in ".*|[ab./ %?#]*") {
        if path::check(&text).is_ok() {
            let encoded = path::encoded(&text);
            prop_assert_eq!(decoded(&encoded), text.as_bytes());
            prop_assert!(!encoded.contains("//") && !encoded.contains(['?', '#', ' ']));
            prop_assert!(encoded.split('/').all(|part| !matches!(part, "" | "." | "..")));
        }
    }

    #[test]
    fn an_address_that_is_taken_is_https_or_loopback(text in "(https?://)?[a-z0-9.:@/?#\\[\\]-]{0,30}|.*") {
        if let Ok(address) = Address::parse(&text, false) {
            let is_loopback = ["127.", "localhost", "::1"].iter().any(|word| address.host().starts_with(word));
            prop_assert!(address.is_tls() || is_loopback, "{text}");
            prop_assert!(address.port() > 0 && !text.contains('@'));
        }
    }

    #[test]
    fn any_answer_is_judged(status in 100_u16..1000, body in ".*|[\\[\\]{}\":,a-e0-9\\\\ ]*") {
        let reply = Reply::of(status, body.as_bytes());
        prop_assert_eq!(judge(&reply).is_some(), status >= 300);
        for pointer in ["/keys", "/data/keys", "/auth"] {
            let _ = (reply.texts(pointer), reply.number(pointer), reply.text(pointer), reply.part(pointer));
        }
        let list = Reply::of(200, format!("{{\"keys\":[{body}]}}").as_bytes());
        let _ = list.texts("/keys");
    }

    #[test]
    fn any_time_is_read_or_refused(text in ".*|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{0,30}[Z+-][0-9:]{0,25}") {
        let _ = time::parse(&text);
    }
}
