//! Nothing that is shown or logged holds a value or a credential, whatever fails.
//!
//! It is a program of its own, since what is logged is caught for the whole process.

use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use reticent_core::{PutOptions, Secret, SecretList as _, SecretRef, SecretSink as _, SecretSource as _};
use reticent_provider_vault::{Engine, VaultLogin, VaultSettings, VaultSource};
use reticent_testkit::fake::{FakeServer, Reply, cases};
use reticent_testkit::fault::{Fault, FaultProxy};
use reticent_testkit::{Canary, Capture};

/// Every log line of the process.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("no panic while writing").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn catch_log() -> Log {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    tracing::subscriber::set_global_default(subscriber).expect("the first of the process");
    log
}

fn source_over(address: String, token: &Canary) -> VaultSource {
    VaultSettings::new(address)
        .with_login(VaultLogin::token(Secret::copy_of(token.core().as_bytes())))
        .with_mount("secret", Engine::KvV2)
        .with_mount("database", Engine::Leased)
        .with_timeout(Duration::from_millis(300))
        .build()
        .expect("right settings")
}

/// Does everything that a source can do, and keeps what it shows.
async fn use_all(source: &VaultSource, value: &Canary, capture: &mut Capture) {
    let secret = Secret::copy_of(value.bytes());
    let places = [
        "vault://secret/db",
        "vault://secret/db#password",
        "vault://secret/db#other",
        "vault://database/creds/app",
    ];
    for place in places {
        let place: SecretRef = place.parse().expect("a reference");
        capture.result("get", &source.get(&place).await);
        capture.result("revision", &source.revision(&place).await);
        capture.result("put", &source.put(&place, &secret, &PutOptions::default()).await);
    }
    capture.result("check", &source.check().await);
    capture.result("list", &source.list("secret/").await);
    capture.result("keep_alive", &source.keep_alive().await);
    capture.debug("the source", source);
}

#[tokio::test]
async fn nothing_that_is_shown_or_logged_holds_a_value_or_a_credential() {
    let (log, value, token) = (catch_log(), Canary::new(), Canary::new());
    let mut capture = Capture::new();
    let json = value.core();
    let secret = format!(
        r#"{{"lease_id":"database/creds/app/1","renewable":true,"lease_duration":60,"data":{{"password":"{json}","ttl":60,"keys":["a"],"data":{{"password":"{json}"}},"metadata":{{"version":1,"created_time":"2026-01-01T00:00:00Z"}}}},"errors":["{json}"],"warnings":["{json}"]}}"#
    );
    for status in [200, 204, 301, 400, 403, 404, 405, 412, 413, 418, 429, 472, 500, 502, 503] {
        for body in [secret.as_str(), &secret[..secret.len() / 2], "", json] {
            let fake = FakeServer::start([Reply::new(status).with_body(body)]).await.unwrap();
            use_all(&source_over(fake.url(), &token), &value, &mut capture).await;
            assert!(fake.count() > 0);
        }
    }
    for case in cases::ALL {
        let fake = FakeServer::start(case.replies()).await.unwrap();
        use_all(&source_over(fake.url(), &token), &value, &mut capture).await;
    }
    let fake = FakeServer::start([Reply::new(200).with_body(secret.as_str())]).await.unwrap();
    let proxy = FaultProxy::start(fake.address()).await.unwrap();
    let scripted = format!("HTTP/1.1 200 OK\r\ncontent-length: 9999\r\nx-{json}: {json}\r\n\r\n{secret}");
    for fault in [
        Fault::None,
        Fault::Latency(Duration::from_millis(1)),
        Fault::Reset,
        Fault::ResetAfter(200),
        Fault::CloseAfter(200),
        Fault::BlackHole,
        Fault::Trickle { size: 50, pause: Duration::from_millis(1) },
        Fault::Garbage,
        Fault::Scripted(scripted.into_bytes()),
        Fault::Scripted(format!("{json}\r\n\r\n").into_bytes()),
        Fault::Refuse,
    ] {
        proxy.set(fault).await;
        let source = source_over(format!("http://{}", proxy.address()), &token);
        use_all(&source, &value, &mut capture).await;
    }
    tracing::trace!("the log is caught");
    let logged = String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned();
    assert!(logged.contains("the log is caught"));
    capture.text("the log", &logged);
    for canary in [&value, &token] {
        if let Some(leak) = capture.find(canary) {
            panic!("it is shown: {leak}");
        }
    }
}

#[tokio::test]
async fn settings_and_logins_show_no_credential() {
    let token = Canary::new();
    let secret = || Secret::copy_of(token.core().as_bytes());
    let mut capture = Capture::new();
    for login in [
        VaultLogin::token(secret()),
        VaultLogin::app_role("role", secret()),
        VaultLogin::app_role_wrapped("role", secret()),
        VaultLogin::jwt(Some("role"), secret()),
        VaultLogin::userpass("app", secret()),
    ] {
        // Each login is refused by whoever answers, and logs in again.
        let fake =
            FakeServer::start([Reply::new(403).with_body(format!("{{\"errors\":[\"{}\"]}}", token.core()))])
                .await
                .unwrap();
        let settings = VaultSettings::new(fake.url()).with_login(login.clone());
        capture.debug("a login", &login);
        capture.debug("settings", &settings);
        let source = settings.build().unwrap();
        capture.result("get", &source.get(&"vault://secret/db".parse().unwrap()).await);
        capture.debug("the source", &source);
    }
    let wrong = VaultSettings::new(format!("https://{}@host", token.core()));
    capture.debug("settings", &wrong);
    capture.text("an error", &format!("{:?}", wrong.build().unwrap_err()));
    if let Some(leak) = capture.find(&token) {
        panic!("it is shown: {leak}");
    }
}
