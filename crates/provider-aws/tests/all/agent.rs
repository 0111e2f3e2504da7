//! The agent, played by its contract: the token, the query, the replies.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use reticent_core::{ErrorKind, SecretSource as _, VersionId};
use reticent_provider_aws::{AgentOptions, AgentSource, AgentToken, Freshness};

use crate::front::{Answer, Front, Request};
use crate::support::{at, is_value, secret};

const TOKEN: &str = "token-of-the-agent";

fn port(front: &Front) -> u16 {
    front.address().rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port")
}

fn options(front: &Front) -> AgentOptions {
    AgentOptions::default()
        .with_port(port(front))
        .with_token(AgentToken::Text(secret(TOKEN)))
        .with_timeout(Duration::from_secs(20))
}

fn line(request: &Request) -> &str {
    request.head.lines().next().expect("a request line")
}

/// An agent that knows one secret, and checks the token first.
fn agent() -> Front {
    Front::alone(|request| {
        if !request.head.lines().any(|line| line == format!("X-Aws-Parameters-Secrets-Token: {TOKEN}")) {
            return Answer::reply(403, &[], "Bad Token");
        }
        let line = line(request);
        if !line.contains("secretId=") {
            return Answer::reply(400, &[], "missing secretId");
        }
        if !line.contains("secretId=prod%2Fdb") {
            return Answer::reply(400, &[], r#"{"__type":"ResourceNotFoundException","message":"no"}"#);
        }
        Answer::reply(
            200,
            &[],
            r#"{"ARN":"arn:db","Name":"prod/db","VersionId":"01234567-89ab-cdef-0123-456789abcdef",
               "SecretString":"{\"password\":\"p\\u0022w\"}","VersionStages":["AWSCURRENT"],"CreatedDate":"1700000000.5"}"#,
        )
    })
}

#[tokio::test]
async fn a_secret_and_its_field_are_read_with_what_is_known_of_them() {
    let (front, place) = (agent(), at("aws-agent://prod/db"));
    let source = AgentSource::new(options(&front));
    let whole = source.get(&place).await.unwrap();
    assert_eq!(whole.metadata().source(), "aws-agent");
    let version = whole.metadata().version().map(VersionId::as_str);
    assert_eq!(version, Some("01234567-89ab-cdef-0123-456789abcdef"));
    let created = whole.metadata().created().unwrap().duration_since(std::time::UNIX_EPOCH).unwrap();
    assert_eq!(created.as_millis(), 1_700_000_000_500);
    is_value(Ok(whole), br#"{"password":"p\u0022w"}"#);
    is_value(source.get(&at("aws-agent://prod/db#password")).await, b"p\"w");
    assert_eq!(source.revision(&place).await.unwrap(), source.revision(&place).await.unwrap());
}

#[tokio::test]
async fn the_query_says_what_the_reference_says() {
    let front = agent();
    let source = AgentSource::new(options(&front).with_freshness(Freshness::Now).with_role("arn:r/x"));
    for (place, query) in [
        ("aws-agent://prod/db", "secretId=prod%2Fdb"),
        ("aws-agent://prod/db?version=previous", "secretId=prod%2Fdb&versionStage=AWSPREVIOUS"),
        (
            "aws-agent://prod/db?version=01234567-89ab-cdef-0123-456789abcdef",
            "secretId=prod%2Fdb&versionId=01234567-89ab-cdef-0123-456789abcdef",
        ),
    ] {
        source.get(&at(place)).await.unwrap();
        let asked = front.requests().pop().unwrap();
        let want = format!("GET /secretsmanager/get?{query}&refreshNow=true&roleArn=arn%3Ar%2Fx HTTP/1.1");
        assert_eq!(line(&asked), want);
    }
}

#[tokio::test]
async fn the_token_is_read_anew_for_each_request() {
    let (front, folder) = (agent(), tempfile::tempdir().unwrap());
    let path = folder.path().join("token");
    let source = AgentSource::new(options(&front).with_token(AgentToken::File(path.clone())));
    let place = at("aws-agent://prod/db");
    let missing = source.get(&place).await.unwrap_err();
    assert_eq!(missing.kind(), ErrorKind::Unauthenticated);
    assert_eq!(front.requests().len(), 0);
    std::fs::write(&path, "an-older-token").unwrap();
    assert_eq!(source.get(&place).await.unwrap_err().kind(), ErrorKind::Unauthenticated);
    assert_eq!(source.check().await.unwrap_err().kind(), ErrorKind::Unauthenticated);
    std::fs::write(&path, format!("{TOKEN}\n")).unwrap();
    source.get(&place).await.unwrap();
    source.check().await.unwrap();
    for broken in ["", "\n", "two\nlines", "to\0ken"] {
        std::fs::write(&path, broken).unwrap();
        let refused = source.get(&place).await.unwrap_err();
        assert_eq!(refused.detail(), Some("the token is empty or holds what no header may"));
    }
}

#[tokio::test]
async fn bytes_come_back_as_bytes_and_broken_ones_are_malformed() {
    let turn = AtomicUsize::new(0);
    let front = Front::alone(move |_| {
        let binary = ["/wD+", "/wD", "%%%%"][turn.fetch_add(1, Ordering::Relaxed)];
        Answer::reply(200, &[], &format!(r#"{{"SecretBinary":"{binary}"}}"#))
    });
    let (source, place) = (AgentSource::new(options(&front)), at("aws-agent://x"));
    is_value(source.get(&place).await, b"\xff\x00\xfe");
    for _ in 0..2 {
        assert_eq!(source.get(&place).await.unwrap_err().kind(), ErrorKind::Malformed);
    }
}

#[tokio::test]
async fn an_agent_that_is_not_there_is_unavailable() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let options = AgentOptions::default().with_port(port).with_token(AgentToken::Text(secret(TOKEN)));
    let refused = AgentSource::new(options).check().await.unwrap_err();
    assert_eq!(
        (refused.kind(), refused.hint()),
        (ErrorKind::Unavailable, Some("start the agent, or set its port"))
    );
}
