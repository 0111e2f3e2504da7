//! TLS 1.2 or later, on ring, always verified.

use std::io;
use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::config::{Address, SettingsError, Trust, VaultSettings};

/// How connections are secured.
pub(super) struct Tls {
    connector: TlsConnector,
    name: ServerName<'static>,
}

impl Tls {
    pub(super) fn of(settings: &VaultSettings, address: &Address) -> Result<Self, SettingsError> {
        let name = ServerName::try_from(address.host().to_owned())
            .map_err(|_| SettingsError::new("address", "its host is no name and no IP address"))?;
        // The provider is named here, so that nothing is installed for the whole process.
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("ring has suites for both versions of TLS")
            .with_root_certificates(roots(&settings.trust)?);
        let mut config = match &settings.identity {
            None => config.with_no_client_auth(),
            Some((chain, key)) => config
                .with_client_auth_cert(certificates("client certificate", chain)?, private_key(key)?)
                .map_err(|_| SettingsError::new("client key", "it does not fit the client certificate"))?,
        };
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self { connector: TlsConnector::from(Arc::new(config)), name })
    }

    pub(super) async fn handshake(&self, tcp: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        self.connector.connect(self.name.clone(), tcp).await
    }
}

fn roots(trust: &Trust) -> Result<RootCertStore, SettingsError> {
    let mut roots = RootCertStore::empty();
    let certificates = match trust {
        Trust::File(file) => certificates("CA file", file)?,
        // What cannot be read of the system's roots is left out: a certificate that needs it is then not trusted.
        Trust::System => rustls_native_certs::load_native_certs().certs,
    };
    let (taken, _) = roots.add_parsable_certificates(certificates);
    match (taken, trust) {
        (0, Trust::File(file)) => {
            Err(SettingsError::new("CA file", format!("{} holds no certificate", file.display())))
        }
        (0, Trust::System) => Err(SettingsError::new("CA file", "the system has no roots to trust")
            .with_hint("name the CA of the server, in a file of PEM (VAULT_CACERT)")),
        _ => Ok(roots),
    }
}

fn certificates(setting: &'static str, file: &Path) -> Result<Vec<CertificateDer<'static>>, SettingsError> {
    let read = std::fs::read(file);
    let pem =
        read.map_err(|error| SettingsError::new(setting, format!("{}: {}", file.display(), error.kind())))?;
    let certificates = CertificateDer::pem_slice_iter(&pem).collect::<Result<Vec<_>, _>>();
    match certificates {
        Ok(certificates) if !certificates.is_empty() => Ok(certificates),
        _ => Err(SettingsError::new(setting, format!("{} holds no certificate", file.display()))),
    }
}

fn private_key(file: &Path) -> Result<PrivateKeyDer<'static>, SettingsError> {
    let wrong = |problem: &dyn std::fmt::Display| {
        SettingsError::new("client key", format!("{}: {problem}", file.display()))
    };
    let pem = zeroize::Zeroizing::new(std::fs::read(file).map_err(|error| wrong(&error.kind()))?);
    PrivateKeyDer::from_pem_slice(&pem).map_err(|_| wrong(&"it holds no private key in PEM"))
}
