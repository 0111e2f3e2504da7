//! Writing with and without expectations.

use reticent_core::{
    DeleteOptions, ErrorKind, Expected, PutOptions, Secret, SecretSink as _, SecretSource as _, VersionId,
};
use serde_json::json;

use crate::raw::{Raw, text};
use crate::support::{at, kv1, kv2, read, root_source, source_as, token_with};

fn secret(value: &str) -> Secret {
    Secret::copy_of(value.as_bytes())
}

fn plainly() -> PutOptions {
    PutOptions::default()
}

#[tokio::test]
async fn what_was_put_stands_there_as_users_of_vault_expect() {
    let (one, two, source, raw) = (kv1(), kv2(), root_source(), Raw::root());
    for (value, want) in [
        ("hunter2\n", json!({"value": "hunter2\n"})),
        (r#"{"user": "app", "port": 5432}"#, json!({"user": "app", "port": 5432})),
        (r#"{"value":"x"}"#, json!({"value": r#"{"value":"x"}"#})),
    ] {
        source.put(&at(&format!("vault://{one}/a/b")), &secret(value), &plainly()).await.unwrap();
        assert_eq!(raw.done("GET", &format!("{one}/a/b"), json!(null))["data"], want);
        source.put(&at(&format!("vault://{two}/a/b")), &secret(value), &plainly()).await.unwrap();
        assert_eq!(raw.done("GET", &format!("{two}/data/a/b"), json!(null))["data"]["data"], want);
    }
    assert_eq!(read(&source, &format!("vault://{two}/a/b")).await.unwrap(), r#"{"value":"x"}"#);
    assert_eq!(read(&source, &format!("vault://{two}/a/b?version=2#port")).await.unwrap(), "5432");
}

#[tokio::test]
async fn every_put_is_a_version_and_an_expectation_names_one() {
    let (mount, source) = (kv2(), root_source());
    let place = at(&format!("vault://{mount}/db"));
    let absent = plainly().expecting(Expected::Absent);
    let version = |number: &str| Some(VersionId::parse(number).unwrap());
    assert_eq!(source.put(&place, &secret("one"), &absent).await.unwrap(), version("1"));
    assert_eq!(source.put(&place, &secret("one"), &absent).await.unwrap_err().kind(), ErrorKind::Conflict);
    let seen = source.revision(&place).await.unwrap();
    let over = plainly().expecting(Expected::Revision(seen));
    assert_eq!(source.put(&place, &secret("two"), &over).await.unwrap(), version("2"));
    assert_eq!(source.put(&place, &secret("three"), &over).await.unwrap_err().kind(), ErrorKind::Conflict);
    assert_eq!(source.put(&place, &secret("three"), &plainly()).await.unwrap(), version("3"));
    source.delete(&place, &DeleteOptions::default()).await.unwrap();
    // Deleted is absent, and the next version counts on.
    assert_eq!(source.put(&place, &secret("four"), &absent).await.unwrap(), version("4"));
    assert_eq!(read(&source, &format!("vault://{mount}/db?version=2")).await.unwrap(), "two");
}

#[tokio::test]
async fn a_named_write_that_is_repeated_is_one() {
    let (mount, source) = (kv2(), root_source());
    let place = at(&format!("vault://{mount}/db"));
    let object = r#"{"user": "app", "password": "x"}"#;
    let named = plainly().with_idempotency_token("one");
    let first = source.put(&place, &secret(object), &named).await.unwrap();
    assert_eq!(source.put(&place, &secret(object), &named).await.unwrap(), first);
    assert_eq!(source.put(&place, &secret(object), &named.expecting(Expected::Absent)).await.unwrap(), first);
    assert_ne!(source.put(&place, &secret(object), &plainly()).await.unwrap(), first);
}

#[tokio::test]
async fn a_field_is_written_and_deleted_without_its_neighbours() {
    let (mount, source, raw) = (kv2(), root_source(), Raw::root());
    let data = |number: u32| {
        raw.done("GET", &format!("{mount}/data/db?version={number}"), json!(null))["data"]["data"].clone()
    };
    let field = at(&format!("vault://{mount}/db#password"));
    source.put(&field, &secret("x"), &plainly()).await.unwrap();
    assert_eq!(data(1), json!({"password": "x"}));
    raw.done("POST", &format!("{mount}/data/db"), json!({"data": {"password": "x", "port": 5432}}));
    source.put(&field, &secret("y"), &plainly()).await.unwrap();
    assert_eq!(data(3), json!({"password": "y", "port": 5432}));
    let absent = plainly().expecting(Expected::Absent);
    assert_eq!(source.put(&field, &secret("z"), &absent).await.unwrap_err().kind(), ErrorKind::Conflict);
    source.put(&at(&format!("vault://{mount}/db#user")), &secret("app"), &absent).await.unwrap();
    assert_eq!(data(4), json!({"password": "y", "port": 5432, "user": "app"}));
    let stale = plainly().expecting(Expected::Revision(source.revision(&field).await.unwrap()));
    source.put(&field, &secret("z"), &stale).await.unwrap();
    assert_eq!(source.put(&field, &secret("w"), &stale).await.unwrap_err().kind(), ErrorKind::Conflict);
    source.delete(&field, &DeleteOptions::default()).await.unwrap();
    assert_eq!(data(6), json!({"port": 5432, "user": "app"}));
    let again = source.delete(&field, &DeleteOptions::default()).await.unwrap_err();
    assert_eq!(again.kind(), ErrorKind::NotFound);
    let deeper = at(&format!("vault://{mount}/db#/a/b"));
    assert_eq!(
        source.put(&deeper, &secret("x"), &plainly()).await.unwrap_err().kind(),
        ErrorKind::InvalidReference
    );
    let bytes = source.put(&field, &Secret::copy_of(b"\xff"), &plainly()).await.unwrap_err();
    assert_eq!(bytes.kind(), ErrorKind::Unsupported);
}

#[tokio::test]
async fn a_store_that_asks_for_the_version_is_told_it() {
    let (mount, source, raw) = (kv2(), root_source(), Raw::root());
    raw.done("POST", &format!("{mount}/config"), json!({"cas_required": true}));
    let place = at(&format!("vault://{mount}/db"));
    source.put(&place, &secret("one"), &plainly()).await.unwrap();
    source.put(&place, &secret("two"), &plainly()).await.unwrap();
    assert_eq!(read(&source, &format!("vault://{mount}/db")).await.unwrap(), "two");
}

#[tokio::test]
async fn version_one_checks_nothing_and_says_so() {
    let (mount, source) = (kv1(), root_source());
    let place = at(&format!("vault://{mount}/db"));
    let deleted = source.delete(&place, &DeleteOptions::default()).await.unwrap_err();
    assert_eq!(deleted.kind(), ErrorKind::NotFound);
    assert_eq!(source.put(&place, &secret("x"), &plainly()).await.unwrap(), None);
    let seen = source.revision(&place).await.unwrap();
    let expecting = [Expected::Absent, Expected::Revision(seen.clone())];
    for expected in expecting {
        let put = source.put(&place, &secret("y"), &plainly().expecting(expected.clone())).await.unwrap_err();
        assert_eq!(put.kind(), ErrorKind::Unsupported);
        assert_eq!(put.hint(), Some("`vault kv enable-versioning` makes it version 2"));
        let deleted = source.delete(&place, &DeleteOptions::default().expecting(expected)).await.unwrap_err();
        assert_eq!(deleted.kind(), ErrorKind::Unsupported);
    }
    let field = at(&format!("vault://{mount}/db#a"));
    assert_eq!(
        source.put(&field, &secret("y"), &plainly()).await.unwrap_err().kind(),
        ErrorKind::Unsupported
    );
    assert_eq!(source.revision(&place).await.unwrap(), seen);
    source.put(&place, &secret("y"), &plainly()).await.unwrap();
    assert_ne!(source.revision(&place).await.unwrap(), seen);
    source.delete(&place, &DeleteOptions::default()).await.unwrap();
    assert_eq!(source.get(&place).await.unwrap_err().kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn what_is_too_large_is_refused_for_good_and_the_old_value_stays() {
    let (mount, source) = (kv2(), root_source());
    let place = at(&format!("vault://{mount}/db"));
    source.put(&place, &secret("small"), &plainly()).await.unwrap();
    let large = "x".repeat(1_500_000);
    let error = source.put(&place, &secret(&large), &plainly()).await.unwrap_err();
    assert_eq!((error.kind(), error.is_transient()), (ErrorKind::Unsupported, false), "{error}");
    assert_eq!(text(&source.get(&place).await.unwrap()), "small");
}

#[tokio::test]
async fn a_denied_write_is_denied() {
    let (mount, raw) = (kv2(), Raw::root());
    raw.done("POST", &format!("{mount}/data/db"), json!({"data": {"value": "x"}}));
    let hcl = format!("path \"{mount}/*\" {{ capabilities = [\"read\"] }}");
    let source = source_as(&token_with(&raw, &hcl, json!({})));
    let place = at(&format!("vault://{mount}/db"));
    assert_eq!(
        source.put(&place, &secret("y"), &plainly()).await.unwrap_err().kind(),
        ErrorKind::AccessDenied
    );
    let deleted = source.delete(&place, &DeleteOptions::default()).await.unwrap_err();
    assert_eq!(deleted.kind(), ErrorKind::AccessDenied);
    assert_eq!(text(&source.get(&place).await.unwrap()), "x");
}
