//! The one HTTP client: rustls on ring, TLS 1.2 or later, redirects not followed.

use std::sync::LazyLock;

use aws_sdk_secretsmanager::config::SharedHttpClient;
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use super::options::AwsOptions;

/// Whether this machine trusts anybody.
static HAS_ROOTS: LazyLock<bool> =
    LazyLock::new(|| !rustls_native_certs::load_native_certs().certs.is_empty());

/// Checks certificates before the SDK is handed them, since it panics on a bad one.
pub(super) fn check_roots(pem: &[u8]) -> Result<(), &'static str> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let certificate = certificate.map_err(|_| "the certificates are not PEM")?;
        roots.add(certificate).map_err(|_| "a certificate cannot be read")?;
    }
    if roots.is_empty() { Err("there is no certificate in the PEM text") } else { Ok(()) }
}

/// Makes a client that trusts the roots of the options, or else what this machine trusts.
pub(super) fn client(options: &AwsOptions) -> SharedHttpClient {
    let builder = Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring));
    let trusted = match options.roots() {
        Some(pem) => TrustStore::empty().with_pem_certificate(pem),
        // The machine's own may be missing on a bare one, and nothing but this one server is asked.
        None if options.endpoint().is_some_and(|endpoint| endpoint.starts_with("http://")) => {
            TrustStore::empty()
        }
        // Without any, the SDK panics in debug builds; so a handshake says that nothing is trusted.
        None if !*HAS_ROOTS => TrustStore::empty(),
        None => return builder.build_https(),
    };
    let context = TlsContext::builder().with_trust_store(trusted).build();
    builder.tls_context(context.expect("a context of checked certificates is valid")).build_https()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roots_that_the_sdk_would_panic_on_are_refused() {
        let garbled = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        for pem in
            ["", "no certificate", "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----", garbled]
        {
            assert!(check_roots(pem.as_bytes()).is_err(), "{pem}");
        }
    }
}
