//! A token is renewed in time, replaced when it must be, and told apart from one that is denied.

use std::time::{Duration, Instant};

use reticent_core::{ErrorKind, Secret, SecretSource as _};
use reticent_provider_vault::{VaultLogin, VaultSettings, VaultSource};
use reticent_testkit::fake::{FakeServer, Reply};
use serde_json::json;

use crate::logins::{Store, app_login, app_role, secret_id, source_of};
use crate::raw::Raw;
use crate::support::{at, token_with};

/// Reads every tenth of a second for so long; each read must succeed.
async fn reads_for(source: &VaultSource, place: &str, time: Duration) {
    let begun = Instant::now();
    while begun.elapsed() < time {
        source.get(&at(place)).await.unwrap_or_else(|error| panic!("after {:?}: {error}", begun.elapsed()));
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_login_serves_all_who_wait() {
    let store = Store::new();
    // A second login would be refused.
    let source = source_of(app_login(&store, json!({"secret_id_num_uses": 1})));
    let calls: Vec<_> = (0..32)
        .map(|_| {
            let (source, place) = (source.clone(), at(&store.place()));
            tokio::spawn(async move { source.get(&place).await.map(drop) })
        })
        .collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn a_token_is_renewed_by_the_calls() {
    let store = Store::new();
    let source = source_of(app_login(
        &store,
        json!({"secret_id_num_uses": 1, "token_ttl": "2s", "token_max_ttl": "1h"}),
    ));
    reads_for(&source, &store.place(), Duration::from_secs(4)).await;
}

#[tokio::test]
async fn a_token_is_renewed_without_calls_by_whoever_keeps_it_alive() {
    let store = Store::new();
    let source = source_of(app_login(
        &store,
        json!({"secret_id_num_uses": 1, "token_ttl": "2s", "token_max_ttl": "1h"}),
    ));
    let begun = Instant::now();
    let mut times = 0;
    while begun.elapsed() < Duration::from_secs(4) {
        let wait = source.keep_alive().await.unwrap().unwrap();
        assert!(wait <= Duration::from_secs(2), "{wait:?}");
        tokio::time::sleep(wait).await;
        times += 1;
    }
    assert!((3..=8).contains(&times), "{times}");
    source.get(&at(&store.place())).await.unwrap();
}

#[tokio::test]
async fn a_token_at_its_last_end_is_replaced_before_it() {
    let store = Store::new();
    let source = source_of(app_login(&store, json!({"token_ttl": "2s", "token_max_ttl": "3s"})));
    reads_for(&source, &store.place(), Duration::from_secs(4)).await;
    let batch = source_of(app_login(&store, json!({"token_ttl": "2s", "token_type": "batch"})));
    reads_for(&batch, &store.place(), Duration::from_secs(4)).await;
}

#[tokio::test]
async fn a_token_that_was_revoked_is_replaced_once() {
    let store = Store::new();
    let (mount, role_id) = app_role(&store, json!({"secret_id_num_uses": 2}));
    let login = VaultLogin::app_role(role_id, Secret::copy_of(secret_id(&mount).as_bytes())).at_mount(&mount);
    let source = source_of(login);
    source.get(&at(&store.place())).await.unwrap();
    let revoke = || Raw::root().done("POST", &format!("sys/leases/revoke-prefix/auth/{mount}"), json!({}));
    revoke();
    source.get(&at(&store.place())).await.unwrap();
    source.check().await.unwrap();
    revoke();
    // Now the secret id is used up as well.
    let error = source.get(&at(&store.place())).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthenticated);
    assert_eq!(error.detail(), Some("the role id or the secret id is refused"));
}

#[tokio::test]
async fn a_token_that_may_not_ask_is_denied_without_a_login_each_time() {
    let store = Store::new();
    // Two logins: the first, and one that finds out that the refusal is meant.
    let role = json!({"secret_id_num_uses": 2, "token_no_default_policy": true});
    let source = source_of(app_login(&store, role));
    for _ in 0..3 {
        assert_eq!(source.get(&at(&store.denied())).await.unwrap_err().kind(), ErrorKind::AccessDenied);
        source.get(&at(&store.place())).await.unwrap();
        source.check().await.unwrap();
    }
}

#[tokio::test]
async fn a_file_is_read_again_when_it_has_changed() {
    let (store, raw) = (Store::new(), Raw::root());
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    let source = source_of(VaultLogin::token_file(&file));
    let missing = source.get(&at(&store.place())).await.unwrap_err();
    assert_eq!(missing.kind(), ErrorKind::Unauthenticated);
    assert_eq!(missing.hint(), Some("log in so that the file is there, or name another login"));

    let hcl = |name: &str| format!("path \"{}/data/{name}\" {{ capabilities = [\"read\"] }}", store.mount);
    let first = token_with(&raw, &hcl("other"), json!({}));
    std::fs::write(&file, format!("{first}\n")).unwrap();
    source.get(&at(&store.denied())).await.unwrap();
    assert_eq!(source.get(&at(&store.place())).await.unwrap_err().kind(), ErrorKind::AccessDenied);
    std::fs::write(&file, token_with(&raw, &hcl("db"), json!({}))).unwrap();
    source.get(&at(&store.place())).await.unwrap();
    let look_again = source.keep_alive().await.unwrap().unwrap();
    assert_eq!(look_again, Duration::from_secs(30));

    // A file that goes leaves the token that was in it.
    std::fs::remove_file(&file).unwrap();
    source.get(&at(&store.place())).await.unwrap();
    // One whose token is dead says so, without end.
    std::fs::write(&file, &first).unwrap();
    raw.done("POST", "auth/token/revoke", json!({"token": first}));
    let error = source.get(&at(&store.denied())).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.detail()),
        (ErrorKind::Unauthenticated, Some("the token is unknown or has ended"))
    );
}

