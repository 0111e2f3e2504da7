//! Each row of `errors.toml` is brought about, on the real server or by the answers that it names.

use std::collections::BTreeSet;
use std::time::Duration;

use aws_config::SdkConfig;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use reticent_core::{
    DeleteOptions, ErrorKind, Expected, PutOptions, Secret, SecretSink as _, SecretSource, SecretStages as _,
    SourceError, Version, VersionId,
};
use reticent_provider_aws::{
    AgentOptions, AgentSource, AgentToken, Aws, AwsOptions, ParameterSource, SecretsManagerSource,
};
use reticent_testkit::fake::{FakeServer, cases};
use reticent_testkit::fault::{Fault, FaultProxy};

use crate::front::{Answer, Front};
use crate::iam::{User, arn, statement};
use crate::support::{
    at, fresh, is_value, ministack, moto, options, owners_door, plant, sdk_config, secret, side_door,
    source_at,
};

/// One row of the file.
struct Row {
    situation: String,
    shown_by: String,
    kind: String,
    transient: bool,
    hint: String,
    exit: i64,
}

fn rows() -> Vec<Row> {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/errors.toml");
    let table: toml::Table = std::fs::read_to_string(file).expect("the file").parse().expect("TOML");
    let row = |row: &toml::Value| {
        let text = |key: &str| row[key].as_str().expect("a text").to_owned();
        let (transient, exit) = (row["transient"].as_bool(), row["exit"].as_integer());
        Row {
            situation: text("situation"),
            shown_by: text("shown_by"),
            kind: text("kind"),
            transient: transient.expect("true or false"),
            hint: text("hint"),
            exit: exit.expect("a number"),
        }
    };
    table["row"].as_array().expect("rows").iter().map(row).collect()
}

/// A hint with `<minutes>` in the place of how many.
fn without_minutes(hint: &str) -> String {
    let Some((before, after)) = hint.split_once(" minutes") else { return hint.to_owned() };
    format!("{}<minutes> minutes{after}", before.trim_end_matches(|digit: char| digit.is_ascii_digit()))
}

/// The exit codes of the program, by kind.
fn exit(kind: ErrorKind) -> i64 {
    match kind {
        ErrorKind::NotFound | ErrorKind::Malformed | ErrorKind::Expired | ErrorKind::Conflict => 1,
        ErrorKind::InvalidReference | ErrorKind::Unsupported => 2,
        kind if kind.is_transient() => 3,
        _ => 4,
    }
}

/// The situations of one server that a test has brought about.
pub(crate) struct Proved {
    shown_by: &'static str,
    situations: BTreeSet<String>,
}

impl Proved {
    pub(crate) fn on(shown_by: &'static str) -> Self {
        Self { shown_by, situations: BTreeSet::new() }
    }

    /// Compares an error with its row.
    pub(crate) fn is<T>(&mut self, situation: &str, result: Result<T, SourceError>) {
        let Err(error) = result else { panic!("{situation}: no error") };
        let rows = rows();
        let row = rows.iter().find(|row| row.situation == situation && row.shown_by == self.shown_by);
        let row = row.unwrap_or_else(|| panic!("{situation}: no row: {error:?}"));
        assert_eq!(format!("{:?}", error.kind()), row.kind, "{situation}: {error}");
        assert_eq!(error.is_transient(), row.transient, "{situation}");
        assert_eq!(without_minutes(error.hint().unwrap_or_default()), row.hint, "{situation}");
        assert_eq!(exit(error.kind()), row.exit, "{situation}");
        self.situations.insert(situation.to_owned());
    }

    /// Ends the test: it has brought about each row of its server.
    pub(crate) fn are_all(self) {
        let told = rows().into_iter().filter(|row| row.shown_by == self.shown_by);
        assert_eq!(told.map(|row| row.situation).collect::<BTreeSet<_>>(), self.situations);
    }
}

fn aws(options: AwsOptions) -> SecretsManagerSource {
    SecretsManagerSource::new(&Aws::from_default_chain(options))
}

async fn get(source: &impl SecretSource, place: impl AsRef<str>) -> Result<Secret, SourceError> {
    source.get(&at(place.as_ref())).await
}

