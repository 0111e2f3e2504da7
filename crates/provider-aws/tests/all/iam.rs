//! The side door to ministack: its users and their policies, by requests of the account's owner.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use reticent_core::Secret;
use reticent_provider_aws::AwsOptions;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::support::{self, ministack};

/// The account that ministack plays.
pub(crate) const ACCOUNT: &str = "000000000000";

/// A user of one test, with a key of its own.
pub(crate) struct User {
    name: String,
    pub(crate) key_id: String,
    secret: String,
}

impl User {
    /// Makes a user who may do everything.
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("u{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        ask(&[("Action", "CreateUser"), ("UserName", &name)]);
        let reply = ask(&[("Action", "CreateAccessKey"), ("UserName", &name)]);
        let user = Self { name, key_id: tag(&reply, "AccessKeyId"), secret: tag(&reply, "SecretAccessKey") };
        user.may(&statement("Allow", "*", "*"));
        user
    }

    /// Replaces what the user may do by these statements, in JSON with commas between.
    pub(crate) fn may(&self, statements: &str) {
        self.has_policy(&format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#));
    }

    /// Replaces what the user may do by this policy.
    pub(crate) fn has_policy(&self, policy: &str) {
        ask(&[
            ("Action", "PutUserPolicy"),
            ("UserName", &self.name),
            ("PolicyName", "p"),
            ("PolicyDocument", policy),
        ]);
    }

    /// Takes the user's key out of use, or into it again.
    pub(crate) fn key_is(&self, status: &str) {
        let (name, key) = (self.name.as_str(), self.key_id.as_str());
        ask(&[("Action", "UpdateAccessKey"), ("UserName", name), ("AccessKeyId", key), ("Status", status)]);
    }

    pub(crate) fn secret(&self) -> Secret {
        support::secret(&self.secret)
    }

    /// Options of this user at an address of ministack's.
    pub(crate) fn options(&self, endpoint: &str) -> AwsOptions {
        support::options(endpoint)
            .with_roots(ministack_ca())
            .expect("ministack's authority")
            .with_credentials(&*self.key_id, self.secret(), None)
    }
}

pub(crate) fn statement(effect: &str, action: &str, resource: &str) -> String {
    format!(r#"{{"Effect":"{effect}","Action":"{action}","Resource":"{resource}"}}"#)
}

/// The ARN of a secret of ministack's, with any six letters at its end.
pub(crate) fn arn(name: &str) -> String {
    format!("arn:aws:secretsmanager:{}:{ACCOUNT}:secret:{name}-??????", support::REGION)
}

pub(crate) fn ministack_ca() -> Vec<u8> {
    std::fs::read(ministack().ca).expect("ministack's authority can be read")
}

fn tag(xml: &str, name: &str) -> String {
    let text = xml.split_once(&format!("<{name}>")).and_then(|(_, rest)| rest.split_once('<'));
    text.unwrap_or_else(|| panic!("no {name} in the answer")).0.to_owned()
}

/// Sends one request as the account's owner, whom ministack knows by the key's name alone.
fn ask(parameters: &[(&str, &str)]) -> String {
    let server = ministack();
    let body = parameters.iter().map(|(name, value)| format!("{name}={}", encoded(value)));
    let body = format!("Version=2010-05-08&{}", body.collect::<Vec<_>>().join("&"));
    let scope = format!("{}/20260101/us-east-1/iam/aws4_request", server.access_key_id);
    let request = format!(
        "POST / HTTP/1.1\r\nhost: iam.amazonaws.com\r\nconnection: close\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\
         authorization: AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=00\r\n\r\n{body}",
        body.len()
    );
    let reply = exchange(&server.endpoint, &request);
    assert!(reply.starts_with("HTTP/1.1 200"), "ministack refuses {:?}: {reply}", parameters[0]);
    reply
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

fn exchange(endpoint: &str, request: &str) -> String {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&ministack_ca()) {
        roots.add(certificate.expect("PEM")).expect("a certificate");
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = config.expect("ring has them").with_root_certificates(roots).with_no_client_auth();
    let name = ServerName::try_from("localhost").expect("a name");
    let connection = ClientConnection::new(Arc::new(config), name).expect("a connection");
    let stream = TcpStream::connect(endpoint.trim_start_matches("https://")).expect("ministack is there");
    let mut stream = StreamOwned::new(connection, stream);
    stream.write_all(request.as_bytes()).expect("a request");
    let mut reply = Vec::new();
    // The end may come without TLS's own goodbye.
    drop(stream.read_to_end(&mut reply));
    String::from_utf8(reply).expect("text")
}
