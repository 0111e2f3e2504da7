//! Few connections, kept while they are good and replaced when they are not.

use std::time::Duration;

use reticent_core::{ErrorKind, PutOptions, Secret, SecretSink as _, SecretSource as _};
use reticent_provider_vault::{Engine, VaultLogin, VaultSettings, VaultSource};
use reticent_testkit::fake::{FakeServer, Reply};
use reticent_testkit::fault::{Fault, FaultProxy};
use serde_json::json;

use crate::raw::{Raw, shared};
use crate::support::{at, kv2};

/// A source over a proxy to the real server.
async fn over_proxy() -> (FaultProxy, VaultSource, String) {
    let servers = shared();
    let openbao = servers.openbao();
    let server = openbao.address.trim_start_matches("https://").to_owned();
    let proxy = FaultProxy::start(server).await.expect("a proxy");
    let source = VaultSettings::new(format!("https://{}", proxy.address()))
        .with_ca_file(&openbao.ca)
        .with_login(VaultLogin::token(openbao.token.clone()))
        .build()
        .expect("right settings");
    let mount = kv2();
    for name in 0..20 {
        Raw::root().done("POST", &format!("{mount}/data/{name}"), json!({"data": {"value": "x"}}));
    }
    (proxy, source, mount)
}

#[tokio::test]
async fn calls_one_after_the_other_share_a_connection_and_a_batch_has_a_few() {
    let (proxy, source, mount) = over_proxy().await;
    for name in 0..20 {
        source.get(&at(&format!("vault://{mount}/{name}"))).await.unwrap();
    }
    assert_eq!(proxy.connections(), 1);
    let places: Vec<_> = (0..20).map(|name| at(&format!("vault://{mount}/{name}"))).collect();
    for _ in 0..3 {
        assert!(source.get_many(&places).await.into_iter().all(|answer| answer.is_ok()));
    }
    assert!(proxy.connections() <= 8, "{}", proxy.connections());
}

#[tokio::test]
async fn a_connection_that_was_closed_meanwhile_is_no_failure() {
    let (proxy, source, mount) = over_proxy().await;
    let place = at(&format!("vault://{mount}/1"));
    source.get(&place).await.unwrap();
    // The kept one is reset, and the next one is good.
    proxy.set(Fault::Reset).await;
    proxy.set(Fault::None).await;
    source.get(&place).await.unwrap();
    source.put(&place, &Secret::copy_of(b"y"), &PutOptions::default()).await.unwrap();
    // Reset while the request is on its way: a read is asked again, on a connection that is reset as well.
    proxy.set(Fault::ResetAfter(0)).await;
    assert_eq!(source.get(&place).await.unwrap_err().kind(), ErrorKind::Unavailable);
    proxy.set(Fault::None).await;
    source.get(&place).await.unwrap();
}

#[tokio::test]
async fn what_may_have_been_carried_out_is_not_sent_twice() {
    let answer = || Reply::new(200).with_body(r#"{"data":{"version":1}}"#);
    let fake = FakeServer::start([answer(), answer().cut_after(5), answer()]).await.unwrap();
    let source = VaultSettings::new(fake.url())
        .with_login(VaultLogin::token(Secret::copy_of(b"s.token")))
        .with_mount("secret", Engine::KvV2)
        .build()
        .unwrap();
    let (place, value, plainly) = (at("vault://secret/db"), Secret::copy_of(b"x"), PutOptions::default());
    source.put(&place, &value, &plainly).await.unwrap();
    // The request goes through, and its answer is lost.
    let error = source.put(&place, &value, &plainly).await.unwrap_err();
    assert_eq!((error.kind(), error.is_transient()), (ErrorKind::Unavailable, true));
    assert_eq!(fake.count(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_of_a_runtime_that_has_ended_is_left() {
    let (proxy, source, mount) = over_proxy().await;
    let place = at(&format!("vault://{mount}/1"));
    let (elsewhere, there) = (source.clone(), place.clone());
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime can be made").block_on(elsewhere.get(&there)).map(drop)
    })
    .join()
    .unwrap()
    .unwrap();
    let answer = tokio::time::timeout(Duration::from_secs(5), source.get(&place)).await;
    answer.expect("it does not hang").unwrap();
    assert_eq!(proxy.connections(), 2);
}
