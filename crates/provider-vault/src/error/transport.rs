//! Failures between here and the server.

use std::error::Error;
use std::io;

use reticent_core::ErrorKind;
use rustls::{AlertDescription, CertificateError, Error as TlsError};

use super::Problem;

/// What an I/O error of connecting, of the handshake or of an exchange means.
pub(crate) fn io_failure(error: &io::Error) -> Problem {
    match find::<TlsError>(error) {
        Some(tls) => tls_failure(tls),
        None if error.kind() == io::ErrorKind::ConnectionRefused => Problem::new(ErrorKind::Unavailable)
            .with_detail("the connection was refused")
            .with_hint("see that the server runs, and that the address is its own"),
        None => Problem::new(ErrorKind::Unavailable).with_detail(match error.kind() {
            io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionAborted => {
                "the connection was reset"
            }
            io::ErrorKind::UnexpectedEof => "the connection broke off",
            io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => {
                "the host cannot be reached"
            }
            _ => "no connection",
        }),
    }
}

/// What an error of an HTTP exchange means.
pub(crate) fn hyper_failure(error: &hyper::Error) -> Problem {
    if let Some(tls) = find::<TlsError>(error) {
        return tls_failure(tls);
    }
    if let Some(io) = find::<io::Error>(error) {
        return io_failure(io);
    }
    if error.is_parse() {
        return Problem::new(ErrorKind::Malformed)
            .with_detail("the answer is not HTTP")
            .with_hint("see that the address and its scheme are the server's");
    }
    Problem::new(ErrorKind::Unavailable).with_detail("the connection broke off")
}

fn tls_failure(error: &TlsError) -> Problem {
    let untrusted = |detail: &'static str, hint: &'static str| {
        Problem::new(ErrorKind::Unauthenticated).with_detail(detail).with_hint(hint)
    };
    match error {
        TlsError::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        ) => untrusted(
            "the server's certificate is of another host",
            "write the address with a name that the certificate has",
        ),
        TlsError::InvalidCertificate(CertificateError::Expired | CertificateError::ExpiredContext { .. }) => {
            untrusted("the server's certificate has expired", "renew it on the server")
        }
        TlsError::InvalidCertificate(_) => untrusted(
            "the server's certificate is not trusted",
            "name the CA that signed it, in a file of PEM (VAULT_CACERT)",
        ),
        TlsError::AlertReceived(
            AlertDescription::CertificateRequired
            | AlertDescription::BadCertificate
            | AlertDescription::UnknownCA
            | AlertDescription::CertificateUnknown
            | AlertDescription::HandshakeFailure,
        ) => untrusted("the server refuses our certificate", "see the client certificate and its CA"),
        TlsError::InvalidMessage(_) | TlsError::AlertReceived(_) | TlsError::PeerIncompatible(_) => {
            Problem::new(ErrorKind::Malformed)
                .with_detail("the server speaks no TLS that we accept (1.2 or later)")
                .with_hint("see that the port is one of HTTPS")
        }
        _ => Problem::new(ErrorKind::Unavailable).with_detail("the TLS connection failed"),
    }
}

/// Finds an error of this type in the chain; I/O errors hold others within.
fn find<'e, E: Error + 'static>(error: &'e (dyn Error + 'static)) -> Option<&'e E> {
    let mut next = Some(error);
    while let Some(here) = next {
        if let Some(found) = here.downcast_ref::<E>() {
            return Some(found);
        }
        let within = here.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = match within {
            Some(within) => Some(within as &(dyn Error + 'static)),
            None => here.source(),
        };
    }
    None
}
