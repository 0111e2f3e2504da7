//! The vectors of the Fernet specification.

use std::time::Duration;

use reticent_core::Secret;
use reticent_crypto::{Compat, Error, Fernet};
use serde_json::Value;

fn vectors(text: &str) -> Vec<Value> {
    serde_json::from_str(text).expect("JSON")
}

fn text<'v>(vector: &'v Value, name: &str) -> &'v str {
    vector[name].as_str().expect("text")
}

fn fernet(vector: &Value) -> Fernet {
    Fernet::new(&Secret::copy_of(text(vector, "secret").as_bytes())).expect("a key")
}

/// Seconds since 1970 of a time such as `1985-10-26T01:20:01-07:00`.
fn seconds(time: &str) -> u64 {
    let number = |range: std::ops::Range<usize>| time[range].parse::<i64>().expect("a number");
    let (year, month, day) = (number(0..4), number(5..7), number(8..10));
    // Days from civil: March is the first month, so that the leap day is the last of the year.
    let year = if month <= 2 { year - 1 } else { year };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = 365 * year + year / 4 - year / 100 + year / 400 + day_of_year - 719_468;
    let local = days * 86_400 + number(11..13) * 3_600 + number(14..16) * 60 + number(17..19);
    let offset = number(20..22) * 3_600 + number(23..25) * 60;
    u64::try_from(if &time[19..20] == "-" { local + offset } else { local - offset }).expect("after 1970")
}

#[test]
fn what_the_specification_generates_is_read() {
    for vector in vectors(include_str!("../data/fernet_generate.json")) {
        let fernet = fernet(&vector);
        let secret = fernet.decrypt(text(&vector, "token")).expect("authentic");
        assert!(secret.ct_eq(&Secret::copy_of(text(&vector, "src").as_bytes())));
        assert_eq!(fernet.extract_timestamp(text(&vector, "token")), Ok(seconds(text(&vector, "now"))));
    }
}

#[test]
fn what_the_specification_verifies_is_valid_at_its_time() {
    for vector in vectors(include_str!("../data/fernet_verify.json")) {
        let ttl = Duration::from_secs(vector["ttl_sec"].as_u64().expect("seconds"));
        let secret =
            fernet(&vector).decrypt_at_time(text(&vector, "token"), ttl, seconds(text(&vector, "now")));
        assert!(secret.expect("valid").ct_eq(&Secret::copy_of(text(&vector, "src").as_bytes())));
    }
}

#[test]
fn what_the_specification_refuses_is_refused_with_one_error() {
    let all = vectors(include_str!("../data/fernet_invalid.json"));
    assert_eq!(all.len(), 8);
    for vector in all {
        let ttl = Duration::from_secs(vector["ttl_sec"].as_u64().expect("seconds"));
        for compat in [Compat::Strict, Compat::Python] {
            let fernet = fernet(&vector).with_compat(compat);
            let result = fernet.decrypt_at_time(text(&vector, "token"), ttl, seconds(text(&vector, "now")));
            assert_eq!(result.unwrap_err(), Error::NotAuthentic, "{}", vector["desc"]);
        }
    }
}
