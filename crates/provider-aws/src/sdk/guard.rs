//! Keeps requests from travelling in clear.
//!
//! An endpoint may come from options, from the environment or from a profile, for all services or for one, so each
//! request is looked at once more before it is sent.

use std::fmt;
use std::net::IpAddr;

use aws_sdk_secretsmanager::config::interceptors::BeforeTransmitInterceptorContextRef;
use aws_sdk_secretsmanager::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_secretsmanager::error::BoxError;
use http::Uri;

use super::options::PlainHttp;

/// Checks the address that a user sets.
pub(super) fn endpoint(address: &str, plain_http: PlainHttp) -> Result<(), &'static str> {
    let uri: Uri = address.parse().map_err(|_| "the endpoint is not an address")?;
    let authority = uri.authority().ok_or("the endpoint has no host")?;
    if authority.as_str().contains('@') {
        return Err("the endpoint holds credentials");
    }
    if uri.query().is_some() || address.contains('#') {
        return Err("the endpoint has a query or a fragment");
    }
    match uri.scheme_str() {
        Some("https") => Ok(()),
        Some("http") if plain_http == PlainHttp::Anywhere || is_loopback(&uri) => Ok(()),
        Some("http") => Err("the endpoint is http, which may lead to this machine alone"),
        _ => Err("the endpoint is not an https address"),
    }
}

fn is_loopback(uri: &Uri) -> bool {
    let host = uri.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost") || host.parse().is_ok_and(|address: IpAddr| address.is_loopback())
}

/// Stops a request that would travel in clear to another machine, or by another protocol.
#[derive(Debug)]
pub(crate) struct NothingInClear;

/// What stopped the request.
#[derive(Debug)]
pub(super) struct InClear;

impl fmt::Display for InClear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the endpoint is not https, and http may lead to this machine alone")
    }
}

impl std::error::Error for InClear {}

impl Intercept for NothingInClear {
    fn name(&self) -> &'static str {
        "NothingInClear"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let uri: Uri = context.request().uri().parse()?;
        match uri.scheme_str() {
            Some("https") => Ok(()),
            Some("http") if is_loopback(&uri) => Ok(()),
            _ => Err(Box::new(InClear)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_leads_to_this_machine_alone() {
        for good in [
            "https://secretsmanager.eu-west-1.amazonaws.com",
            "http://localhost:4566",
            "http://127.0.0.1:1",
            "http://127.9.9.9",
            "http://[::1]:80/",
        ] {
            assert_eq!(endpoint(good, PlainHttp::LoopbackAlone), Ok(()), "{good}");
        }
        for bad in [
            "http://localhost.example.com",
            "http://127.0.0.1.example.com",
            "http://10.0.0.1",
            "http://169.254.169.254",
            "http://user:word@127.0.0.1",
            "https://user:word@aws.example.com",
            "https://aws.example.com?x=1",
            "https://aws.example.com#x",
            "ftp://127.0.0.1",
            "aws.example.com",
            "/socket",
            "",
        ] {
            assert!(endpoint(bad, PlainHttp::LoopbackAlone).is_err(), "{bad}");
        }
        assert_eq!(endpoint("http://10.0.0.1", PlainHttp::Anywhere), Ok(()));
    }
}
