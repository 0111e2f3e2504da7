//! What only administrators do, by requests of their own.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use reticent_core::Secret;
use reticent_testkit::servers::{Ministack, OpenBao};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

/// Returns a name that no other test has.
pub(crate) fn fresh(what: &str) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("{what}-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

pub(crate) fn exposed(secret: &Secret) -> String {
    #[expect(clippy::disallowed_methods, reason = "to the servers of the tests")]
    let text = secret.expose_text();
    text.expect("text").to_owned()
}

/// OpenBao's administrator.
pub(crate) struct Bao<'s>(pub(crate) &'s OpenBao);

impl Bao<'_> {
    /// Does what must succeed, and returns the answer.
    pub(crate) fn must(&self, method: &str, path: &str, body: &str) -> serde_json::Value {
        let (status, answer) = self.call(method, path, body);
        assert!(status < 300, "{method} {path}: {status} {answer}");
        serde_json::from_str(&answer).unwrap_or_default()
    }

    pub(crate) fn call(&self, method: &str, path: &str, body: &str) -> (u16, String) {
        let request = format!(
            "{method} /v1/{path} HTTP/1.0\r\nHost: localhost\r\nX-Vault-Token: {}\r\nContent-Length: {}\r\n\r\n{body}",
            exposed(&self.0.token),
            body.len()
        );
        exchange(&self.0.address, &self.0.ca, &request)
    }

    /// Mounts a store of this version.
    pub(crate) fn store(&self, version: u8) -> String {
        let name = fresh("kv");
        let body = format!(r#"{{"type": "kv", "options": {{"version": "{version}"}}}}"#);
        self.must("POST", &format!("sys/mounts/{name}"), &body);
        // A new store of version 2 takes a moment.
        while version == 2 && self.call("GET", &format!("{name}/config"), "").0 != 200 {
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        name
    }

    /// Makes a token that may do what these policies say and nothing else.
    pub(crate) fn token(&self, policies: &[&str]) -> String {
        let policies = serde_json::json!({ "policies": policies, "no_default_policy": true, "ttl": "10m" });
        let answer = self.must("POST", "auth/token/create", &policies.to_string());
        answer["auth"]["client_token"].as_str().expect("a token").to_owned()
    }

    pub(crate) fn install(&self, policy: &str, text: &str) {
        let body = serde_json::json!({ "policy": text });
        self.must("PUT", &format!("sys/policies/acl/{policy}"), &body.to_string());
    }
}

/// A user of ministack's, with a key.
pub(crate) struct User<'s> {
    server: &'s Ministack,
    name: String,
    pub(crate) key_id: String,
    pub(crate) key: String,
}

impl<'s> User<'s> {
    /// Makes a user who may do nothing.
    pub(crate) fn new(server: &'s Ministack) -> Self {
        let name = fresh("u");
        ask(server, &[("Action", "CreateUser"), ("UserName", &name)]);
        let reply = ask(server, &[("Action", "CreateAccessKey"), ("UserName", &name)]);
        Self { server, name, key_id: tag(&reply, "AccessKeyId"), key: tag(&reply, "SecretAccessKey") }
    }

    /// Replaces what the user may do by this policy.
    pub(crate) fn has(&self, policy: &str) {
        let name = ("UserName", self.name.as_str());
        let policy = ("PolicyDocument", policy);
        ask(self.server, &[("Action", "PutUserPolicy"), name, ("PolicyName", "p"), policy]);
    }
}

fn tag(xml: &str, name: &str) -> String {
    let text = xml.split_once(&format!("<{name}>")).and_then(|(_, rest)| rest.split_once('<'));
    text.unwrap_or_else(|| panic!("no {name} in the answer")).0.to_owned()
}

/// Sends one request as the account's owner, whom ministack knows by the key's name alone.
fn ask(server: &Ministack, parameters: &[(&str, &str)]) -> String {
    let encoded = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
    let body = parameters.iter().map(|(name, value)| format!("{name}={}", encoded(value)));
    let body = format!("Version=2010-05-08&{}", body.collect::<Vec<_>>().join("&"));
    let scope = format!("{}/20260101/us-east-1/iam/aws4_request", server.access_key_id);
    let request = format!(
        "POST / HTTP/1.1\r\nhost: iam.amazonaws.com\r\nconnection: close\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\
         authorization: AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=00\r\n\r\n{body}",
        body.len()
    );
    let (status, reply) = exchange(&server.endpoint, &server.ca, &request);
    assert!(status == 200, "ministack refuses {:?}: {status} {reply}", parameters[0]);
    reply
}

/// Sends a request over TLS, and returns the status and the body of the answer.
fn exchange(endpoint: &str, ca: &Path, request: &str) -> (u16, String) {
    let mut roots = RootCertStore::empty();
    let pem = std::fs::read(ca).expect("the authority");
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        roots.add(certificate.expect("PEM")).expect("a certificate");
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = config.expect("ring has them").with_root_certificates(roots).with_no_client_auth();
    let name = ServerName::try_from("localhost").expect("a name");
    let connection = ClientConnection::new(Arc::new(config), name).expect("a connection");
    let stream = TcpStream::connect(endpoint.trim_start_matches("https://")).expect("the server is there");
    let mut stream = StreamOwned::new(connection, stream);
    stream.write_all(request.as_bytes()).expect("a request");
    let mut reply = Vec::new();
    // The end may come without TLS's own goodbye.
    drop(stream.read_to_end(&mut reply));
    let reply = String::from_utf8(reply).expect("text");
    let status = reply.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    let body = reply.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    (status, body.to_owned())
}
