//! Nothing that is shown or logged holds a value or a credential, whatever fails.
//!
//! It is a program of its own, since what is logged is caught for the whole process.

use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use reticent_core::{
    Expected, KeyWrap as _, PutOptions, RightsCheck as _, Secret, SecretList as _, SecretRef, SecretSink,
    SecretSource as _, SecretStages as _, WrapContext, WrappedKey,
};
use reticent_provider_aws::{
    AgentOptions, AgentSource, AgentToken, Aws, AwsOptions, KmsKey, ParameterSource, SecretsManagerSource,
};
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

/// What must be shown nowhere.
struct Canaries {
    value: Canary,
    key: Canary,
    session: Canary,
    token: Canary,
}

fn secret(canary: &Canary) -> Secret {
    Secret::copy_of(canary.core().as_bytes())
}

/// Does everything that the sources can do, and keeps what they show.
async fn use_all(address: &str, canaries: &Canaries, capture: &mut Capture) {
    let options = AwsOptions::default()
        .with_region("us-east-1")
        .with_endpoint(address)
        .expect("an address of this machine")
        .with_credentials("AKIDOFATEST", secret(&canaries.key), Some(secret(&canaries.session)))
        .with_timeout(Duration::from_millis(300));
    capture.debug("the options", &options);
    let aws = Aws::from_default_chain(options);
    capture.debug("the session", &aws);
    secrets(&SecretsManagerSource::new(&aws), canaries, capture).await;
    parameters(&ParameterSource::new(&aws), canaries, capture).await;
    keys(&aws, canaries, capture).await;
    agent(address, canaries, capture).await;
}

async fn secrets(source: &SecretsManagerSource, canaries: &Canaries, capture: &mut Capture) {
    let places = ["aws-sm://db", "aws-sm://db?version=previous#password", "aws-sm://db#other"].map(at);
    for answer in source.get_many(&places).await {
        capture.result("get_many", &answer);
    }
    for place in &places {
        capture.result("get", &source.get(place).await);
        capture.result("revision", &source.revision(place).await);
    }
    let value = Secret::copy_of(canaries.value.bytes());
    writes(source, &places[0], &value, capture).await;
    let put = source.put_pending(&places[0], &value, &PutOptions::default()).await;
    capture.result("put_pending", &put);
    for answer in source.missing_rights(&places[..1]).await {
        capture.result("missing_rights", &answer);
    }
    capture.result("check", &source.check().await);
    capture.result("list", &source.list("db").await);
    capture.debug("the source", source);
}

async fn writes(sink: &impl SecretSink, place: &SecretRef, value: &Secret, capture: &mut Capture) {
    for options in [PutOptions::default(), PutOptions::default().expecting(Expected::Absent)] {
        let options = options.with_idempotency_token("one-write");
        capture.result("put", &sink.put(place, value, &options).await);
    }
}

async fn parameters(source: &ParameterSource, canaries: &Canaries, capture: &mut Capture) {
    let places = ["aws-ssm://db", "aws-ssm://x#password"].map(at);
    for answer in source.get_many(&places).await {
        capture.result("get_many", &answer);
    }
    capture.result("get", &source.get(&places[0]).await);
    capture.result("revision", &source.revision(&places[0]).await);
    writes(source, &places[0], &secret(&canaries.value), capture).await;
    capture.result("list", &source.list("").await);
    capture.debug("the source", source);
}

async fn keys(aws: &Aws, canaries: &Canaries, capture: &mut Capture) {
    let (key, context) = (KmsKey::new(aws, "k").expect("a name"), WrapContext::default().with("a", "b"));
    capture.result("wrap", &key.wrap(&secret(&canaries.value), &context).await);
    capture.result("unwrap", &key.unwrap(&WrappedKey::new("k", [1, 2, 3]), &context).await);
    capture.result("rewrap", &key.rewrap(&WrappedKey::new("k", [1, 2, 3]), &context).await);
    capture.result("generate", &key.generate(&context).await);
    capture.debug("the key", &key);
}

async fn agent(address: &str, canaries: &Canaries, capture: &mut Capture) {
    let port = address.rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port");
    let options = AgentOptions::default()
        .with_port(port)
        .with_token(AgentToken::Text(secret(&canaries.token)))
        .with_timeout(Duration::from_millis(300));
    let source = AgentSource::new(options);
    for place in ["aws-agent://db", "aws-agent://db#password", "aws-agent://db#other"].map(at) {
        capture.result("get", &source.get(&place).await);
        capture.result("revision", &source.revision(&place).await);
    }
    capture.result("check", &source.check().await);
    capture.debug("the source", &source);
}

fn at(text: &str) -> SecretRef {
    text.parse().expect("a reference")
}

/// A body that answers every operation with the value in each place where text may stand.
fn body(value: &str) -> String {
    let stages = r#"["AWSCURRENT"]"#;
    let one = format!(
        r#""ARN":"arn:db","Name":"db","VersionId":"v","SecretString":"{{\"password\":\"{value}\"}}","VersionStages":{stages}"#
    );
    let error = format!(r#"{{"SecretId":"db","ErrorCode":"{value}","Message":"{value}"}}"#);
    format!(
        r#"{{{one},"SecretValues":[{{{one}}}],"Errors":[{error}],"Message":"{value}","message":"{value}",
        "Parameter":{{"Name":"db","Value":"{value}","Version":1}},"Parameters":[{{"Name":"db","Value":"{value}","Version":1}}],
        "Plaintext":"AAAA","CiphertextBlob":"AAAA","__type":"{value}"}}"#
    )
}

#[tokio::test]
async fn nothing_that_is_shown_or_logged_holds_a_value_or_a_credential() {
    let log = catch_log();
    let [value, key, session, token] = [(); 4].map(|()| Canary::new());
    let canaries = Canaries { value, key, session, token };
    let mut capture = Capture::new();
    let value = canaries.value.core();
    let body = body(value);
    for status in [200, 301, 400, 403, 404, 429, 500, 503] {
        for body in [body.as_str(), &body[..body.len() / 2], "", value] {
            let fake = FakeServer::start([Reply::new(status).with_body(body)]).await.unwrap();
            use_all(&fake.url(), &canaries, &mut capture).await;
            assert!(fake.count() > 0);
        }
    }
    for case in cases::ALL {
        let fake = FakeServer::start(case.replies()).await.unwrap();
        use_all(&fake.url(), &canaries, &mut capture).await;
    }
    let fake = FakeServer::start([Reply::new(200).with_body(body.as_str())]).await.unwrap();
    let proxy = FaultProxy::start(fake.address()).await.unwrap();
    for fault in [
        Fault::None,
        Fault::Reset,
        Fault::ResetAfter(200),
        Fault::CloseAfter(200),
        Fault::BlackHole,
        Fault::Garbage,
        Fault::Scripted(
            format!("HTTP/1.1 200 OK\r\ncontent-length: 9999\r\nx-{value}: {value}\r\n\r\n{body}")
                .into_bytes(),
        ),
        Fault::Scripted(format!("{value}\r\n\r\n").into_bytes()),
        Fault::Refuse,
    ] {
        proxy.set(fault).await;
        use_all(&format!("http://{}", proxy.address()), &canaries, &mut capture).await;
    }
    tracing::trace!("the log is caught");
    let logged = String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned();
    assert!(logged.contains("the log is caught"));
    capture.text("the log", &logged);
    for canary in [&canaries.value, &canaries.key, &canaries.session, &canaries.token] {
        if let Some(leak) = capture.find(canary) {
            panic!("it is shown: {leak}");
        }
    }
}
