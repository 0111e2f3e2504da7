//! OpenBao's API by hand, for what only its administrator does.

use std::sync::Arc;
use std::time::Duration;

use reticent_core::Secret;
use reticent_provider_vault::{VaultLogin, VaultSettings, VaultSource};
use reticent_testkit::servers::OpenBao;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::sleep;
use tokio_rustls::TlsConnector;

/// The server as a source, logged in as root.
pub(crate) fn source(openbao: &OpenBao) -> VaultSource {
    VaultSettings::new(&openbao.address)
        .with_ca_file(&openbao.ca)
        .with_login(VaultLogin::token(openbao.token.clone()))
        .build()
        .expect("right settings")
}

/// The server's administrator.
pub(crate) struct Bao {
    place: String,
    token: Secret,
    unseal_key: Secret,
    tls: TlsConnector,
}

impl Bao {
    pub(crate) fn of(openbao: &OpenBao) -> Self {
        let mut roots = RootCertStore::empty();
        let pem = std::fs::read(&openbao.ca).expect("the authority");
        for certificate in CertificateDer::pem_slice_iter(&pem) {
            roots.add(certificate.expect("a certificate")).expect("a certificate");
        }
        let ring = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(ring)
            .with_safe_default_protocol_versions()
            .expect("ring has both")
            .with_root_certificates(roots)
            .with_no_client_auth();
        Self {
            place: openbao.address.strip_prefix("https://").expect("it is https").to_owned(),
            token: openbao.token.clone(),
            unseal_key: openbao.unseal_key.clone(),
            tls: TlsConnector::from(Arc::new(config)),
        }
    }

    /// Does what must succeed.
    pub(crate) async fn must(&self, method: &str, path: &str, body: &str) {
        let status = self.call(method, path, body).await.expect("the server answers");
        assert!(status < 300, "{method} {path}: {status}");
    }

    /// Waits until the server is active.
    pub(crate) async fn becomes_active(&self) {
        for _ in 0..300 {
            if matches!(self.call("GET", "sys/health", "").await, Ok(200)) {
                return;
            }
            sleep(Duration::from_millis(100)).await;
        }
        panic!("OpenBao does not become active");
    }

    /// Unseals, and waits until the server is active.
    pub(crate) async fn unseal(&self) {
        #[expect(clippy::disallowed_methods, reason = "goes to the server of the tests")]
        let key = self.unseal_key.expose_text().expect("text").to_owned();
        self.must("PUT", "sys/unseal", &format!(r#"{{"key": "{key}"}}"#)).await;
        self.becomes_active().await;
    }

    async fn call(&self, method: &str, path: &str, body: &str) -> std::io::Result<u16> {
        let tcp = TcpStream::connect(&self.place).await?;
        let name = ServerName::try_from("127.0.0.1").expect("an address");
        let mut stream = self.tls.connect(name, tcp).await?;
        #[expect(clippy::disallowed_methods, reason = "goes to the server of the tests")]
        let token = self.token.expose_text().expect("text");
        // HTTP/1.0 has no chunks, and ends with the connection.
        let request = format!(
            "{method} /v1/{path} HTTP/1.0\r\nHost: localhost\r\nX-Vault-Token: {token}\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes()).await?;
        let mut answer = Vec::new();
        // A server that closes without a word of TLS has said all it had to say.
        let _ended = stream.read_to_end(&mut answer).await;
        let head = String::from_utf8_lossy(&answer);
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
        status.ok_or_else(|| std::io::Error::other("no answer"))
    }
}