#[tokio::test]
async fn a_given_token_is_renewed_and_its_end_is_the_end() {
    let (store, raw) = (Store::new(), Raw::root());
    let hcl = format!("path \"{}/data/db\" {{ capabilities = [\"read\"] }}", store.mount);
    let given = |more| source_of(VaultLogin::token(Secret::copy_of(token_with(&raw, &hcl, more).as_bytes())));

    let renewable = given(json!({"ttl": "2s"}));
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(4) {
        let wait = renewable.keep_alive().await.unwrap().unwrap();
        tokio::time::sleep(wait).await;
    }
    renewable.get(&at(&store.place())).await.unwrap();

    let ending = given(json!({"ttl": "1s", "renewable": false}));
    ending.get(&at(&store.place())).await.unwrap();
    assert_eq!(ending.keep_alive().await.unwrap(), None);
    tokio::time::sleep(Duration::from_millis(1500)).await;
    let error = ending.get(&at(&store.place())).await.unwrap_err();
    assert_eq!((error.kind(), error.is_transient()), (ErrorKind::Unauthenticated, false));

    let endless = crate::support::root_source();
    assert_eq!(endless.keep_alive().await.unwrap(), None);
}

#[tokio::test]
async fn a_renewal_that_fails_is_left_alone_for_a_while() {
    let login = r#"{"auth":{"client_token":"s.token","lease_duration":1,"renewable":true}}"#;
    let fake = FakeServer::start([Reply::new(200).with_body(login), Reply::new(500)]).await.unwrap();
    let user = VaultLogin::userpass("app", Secret::copy_of(b"right word"));
    let source = VaultSettings::new(fake.url()).with_login(user).build().unwrap();
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_millis(850) {
        let wait = source.keep_alive().await.unwrap().unwrap();
        assert!(wait >= Duration::from_millis(100), "{wait:?}");
        // Reads try no more often.
        for _ in 0..10 {
            assert_eq!(source.check().await.unwrap_err().kind(), ErrorKind::Unavailable);
        }
        tokio::time::sleep(wait).await;
    }
    let renewals =
        fake.requests().iter().filter(|request| request.target() == "/v1/auth/token/renew-self").count();
    assert!((1..=5).contains(&renewals), "{renewals}");
}

#[tokio::test]
async fn a_refusal_late_in_a_token_s_life_does_not_end_its_renewals() {
    let (store, raw) = (Store::new(), Raw::root());
    let hcl = format!("path \"{}/data/db\" {{ capabilities = [\"read\"] }}", store.mount);
    let source = source_of(VaultLogin::token(Secret::copy_of(
        token_with(&raw, &hcl, json!({"ttl": "3s"})).as_bytes(),
    )));
    let begun = Instant::now();
    assert!(source.keep_alive().await.unwrap().is_some());
    // What is left by then is less than a third of what it was.
    tokio::time::sleep(Duration::from_millis(2200)).await;
    assert_eq!(source.get(&at(&store.denied())).await.unwrap_err().kind(), ErrorKind::AccessDenied);
    while begun.elapsed() < Duration::from_secs(4) {
        let wait = source.keep_alive().await.unwrap().expect("it is renewed on");
        tokio::time::sleep(wait).await;
    }
    source.get(&at(&store.place())).await.unwrap();
}