#[test]
fn every_row_has_a_test_that_brings_it_about() {
    let groups = ["moto", "moto's KMS", "ministack", "ministack's KMS", "proxy", "scripted", "nobody"];
    for row in rows() {
        let is_known = groups.contains(&&*row.shown_by) || row.shown_by.starts_with("fake:");
        assert!(is_known, "{}: {} shows nothing", row.situation, row.shown_by);
    }
    let situations: BTreeSet<_> = rows().into_iter().map(|row| row.situation).collect();
    assert_eq!(situations.len(), rows().len(), "a situation stands twice");
}

#[tokio::test]
async fn what_moto_shows() {
    let (door, source, mut proved) = (side_door(&moto()), source_at(&moto()), Proved::on("moto"));
    let name = fresh("there");
    plant(&door, &name, br#"{"password": "x"}"#).await.unwrap();
    let place = at(&format!("aws-sm://{name}"));
    proved.is("no secret of that name", get(&source, format!("aws-sm://{}", fresh("absent"))).await);
    let versions = ["previous", "blue", "00000000-0000-0000-0000-000000000000"];
    for (version, situation) in versions.iter().zip([
        "no version has that stage",
        "no version has that label",
        "no version has that identifier",
    ]) {
        proved.is(situation, get(&source, format!("aws-sm://{name}?version={version}")).await);
    }
    proved.is(
        "a field that is not there, beside one of a similar name",
        get(&source, format!("aws-sm://{name}#pasword")).await,
    );
    let plain = fresh("plain");
    plant(&door, &plain, b"no JSON").await.unwrap();
    proved
        .is("a field of a value that is not JSON", get(&source, format!("aws-sm://{plain}#password")).await);
    proved.is("a path that is no name and no ARN", get(&source, "aws-sm://two%20words").await);
    let elsewhere = "arn:aws:secretsmanager:eu-west-3:123456789012:secret:prod/db-a1B2c3";
    proved.is(
        "an ARN of another region, beside an endpoint that is set",
        get(&source, format!("aws-sm://{elsewhere}")).await,
    );
    let of_ssm = "aws-sm://arn:aws:ssm:us-east-1:123456789012:parameter/db";
    proved.is("an ARN of another service", get(&source, of_ssm).await);

    door.delete_secret().secret_id(&plain).recovery_window_in_days(7).send().await.unwrap();
    let plain = at(&format!("aws-sm://{plain}"));
    proved.is("a secret that is marked for deletion", source.get(&plain).await);
    proved.is(
        "the deletion of one that is marked already",
        source.delete(&plain, &DeleteOptions::default()).await,
    );
    let absent = at(&format!("aws-sm://{}", fresh("absent")));
    proved.is("the deletion of what is absent", source.delete(&absent, &DeleteOptions::default()).await);
    writes(&source, &place, &mut proved).await;
    parameters(&mut proved).await;
    proved.are_all();
}

async fn writes(source: &SecretsManagerSource, place: &reticent_core::SecretRef, proved: &mut Proved) {
    let (value, plainly) = (secret("value"), PutOptions::default());
    let seen = source.revision(place).await.expect("it works");
    source.put(place, &value, &plainly).await.expect("it works");
    let over_seen = plainly.clone().expecting(Expected::Revision(seen));
    proved.is("a write over a value that has moved", source.put(place, &value, &over_seen).await);
    let create = plainly.clone().expecting(Expected::Absent);
    proved.is("a creation where there is something", source.put(place, &value, &create).await);
    proved.is("an empty value", source.put(place, &secret(""), &plainly).await);
    let large = Secret::from_vec(vec![b'x'; 65_537]);
    proved.is("a value of more than 65,536 bytes", source.put(place, &large, &plainly).await);
    let previous = place.clone().at_version(Version::Previous);
    proved.is("a write to a version", source.put(&previous, &value, &plainly).await);
    source.put_pending(place, &value, &plainly).await.expect("it works");
    let from = VersionId::parse("00000000-0000-0000-0000-000000000000").expect("it works");
    proved.is("a promotion from another version", source.promote(place, &Version::Pending, &from).await);
    let new = at("aws-sm://arn:aws:secretsmanager:us-east-1:123456789012:secret:new-a1B2c3");
    proved.is("the creation of an ARN", source.put(&new, &value, &plainly).await);
}

async fn parameters(proved: &mut Proved) {
    let source = ParameterSource::new(&Aws::from_default_chain(options(&moto())));
    let name = fresh("parameter");
    let place = format!("aws-ssm://{name}");
    source.put(&at(&place), &secret("value"), &PutOptions::default()).await.expect("it works");
    proved.is("no parameter of that name", get(&source, format!("{place}2")).await);
    proved.is("no version of that number", get(&source, format!("{place}?version=9")).await);
    proved.is("the version before the first", get(&source, format!("{place}?version=previous")).await);
    proved.is("a pending version of a parameter", get(&source, format!("{place}?version=pending")).await);
    proved.is(
        "a version that is neither a number nor a label",
        get(&source, format!("{place}?version=-1")).await,
    );
    let create = PutOptions::default().expecting(Expected::Absent);
    proved.is("a creation where there is a parameter", source.put(&at(&place), &secret("x"), &create).await);
    let bytes = Secret::copy_of(b"\xff");
    proved.is("bytes for a parameter", source.put(&at(&place), &bytes, &PutOptions::default()).await);
}

#[tokio::test]
async fn what_ministack_shows() {
    let (door, mut proved, name) = (owners_door(), Proved::on("ministack"), fresh("there"));
    plant(&door, &name, b"value").await.unwrap();
    let (endpoint, place) = (ministack().endpoint, format!("aws-sm://{name}"));
    let user = User::new();
    user.may(&statement("Deny", "secretsmanager:GetSecretValue", &arn(&name)));
    proved.is("a policy denies the read", get(&aws(user.options(&endpoint)), &place).await);
    user.may(&statement("Allow", "secretsmanager:DescribeSecret", "*"));
    proved.is("no policy allows it", get(&aws(user.options(&endpoint)), &place).await);
    user.may(&statement("Allow", "*", "*"));
    let wrong = user.options(&endpoint).with_credentials(&*user.key_id, secret("wrong"), None);
    proved.is("a secret access key that is wrong", get(&aws(wrong), &place).await);
    let nobody = user.options(&endpoint).with_credentials("AKIDOFNOBODY", secret("x"), None);
    proved.is("an access key that nobody has", get(&aws(nobody), &place).await);
    user.key_is("Inactive");
    proved.is("an access key that is inactive", get(&aws(user.options(&endpoint)), &place).await);
    user.key_is("Active");
    let another = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/another-authority.pem"));
    let distrustful = user.options(&endpoint).with_roots(another.unwrap()).unwrap();
    proved.is("a certificate that is not trusted", get(&aws(distrustful), &place).await);
    let valueless = fresh("valueless");
    door.create_secret().name(&valueless).send().await.unwrap();
    proved.is(
        "a secret that was made without a value",
        get(&aws(user.options(&endpoint)), format!("aws-sm://{valueless}")).await,
    );
    door.delete_secret().secret_id(&name).recovery_window_in_days(7).send().await.unwrap();
    let put = aws(user.options(&endpoint)).put(&at(&place), &secret("x"), &PutOptions::default()).await;
    proved.is("a write to a secret that is marked for deletion", put);
    proved.are_all();
}

#[tokio::test]
async fn what_a_proxy_before_moto_shows() {
    let mut proved = Proved::on("proxy");
    let proxy = FaultProxy::start(moto().trim_start_matches("http://")).await.unwrap();
    let impatient =
        || options(&format!("http://{}", proxy.address())).with_timeout(Duration::from_millis(500));
    for (fault, situation) in [
        (Fault::Refuse, "nobody listens at the endpoint"),
        (Fault::Reset, "the connection is reset at once"),
        (Fault::CloseAfter(20), "the connection is closed within the answer's head"),
        (Fault::CloseAfter(400), "the connection is closed within the answer's body"),
        (Fault::ResetAfter(400), "the connection is reset within the answer's body"),
        (Fault::BlackHole, "nothing answers"),
        (Fault::Trickle { size: 1, pause: Duration::from_millis(20) }, "the answer comes too slowly"),
        (Fault::Garbage, "what answers does not speak HTTP"),
    ] {
        proxy.set(fault).await;
        proved.is(situation, get(&aws(impatient()), "aws-sm://absent").await);
    }
    proved.are_all();
}

#[tokio::test]
async fn what_the_testkit_scripts() {
    let mut count = 0;
    for row in rows() {
        let Some(id) = row.shown_by.strip_prefix("fake:") else { continue };
        // Of several answers the first is the situation; the others are what comes after it.
        let first = cases::replies(id).into_iter().next().expect("an answer");
        let fake = FakeServer::start([first]).await.unwrap();
        let mut proved = Proved { shown_by: row.shown_by.clone().leak(), situations: BTreeSet::new() };
        proved.is(&row.situation, get(&source_at(&fake.url()), "aws-sm://prod/db").await);
        count += 1;
    }
    let scripted = cases::ALL.iter().filter(|case| !case.id.starts_with("vault."));
    let shown: BTreeSet<String> = rows().into_iter().map(|row| row.shown_by).collect();
    let left: Vec<&str> =
        scripted.map(|case| case.id).filter(|id| !shown.contains(&format!("fake:{id}"))).collect();
    // What follows after the first answer, and batches, have tests of their own.
    let others = [
        "aws.throttled-once",
        "aws.throttled-five-times",
        "aws.expired-session-renewed",
        "aws.batch-too-long",
        "aws.batch-in-pages",
        "aws.batch-denied-each",
        "aws.rotation-begun",
    ];
    assert_eq!(left, others);
    assert!(count > 0);
}

#[tokio::test]
async fn what_other_answers_show() {
    let mut proved = Proved::on("scripted");
    for (situation, answer) in [
        ("a redirect to another host", Answer::reply(307, &[("location", "http://localhost:1/")], "")),
        ("a page that denies", Answer::reply(403, &[("content-type", "text/html")], "<html>no</html>")),
        (
            "an XML error without a code that is known",
            Answer::reply(403, &[], "<Error><Code>Odd</Code></Error>"),
        ),
        ("an error of an unknown code", Answer::error("SomethingNewException", "x")),
        ("a request that is too large for a proxy", Answer::reply(413, &[], "")),
        ("too many requests, said by a proxy", Answer::reply(429, &[("retry-after", "7")], "")),
        ("an answer that is JSON and no secret", Answer::json(200, "[]")),
        ("an answer that names no secret", Answer::json(200, "{}")),
    ] {
        let front = Front::alone(move |_| answer.clone());
        let result = get(&source_at(front.address()), "aws-sm://prod/db").await;
        if situation.starts_with("too many") {
            let error = result.as_ref().unwrap_err();
            assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
        }
        proved.is(situation, result);
    }
    agent(&mut proved).await;
    proved.are_all();
}

async fn agent(proved: &mut Proved) {
    for (situation, answer) in [
        ("agent: its token is another one", Answer::reply(403, &[], "Bad Token")),
        (
            "agent: no secret of that name",
            Answer::reply(400, &[], r#"{"__type":"ResourceNotFoundException"}"#),
        ),
        ("agent: its role may not read it", Answer::reply(400, &[], r#"{"__type":"AccessDeniedException"}"#)),
        ("agent: too many connections", Answer::reply(429, &[], "Connection limit exceeded")),
        ("agent: AWS does not answer it", Answer::reply(502, &[], "")),
        ("agent: AWS does not answer it in time", Answer::reply(504, &[], "")),
        ("agent: it fails", Answer::reply(500, &[], r#"{"__type":"InternalFailure"}"#)),
        ("agent: something else listens", Answer::reply(404, &[], "Not found")),
        ("agent: a page in place of a secret", Answer::reply(200, &[], "<html></html>")),
        ("agent: an answer that names no secret", Answer::reply(200, &[], "{}")),
        ("agent: a secret without a value", Answer::reply(200, &[], r#"{"Name":"x"}"#)),
        (
            "agent: its answer breaks off",
            Answer::Raw(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{".to_vec()),
        ),
    ] {
        let front = Front::alone(move |_| answer.clone());
        let port = front.address().rsplit(':').next().and_then(|port| port.parse().ok()).expect("it works");
        let options = AgentOptions::default().with_port(port).with_token(AgentToken::Text(secret("token")));
        proved.is(situation, get(&AgentSource::new(options), "aws-agent://prod/db").await);
    }
    let broken = AgentOptions::default().with_token(AgentToken::Text(secret("two\nlines")));
    proved.is("agent: a token with a newline", get(&AgentSource::new(broken), "aws-agent://x").await);
}

#[derive(Debug)]
struct NoCredentials(fn() -> CredentialsError);

impl ProvideCredentials for NoCredentials {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::ready(Err((self.0)()))
    }
}

#[tokio::test]
async fn what_needs_no_server() {
    let mut proved = Proved::on("nobody");
    let config = sdk_config("http://127.0.0.1:1");
    let over =
        |config: &SdkConfig| SecretsManagerSource::new(&Aws::from_sdk_config(config, AwsOptions::default()));
    let with = |error| {
        let provider = SharedCredentialsProvider::new(NoCredentials(error));
        over(&config.to_builder().credentials_provider(provider).build())
    };
    let place = "aws-sm://prod/db";
    proved.is("there are no credentials", get(&with(|| CredentialsError::not_loaded("x")), place).await);
    proved.is(
        "the profile is not set up rightly",
        get(&with(|| CredentialsError::invalid_configuration("x")), place).await,
    );
    proved.is(
        "the credentials cannot be had",
        get(&with(|| CredentialsError::provider_error("x")), place).await,
    );
    let late = || CredentialsError::provider_timed_out(Duration::from_secs(1));
    proved.is("the credentials do not come in time", get(&with(late), place).await);
    let mut none = config.to_builder();
    none.set_credentials_provider(None);
    let none = none.build();
    proved.is("the program's own settings have no credentials", get(&over(&none), place).await);
    let nowhere = config.to_builder().region(None).build();
    proved.is("no region is known", get(&over(&nowhere), place).await);
    let in_clear = config.to_builder().endpoint_url("http://192.0.2.1").build();
    proved.is("an endpoint in clear, found in the environment", get(&over(&in_clear), place).await);
    let file = || CredentialsError::provider_error(std::io::Error::from(std::io::ErrorKind::NotFound));
    proved.is("a file with credentials is not there", get(&with(file), place).await);
    for (address, situation) in [
        ("ftp://127.0.0.1:1", "an endpoint of another scheme, found in the environment"),
        ("no address", "an endpoint that is no address, found in the environment"),
    ] {
        let odd = config.to_builder().endpoint_url(address).build();
        proved.is(situation, get(&over(&odd), place).await);
    }
    for (id, key, token, situation) in [
        ("id", "key", "to\nken", "a session token with a line break"),
        ("id\n", "key", "token", "an access key with a line break"),
        ("id", "key\n", "token", "a secret access key with a line break"),
    ] {
        let broken = options("http://127.0.0.1:1").with_credentials(id, secret(key), Some(secret(token)));
        proved.is(situation, get(&aws(broken), place).await);
    }
    let refused = AwsOptions::default().with_endpoint("http://192.0.2.1").map(drop);
    proved.is("an endpoint in clear, set", refused);
    proved.is("roots that are no certificates", AwsOptions::default().with_roots("x").map(drop));
    proved.are_all();
}

#[tokio::test]
async fn an_expired_session_is_renewed_once_and_tried_once_more() {
    let renewed = FakeServer::start(cases::replies("aws.expired-session-renewed")).await.unwrap();
    is_value(get(&source_at(&renewed.url()), "aws-sm://prod/db").await, b"a plain value");
    assert_eq!(renewed.count(), 2);
    let expired = FakeServer::start(cases::replies("aws.expired-session")).await.unwrap();
    let source = source_at(&expired.url());
    let error = get(&source, "aws-sm://prod/db").await.unwrap_err();
    assert_eq!((error.kind(), expired.count()), (ErrorKind::Unauthenticated, 2));
}

#[tokio::test]
async fn a_call_is_made_once_whatever_fails() {
    for id in ["aws.throttled", "aws.internal", "aws.outage", "any.bad-gateway"] {
        let fake = FakeServer::start(cases::replies(id)).await.unwrap();
        assert!(get(&source_at(&fake.url()), "aws-sm://prod/db").await.unwrap_err().is_transient());
        assert_eq!(fake.count(), 1, "{id}");
    }
}
