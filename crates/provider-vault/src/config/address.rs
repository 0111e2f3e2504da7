//! An address, judged before anything is sent to it.

use std::fmt;
use std::net::IpAddr;

use http::Uri;

use super::SettingsError;

/// A server's address: scheme, host, port and the prefix of its paths, without credentials.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Address {
    tls: bool,
    host: String,
    port: u16,
    prefix: String,
}

impl Address {
    pub(crate) fn parse(text: &str, plain_http: bool) -> Result<Self, SettingsError> {
        let wrong = |problem: &str| SettingsError::new("address", problem);
        if text.is_empty() {
            return Err(wrong("it is empty").with_hint("write it as https://HOST:8200"));
        }
        if text.contains('@') {
            return Err(wrong("credentials do not belong in an address"));
        }
        if text.contains(['?', '#']) {
            return Err(wrong("an address ends before ? and #"));
        }
        let uri: Uri =
            text.parse().map_err(|_| wrong("it is no URL").with_hint("write it as https://HOST:8200"))?;
        let tls = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => return Err(wrong("its scheme is not https").with_hint("write it as https://HOST:8200")),
        };
        let host = uri.host().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        if host.is_empty() {
            return Err(wrong("it has no host"));
        }
        if !tls && !plain_http && !is_loopback(&host) {
            return Err(wrong("plain http is for loopback alone")
                .with_hint("write https://, and give the CA of the server if it is your own"));
        }
        let prefix = uri.path().trim_end_matches('/').to_owned();
        if prefix.split('/').any(|part| matches!(part, "." | "..")) {
            return Err(wrong("its path has a . or .. part"));
        }
        let usual = if tls { 443 } else { 80 };
        let port = port(&uri, usual).ok_or_else(|| wrong("its port is none"))?;
        Ok(Self { tls, host, port, prefix })
    }

    pub(crate) fn is_tls(&self) -> bool {
        self.tls
    }

    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// The text of the `Host` header.
    pub(crate) fn authority(&self) -> String {
        let host = &self.host;
        if host.contains(':') { format!("[{host}]:{}", self.port) } else { format!("{host}:{}", self.port) }
    }

    /// What stands before `/v1/…` in each path.
    pub(crate) fn prefix(&self) -> &str {
        &self.prefix
    }
}

/// Reads the port ourselves: the parser passes over one that is none.
fn port(uri: &Uri, usual: u16) -> Option<u16> {
    let after_host = uri.authority()?.as_str().strip_prefix(uri.host()?)?;
    match after_host.strip_prefix(':') {
        Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            digits.parse().ok().filter(|port| *port > 0)
        }
        Some(_) => None,
        None => after_host.is_empty().then_some(usual),
    }
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.tls { "https" } else { "http" };
        write!(f, "{scheme}://{}{}", self.authority(), self.prefix)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, want: Result<&str, &str>) {
        let got = Address::parse(text, false).map(|address| address.to_string());
        assert_eq!(
            got.as_deref().map_err(ToString::to_string),
            want.map_err(|want| format!("address: {want}")),
            "{text}"
        );
    }

    #[test]
    fn an_address_is_https_or_on_loopback() {
        check("https://vault.example.org:8200", Ok("https://vault.example.org:8200"));
        check("https://vault.example.org/", Ok("https://vault.example.org:443"));
        check("https://gate.example.org/vault/", Ok("https://gate.example.org:443/vault"));
        check("http://127.0.0.1:8200", Ok("http://127.0.0.1:8200"));
        check("http://127.9.9.9:1", Ok("http://127.9.9.9:1"));
        check("http://localhost:8200", Ok("http://localhost:8200"));
        check("http://[::1]:8200", Ok("http://[::1]:8200"));
        check("https://[2001:db8::1]:8200", Ok("https://[2001:db8::1]:8200"));
    }

    #[test]
    fn plain_http_goes_further_only_when_it_was_asked_for() {
        let address = Address::parse("http://vault.example.org:8200", true).expect("it was asked for");
        assert_eq!(
            (address.to_string().as_str(), address.is_tls()),
            ("http://vault.example.org:8200", false)
        );
        assert!(Address::parse("ftp://vault.example.org", true).is_err());
    }

    #[test]
    fn anything_else_is_refused_and_not_repeated() {
        check("", Err("it is empty"));
        check("http://vault.example.org:8200", Err("plain http is for loopback alone"));
        check("http://localhost.example.org", Err("plain http is for loopback alone"));
        check("http://127.0.0.1.example.org", Err("plain http is for loopback alone"));
        check("http://10.0.0.1:8200", Err("plain http is for loopback alone"));
        check("http://0.0.0.0:8200", Err("plain http is for loopback alone"));
        check("https://user:word@host", Err("credentials do not belong in an address"));
        check("https://host?token=x", Err("an address ends before ? and #"));
        check("https://host#x", Err("an address ends before ? and #"));
        check("ftp://host", Err("its scheme is not https"));
        check("HTTPS//host", Err("it is no URL"));
        check("vault.example.org:8200", Err("its scheme is not https"));
        check("https://", Err("it is no URL"));
        for port in ["99999", "0", "", "x", "+1", "-1"] {
            assert!(Address::parse(&format!("https://host:{port}"), false).is_err(), "{port}");
        }
        check("https://ho st", Err("it is no URL"));
        check("https://host\n", Err("it is no URL"));
        check("https://host\0", Err("it is no URL"));
        check("https://\u{1f511}", Err("it is no URL"));
        check("https://host/a/../b", Err("its path has a . or .. part"));
    }
}
