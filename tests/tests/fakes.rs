//! The scripted HTTP server: what is answered, what is kept, and what is complained about.

use reticent_testkit::fake::{Exchange, FakeServer, Reply, cases};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Sends these bytes, and returns all that comes until the server closes or is silent after `length` bytes.
async fn send(stream: &mut TcpStream, request: &str, length: usize) -> String {
    stream.write_all(request.as_bytes()).await.expect("the server reads");
    let mut got = vec![0; length];
    stream.read_exact(&mut got).await.expect("the server answers");
    String::from_utf8(got).expect("the answer is text")
}

async fn connect(fake: &FakeServer) -> TcpStream {
    TcpStream::connect(fake.address()).await.expect("it listens")
}

const OUTAGE: &str = "HTTP/1.1 503 .\r\nretry-after: 2\r\ncontent-length: 0\r\n\r\n";
const FINE: &str = "HTTP/1.1 200 .\r\ncontent-length: 2\r\n\r\nok";

#[tokio::test]
async fn answers_come_in_order_and_the_last_one_for_ever_on_one_connection() {
    let script = [Reply::new(503).with_header("retry-after", "2"), Reply::new(200).with_body("ok")];
    let fake = FakeServer::start(script).await.unwrap();
    let mut stream = connect(&fake).await;
    for want in [OUTAGE, FINE, FINE] {
        assert_eq!(send(&mut stream, "GET /a?b=c HTTP/1.1\r\nHost: x\r\n\r\n", want.len()).await, want);
    }
    fake.answer([Reply::new(204)]);
    let want = "HTTP/1.1 204 .\r\n\r\n";
    assert_eq!(send(&mut stream, "DELETE /a HTTP/1.1\r\n\r\n", want.len()).await, want);
    let seen: Vec<String> =
        fake.requests().iter().map(|told| format!("{} {}", told.method(), told.target())).collect();
    assert_eq!(seen, ["GET /a?b=c", "GET /a?b=c", "GET /a?b=c", "DELETE /a"]);
    assert_eq!(fake.complaints(), [""; 0]);
}

#[tokio::test]
async fn a_body_is_read_by_its_length_and_by_its_chunks() {
    let fake = FakeServer::start([Reply::new(200).with_body("ok")]).await.unwrap();
    let mut stream = connect(&fake).await;
    send(&mut stream, "POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello", FINE.len()).await;
    let chunked = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n";
    send(&mut stream, chunked, FINE.len()).await;
    // Two requests at once are answered one after the other.
    let both = "GET /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\n\r\n";
    assert_eq!(send(&mut stream, both, FINE.len() * 2).await, format!("{FINE}{FINE}"));
    let requests = fake.requests();
    let hello = reticent_core::Secret::copy_of(b"hello");
    assert!(requests[0].body().ct_eq(&hello) && requests[1].body().ct_eq(&hello));
    assert_eq!((requests[2].target(), requests[3].target(), requests.len()), ("/1", "/2", 4));
}

#[tokio::test]
async fn what_is_not_as_expected_is_answered_with_418_and_told_without_values() {
    let expected = Exchange::new(Reply::new(200).with_body("ok"))
        .expecting("GET", "/v1/db")
        .with_header("X-Vault-Token", "a plain word")
        .without_header("Cookie");
    let fake = FakeServer::start([expected]).await.unwrap();
    let mut stream = connect(&fake).await;
    let refused = "HTTP/1.1 418 .\r\ncontent-length: 0\r\n\r\n";
    for (request, want) in [
        ("GET /v1/db HTTP/1.1\r\nx-vault-token:a plain word\r\n\r\n", FINE),
        ("PUT /v1/db HTTP/1.1\r\n\r\n", refused),
        ("GET /v1/dc HTTP/1.1\r\n\r\n", refused),
        ("GET /v1/db HTTP/1.1\r\nX-Vault-Token: other word\r\n\r\n", refused),
        ("GET /v1/db HTTP/1.1\r\nX-Vault-Token: a plain word\r\nCookie: c\r\n\r\n", refused),
    ] {
        assert_eq!(send(&mut stream, request, want.len()).await, want, "{request}");
    }
    let want = [
        "PUT /v1/db came, and GET /v1/db was expected",
        "GET /v1/dc came, and GET /v1/db was expected",
        "GET /v1/db has not the X-Vault-Token that was expected",
        "GET /v1/db has Cookie",
    ];
    assert_eq!(fake.complaints(), want);
    assert!(!format!("{:?}", fake.requests()).contains("word"), "a header may be a token");
}

#[tokio::test]
async fn an_answer_can_break_off() {
    let fake = FakeServer::start([Reply::new(200).with_body("a whole body").cut_after(7)]).await.unwrap();
    let mut stream = connect(&fake).await;
    stream.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
    let mut got = String::new();
    stream.read_to_string(&mut got).await.unwrap();
    assert_eq!(got, "HTTP/1.1 200 .\r\ncontent-length: 12\r\n\r\na whole");
}

#[tokio::test]
async fn every_case_is_told_once_with_its_source_and_answers_as_it_says() {
    let mut ids: Vec<&str> = cases::ALL.iter().map(|case| case.id).collect();
    ids.sort_unstable();
    let count = ids.len();
    ids.dedup();
    assert_eq!(ids.len(), count, "an id stands for one case");
    for case in cases::ALL {
        assert!(!case.situation.is_empty() && !case.source.is_empty(), "{}", case.id);
        let replies = cases::replies(case.id);
        let fake = FakeServer::start(replies.clone()).await.unwrap();
        let mut stream = connect(&fake).await;
        for reply in replies {
            let start = format!("HTTP/1.1 {} .\r\n", reply.status());
            let got =
                send(&mut stream, "GET / HTTP/1.1\r\nConnection: keep-alive\r\n\r\n", start.len()).await;
            assert_eq!(got, start, "{}", case.id);
            stream = connect(&fake).await;
        }
    }
}

#[test]
fn every_case_is_shown_to_a_provider_by_one_of_its_tests() {
    let crates = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates");
    let mut texts = String::new();
    let mut folders: Vec<_> = std::fs::read_dir(crates)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("provider-")))
        .map(|path| path.join("tests"))
        .collect();
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(&folder).into_iter().flatten().map(|entry| entry.unwrap().path()) {
            match path.extension().and_then(|extension| extension.to_str()) {
                None if path.is_dir() => folders.push(path),
                Some("rs" | "toml") => texts += &std::fs::read_to_string(path).unwrap(),
                _ => {}
            }
        }
    }
    let is_named =
        |id: &&str| texts.contains(&format!("\"{id}\"")) || texts.contains(&format!("\"fake:{id}\""));
    let idle: Vec<&str> = cases::ALL.iter().map(|case| case.id).filter(|id| !is_named(id)).collect();
    assert_eq!(idle, [""; 0]);
}
