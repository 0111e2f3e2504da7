//! Reading keys and values of both versions.

use std::time::{Duration, SystemTime};

use reticent_core::{ErrorKind, SecretList as _, SecretSource as _};
use reticent_provider_vault::{Engine, VaultLogin};
use serde_json::{Value, json};

use crate::raw::{Raw, shared, text};
use crate::support::{at, kv1, kv2, mounted, read, root_source, settings, source_as, token_with};

/// Writes an object by the side door; the new version.
fn put(mount: &str, name: &str, data: &Value) -> u64 {
    let answer = Raw::root().done("POST", &format!("{mount}/data/{name}"), json!({"data": data}));
    answer["data"]["version"].as_u64().expect("a version")
}

#[tokio::test]
async fn a_field_and_the_whole_are_read_from_both_versions() {
    let (one, two, source) = (kv1(), kv2(), root_source());
    let data = json!({"password": "p\"<&>\\\u{1f511}", "port": 5432, "user": "app"});
    Raw::root().done("POST", &format!("{one}/prod/db"), data.clone());
    put(&two, "prod/db", &data);
    for mount in [one, two] {
        let whole = read(&source, &format!("vault://{mount}/prod/db")).await.unwrap();
        assert_eq!(whole, r#"{"password":"p\"<&>\\🔑","port":5432,"user":"app"}"#);
        assert_eq!(read(&source, &format!("vault://{mount}/prod/db#user")).await.unwrap(), "app");
        assert_eq!(read(&source, &format!("vault://{mount}/prod/db#port")).await.unwrap(), "5432");
        let secret = source.get(&at(&format!("vault://{mount}/prod/db#password"))).await.unwrap();
        assert_eq!(text(&secret), "p\"<&>\\\u{1f511}");
        assert_eq!(secret.metadata().source(), "vault");
    }
}

#[tokio::test]
async fn a_mount_of_several_parts_is_found_and_may_be_given() {
    let raw = Raw::root();
    let mount = format!("{}/kv", crate::support::unique("team"));
    raw.done("POST", &format!("sys/mounts/{mount}"), json!({"type": "kv", "options": {"version": "2"}}));
    crate::support::wait_for(&raw, &mount);
    put(&mount, "a/b", &json!({"value": "x"}));
    assert_eq!(read(&root_source(), &format!("vault://{mount}/a/b")).await.unwrap(), "x");

    // What is given is not asked: another engine than is there finds nothing.
    let told = |engine| {
        let login = VaultLogin::token(shared().openbao().token.clone());
        settings().with_login(login).with_mount(&mount, engine).build().unwrap()
    };
    assert_eq!(read(&told(Engine::KvV2), &format!("vault://{mount}/a/b")).await.unwrap(), "x");
    let error = told(Engine::KvV1).get(&at(&format!("vault://{mount}/a/b"))).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidReference);
}

#[tokio::test]
async fn versions_are_told_apart_and_dated() {
    let (mount, source) = (kv2(), root_source());
    let begun = SystemTime::now() - Duration::from_secs(1);
    for value in ["one", "two", "three"] {
        put(&mount, "db", &json!({"value": value}));
    }
    let place = format!("vault://{mount}/db");
    let current = source.get(&at(&place)).await.unwrap();
    assert_eq!(text(&current), "three");
    assert_eq!(current.metadata().version().unwrap().as_str(), "3");
    let created = current.metadata().created().unwrap();
    assert!(created >= begun && created <= SystemTime::now() + Duration::from_secs(1));
    assert_eq!(current.metadata().expires(), None);
    assert_eq!(read(&source, &format!("{place}?version=1")).await.unwrap(), "one");
    let previous = source.get(&at(&format!("{place}?version=previous#value"))).await.unwrap();
    assert_eq!((text(&previous).as_str(), previous.metadata().version().unwrap().as_str()), ("two", "2"));
}

