//! The server's API by hand: the side door of the tests, which shares no code with the source.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;

use reticent_core::Secret;
use reticent_testkit::servers::{OpenBao, Servers};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use serde_json::Value;

/// One identity at one server.
#[derive(Clone)]
pub(crate) struct Raw {
    port: u16,
    token: String,
    config: Arc<ClientConfig>,
}

impl Raw {
    /// The root of the servers that all tests share.
    pub(crate) fn root() -> Self {
        Self::of(shared().openbao())
    }

    /// The root of this server.
    pub(crate) fn of(openbao: &OpenBao) -> Self {
        let mut roots = RootCertStore::empty();
        let pem = std::fs::read(&openbao.ca).expect("the CA of the server");
        for certificate in CertificateDer::pem_slice_iter(&pem) {
            roots.add(certificate.expect("a certificate")).expect("a certificate");
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("ring has both")
            .with_root_certificates(roots)
            .with_no_client_auth();
        let port = openbao.address.rsplit(':').next().and_then(|port| port.parse().ok());
        let token = text(&openbao.token);
        Self { port: port.expect("an address ends in a port"), token, config: Arc::new(config) }
    }

    pub(crate) fn call(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        self.exchange(method, path, body, "")
    }

    /// Does what must succeed, and has the answer wrapped.
    pub(crate) fn wrapped(&self, method: &str, path: &str, body: &Value) -> Value {
        let (status, answer) = self.exchange(method, path, body.clone(), "X-Vault-Wrap-TTL: 60\r\n");
        assert_eq!(status, 200, "{method} {path}");
        answer
    }

    fn exchange(&self, method: &str, path: &str, body: Value, header: &str) -> (u16, Value) {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let name = ServerName::try_from("127.0.0.1").expect("an address");
        let tls = ClientConnection::new(Arc::clone(&self.config), name).expect("a configuration");
        let tcp = TcpStream::connect(("127.0.0.1", self.port)).expect("the server listens");
        let mut stream = StreamOwned::new(tls, tcp);
        // HTTP/1.0 has no chunks, and ends with the connection.
        let head = format!(
            "{method} /v1/{path} HTTP/1.0\r\nHost: 127.0.0.1\r\nX-Vault-Token: {}\r\n{header}Content-Length: {}\r\n\r\n{body}",
            self.token,
            body.len()
        );
        stream.write_all(head.as_bytes()).expect("the server reads");
        let mut answer = Vec::new();
        // A server that closes without a word of TLS is complete here, since JSON tells its own end.
        drop(stream.read_to_end(&mut answer));
        let answer = String::from_utf8(answer).expect("text");
        let (head, body) = answer.split_once("\r\n\r\n").expect("an answer of HTTP");
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        (status, serde_json::from_str(body).unwrap_or(Value::Null))
    }

    /// Does what must succeed.
    #[track_caller]
    pub(crate) fn done(&self, method: &str, path: &str, body: Value) -> Value {
        let (status, answer) = self.call(method, path, body);
        assert!(status < 300, "{method} {path}: {status} {}", answer["errors"]);
        answer
    }
}

pub(crate) fn shared() -> Servers {
    Servers::shared().expect("the servers of a test run")
}

#[expect(clippy::disallowed_methods, reason = "a test's credential, into a request of the test")]
pub(crate) fn text(secret: &Secret) -> String {
    secret.expose_text().expect("text").to_owned()
}