#[tokio::test]
async fn deleted_destroyed_trimmed_and_absent_are_told_apart() {
    let (mount, source, raw) = (kv2(), root_source(), Raw::root());
    for value in ["one", "two", "three"] {
        put(&mount, "db", &json!({"value": value}));
    }
    raw.done("POST", &format!("{mount}/destroy/db"), json!({"versions": [1]}));
    raw.done("POST", &format!("{mount}/delete/db"), json!({"versions": [2, 3]}));
    let refused = async |place: &str| {
        let error = source.get(&at(&format!("vault://{mount}/{place}"))).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound, "{place}");
        let detail = error.detail().unwrap_or_default();
        // Without the time.
        let detail = detail.split(" at 2").next().unwrap().to_owned();
        (detail, error.hint().unwrap_or_default().to_owned())
    };
    let undelete =
        |version: u32| format!("`vault kv undelete -mount={mount} -versions={version} db` brings it back");
    assert_eq!(refused("db").await, ("version 3 was deleted".to_owned(), undelete(3)));
    assert_eq!(refused("db#value").await, ("version 3 was deleted".to_owned(), undelete(3)));
    assert_eq!(refused("db?version=previous").await, ("version 2 was deleted".to_owned(), undelete(2)));
    assert_eq!(
        refused("db?version=1").await,
        ("version 1 was destroyed".to_owned(), "it is gone for good; write a new one".to_owned())
    );
    let none = "there is no version 9, or max_versions has trimmed it".to_owned();
    assert_eq!(refused("db?version=9").await, (String::new(), none));
    assert_eq!(refused("absent").await, (String::new(), String::new()));
    assert_eq!(refused("absent?version=previous").await, (String::new(), String::new()));

    raw.done("POST", &format!("{mount}/undelete/db"), json!({"versions": [3]}));
    assert_eq!(read(&source, &format!("vault://{mount}/db")).await.unwrap(), "three");
    put(&mount, "once", &json!({"value": "x"}));
    assert_eq!(refused("once?version=previous").await.0, "there is one version, and none before it");
    raw.done("POST", &format!("{mount}/metadata/empty"), json!({"max_versions": 3}));
    assert_eq!(refused("empty").await.0, "");
}

#[tokio::test]
async fn a_version_that_will_be_deleted_says_when() {
    let (mount, source) = (kv2(), root_source());
    Raw::root().done("POST", &format!("{mount}/metadata/db"), json!({"delete_version_after": "1h"}));
    put(&mount, "db", &json!({"value": "x"}));
    let secret = source.get(&at(&format!("vault://{mount}/db"))).await.unwrap();
    let left =
        secret.metadata().expires().unwrap().duration_since(secret.metadata().created().unwrap()).unwrap();
    assert_eq!(left, Duration::from_secs(3600));
}

#[tokio::test]
async fn a_revision_needs_no_value_and_falls_back_on_one() {
    let (mount, raw) = (kv2(), Raw::root());
    put(&mount, "db", &json!({"value": "x"}));
    let place = at(&format!("vault://{mount}/db"));
    let by_metadata =
        token_with(&raw, &format!("path \"{mount}/metadata/*\" {{ capabilities = [\"read\"] }}"), json!({}));
    let by_value =
        token_with(&raw, &format!("path \"{mount}/data/*\" {{ capabilities = [\"read\"] }}"), json!({}));
    let seen = source_as(&by_metadata).revision(&place).await.unwrap();
    assert_eq!(source_as(&by_value).revision(&place).await.unwrap(), seen);
    assert_eq!(source_as(&by_metadata).get(&place).await.unwrap_err().kind(), ErrorKind::AccessDenied);
    put(&mount, "db", &json!({"value": "x"}));
    let moved = source_as(&by_metadata).revision(&place).await.unwrap();
    assert_ne!(moved, seen);
    assert_eq!(source_as(&by_value).revision(&place).await.unwrap(), moved);
    // What was removed altogether and written anew is another secret, though its number is the same.
    raw.done("DELETE", &format!("{mount}/metadata/db"), Value::Null);
    assert_eq!(root_source().revision(&place).await.unwrap_err().kind(), ErrorKind::NotFound);
    put(&mount, "db", &json!({"value": "x"}));
    assert_ne!(root_source().revision(&place).await.unwrap(), seen);
}

#[tokio::test]
async fn a_mount_that_becomes_another_is_asked_anew() {
    let (mount, source, raw) = (kv1(), root_source(), Raw::root());
    raw.done("POST", &format!("{mount}/db"), json!({"value": "x"}));
    let place = format!("vault://{mount}/db");
    assert_eq!(read(&source, &place).await.unwrap(), "x");
    raw.done("DELETE", &format!("sys/mounts/{mount}"), Value::Null);
    raw.done("POST", &format!("sys/mounts/{mount}"), json!({"type": "kv", "options": {"version": "2"}}));
    crate::support::wait_for(&raw, &mount);
    put(&mount, "db", &json!({"value": "y"}));
    let error = source.get(&at(&place)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidReference);
    assert_eq!(read(&source, &place).await.unwrap(), "y");
}

#[tokio::test]
async fn a_listing_is_recursive_and_leaves_out_what_is_deleted() {
    let (mount, raw) = (kv2(), Raw::root());
    for name in ["a", "b/one", "b/two", "b/deep/er", "bb", "\u{1f511} x"] {
        put(&mount, &name.replace(' ', "%20"), &json!({"value": "x"}));
    }
    put(&mount, "b/gone", &json!({"value": "x"}));
    raw.done("DELETE", &format!("{mount}/data/b/gone"), Value::Null);
    raw.done("POST", &format!("{mount}/metadata/never"), json!({"max_versions": 3}));
    let source = root_source();
    let listed = async |prefix: &str| {
        let infos = source.list(prefix).await.unwrap();
        infos.iter().map(|info| info.reference().path().replace(&format!("{mount}/"), "")).collect::<Vec<_>>()
    };
    assert_eq!(listed(&format!("{mount}/")).await, ["a", "b/deep/er", "b/one", "b/two", "bb", "\u{1f511} x"]);
    assert_eq!(listed(&format!("{mount}/b/")).await, ["b/deep/er", "b/one", "b/two"]);
    assert_eq!(listed(&format!("{mount}/b")).await, ["b/deep/er", "b/one", "b/two", "bb"]);
    assert_eq!(listed(&format!("{mount}/b/o")).await, ["b/one"]);
    assert_eq!(listed(&format!("{mount}/b/de")).await, ["b/deep/er"]);
    assert_eq!(listed(&format!("{mount}/none")).await, [""; 0]);
    let infos = source.list(&format!("{mount}/a")).await.unwrap();
    assert_eq!(infos[0].version().unwrap().as_str(), "1");
    assert!(infos[0].modified().is_some());

    let one = kv1();
    raw.done("POST", &format!("{one}/x/y"), json!({"value": "x"}));
    let infos = source.list(&format!("{one}/")).await.unwrap();
    assert_eq!(infos.len(), 1);
    assert_eq!(infos[0].reference(), &at(&format!("vault://{one}/x/y")));
}

#[tokio::test]
async fn a_listing_of_everything_is_of_what_the_token_may_see() {
    let (seen, unseen, raw) = (kv2(), kv2(), Raw::root());
    put(&seen, "db", &json!({"value": "x"}));
    put(&unseen, "db", &json!({"value": "x"}));
    let names_alone =
        token_with(&raw, &format!("path \"{seen}/metadata/\" {{ capabilities = [\"list\"] }}"), json!({}));
    let infos = source_as(&names_alone).list("").await.unwrap();
    let places: Vec<_> = infos.iter().map(|info| info.reference().to_string()).collect();
    assert_eq!(places, [format!("vault://{seen}/db")]);
    assert_eq!(infos[0].version(), None);
    let error = source_as(&names_alone).list(&format!("{unseen}/")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AccessDenied);
}

#[tokio::test]
async fn a_namespace_is_worked_in_by_setting_and_by_path() {
    // Its name begins as that of the mount does.
    let (raw, name) = (Raw::root(), crate::support::unique("secret"));
    raw.done("POST", &format!("sys/namespaces/{name}"), json!({}));
    raw.done(
        "POST",
        &format!("{name}/sys/mounts/secret"),
        json!({"type": "kv", "options": {"version": "2"}}),
    );
    crate::support::wait_for(&raw, &format!("{name}/secret"));
    put(&format!("{name}/secret"), "db", &json!({"value": "x"}));
    let token = VaultLogin::token(shared().openbao().token.clone());
    let within = settings().with_namespace(&name).with_login(token.clone()).build().unwrap();
    assert_eq!(read(&within, "vault://secret/db").await.unwrap(), "x");
    assert_eq!(read(&root_source(), &format!("vault://{name}/secret/db")).await.unwrap(), "x");
    let nowhere = settings().with_namespace("no-such-namespace").with_login(token).build().unwrap();
    let error = nowhere.get(&at("vault://secret/db")).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.detail()),
        (ErrorKind::InvalidReference, Some("there is no such namespace"))
    );
}

#[tokio::test]
async fn other_engines_are_read_by_their_paths() {
    let raw = Raw::root();
    let mount = mounted(&raw, "kv", json!({"version": "1"}));
    raw.done("POST", &format!("{mount}/db"), json!({"value": "x"}));
    // Where nothing is stored and nothing is lent, what is there is served.
    let told = settings().with_login(VaultLogin::token(shared().openbao().token.clone()));
    let told = told.with_mount(&mount, Engine::Leased).build().unwrap();
    let secret = told.get(&at(&format!("vault://{mount}/db"))).await.unwrap();
    assert_eq!((text(&secret).as_str(), secret.metadata().lease()), (r#"{"value":"x"}"#, None));
    assert_eq!(
        told.get(&at(&format!("vault://{mount}/none"))).await.unwrap_err().kind(),
        ErrorKind::NotFound
    );
}
