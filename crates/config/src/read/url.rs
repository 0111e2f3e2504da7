//! URLs, as far as a setting is judged by one: scheme, host and whether the connection is encrypted.

/// Schemes whose connections are encrypted.
const ENCRYPTED: [&str; 18] = [
    "https",
    "wss",
    "rediss",
    "valkeys",
    "amqps",
    "ldaps",
    "mqtts",
    "smtps",
    "imaps",
    "ftps",
    "sftp",
    "ssh",
    "tls",
    "ssl",
    "mongodb+srv",
    "grpcs",
    "nats+tls",
    "kafka+ssl",
];

/// Schemes where a parameter decides, the parameters, and the values that mean "encrypted".
const BY_PARAMETER: [(&str, &[&str], &[&str]); 3] = [
    ("postgres", &["sslmode", "ssl"], &["require", "verify-ca", "verify-full", "true"]),
    ("mysql", &["ssl-mode", "sslmode", "ssl_mode"], &["required", "verify_ca", "verify_identity", "require"]),
    ("mongodb", &["tls", "ssl"], &["true"]),
];

/// The parts of a URL that are looked at.
#[derive(Clone, Copy)]
pub(crate) struct Url<'a> {
    scheme: &'a str,
    password: Option<&'a str>,
    host: &'a str,
    query: &'a str,
}

/// What protects a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encryption {
    /// There is no connection: a file.
    NoConnection,
    /// TLS or the like.
    Encrypted,
    /// None, to this machine or a socket.
    LocalOnly,
    /// None.
    Plain,
}

impl<'a> Url<'a> {
    /// Reads `scheme://[userinfo@]host[:port][/path][?query]`; several hosts are separated by commas.
    pub(crate) fn parse(bytes: &'a [u8]) -> Option<Self> {
        let text = std::str::from_utf8(bytes).ok()?;
        if text.chars().any(|character| character.is_control() || character.is_whitespace()) {
            return None;
        }
        let (scheme, rest) = text.split_once("://")?;
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
        if !scheme.starts_with(|first: char| first.is_ascii_alphabetic()) || !scheme.bytes().all(fits) {
            return None;
        }
        let (rest, _) = rest.split_once('#').unwrap_or((rest, ""));
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let (userinfo, host) = authority.rsplit_once('@').unwrap_or(("", authority));
        let password = userinfo.split_once(':').map(|(_, password)| password);
        let has_socket = scheme.contains("unix") || query.contains("host=/") || host.starts_with("%2F");
        let hosts_fit = host.split(',').all(has_host_and_port);
        (hosts_fit || has_socket || host.is_empty() && is_file(scheme) && !path.is_empty()).then_some(Self {
            scheme,
            password,
            host,
            query,
        })
    }

    /// Returns the password as it is written, percent signs and all.
    pub(crate) fn password(self) -> Option<&'a str> {
        self.password
    }

    pub(crate) fn encryption(self) -> Encryption {
        if is_file(self.scheme) {
            return Encryption::NoConnection;
        }
        let scheme = self.scheme.to_ascii_lowercase();
        let scheme = scheme.strip_prefix("jdbc:").unwrap_or(&scheme);
        let encrypted = match BY_PARAMETER.iter().find(|(name, ..)| begins_with_name(scheme, name)) {
            Some((_, parameters, values)) => self
                .parameter(parameters)
                .is_some_and(|found| values.iter().any(|value| found.eq_ignore_ascii_case(value))),
            None => ENCRYPTED.contains(&scheme),
        };
        let refuses = scheme == "mongodb+srv"
            && self.parameter(&["tls", "ssl"]).is_some_and(|found| found.eq_ignore_ascii_case("false"));
        match encrypted && !refuses {
            true => Encryption::Encrypted,
            false if self.is_local() => Encryption::LocalOnly,
            false => Encryption::Plain,
        }
    }

    fn parameter(self, names: &[&str]) -> Option<&'a str> {
        let pairs = self.query.split('&').filter_map(|pair| pair.split_once('='));
        pairs
            .filter(|(name, _)| names.iter().any(|known| known.eq_ignore_ascii_case(name)))
            .map(|(_, value)| value)
            .next_back()
    }

    fn is_local(self) -> bool {
        self.host.split(',').all(is_local_host)
    }
}

fn is_file(scheme: &str) -> bool {
    scheme == "file" || scheme.starts_with("sqlite")
}

/// `postgres`, `postgresql`, `postgresql+asyncpg`; `mongodb` and not `mongodb+srv`.
fn begins_with_name(scheme: &str, name: &str) -> bool {
    let first = if scheme == "mongodb+srv" { scheme } else { scheme.split('+').next().unwrap_or(scheme) };
    first == name || name == "postgres" && first == "postgresql" || name == "mysql" && first == "mariadb"
}

/// Tells whether a host, with its port or not, is this machine or a socket.
pub(crate) fn is_local_host(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or(rest),
        None => host.split(':').next().unwrap_or(host),
    };
    name.is_empty()
        || name.eq_ignore_ascii_case("localhost")
        || name == "::1"
        || name.starts_with("127.")
        || name.starts_with('/')
        || name.starts_with("%2F")
}

fn has_host_and_port(host: &str) -> bool {
    let (name, port) = match host.strip_prefix('[') {
        Some(rest) => {
            let Some((name, port)) = rest.split_once(']') else { return false };
            (name, port.strip_prefix(':'))
        }
        None => host.split_once(':').map_or((host, None), |(name, port)| (name, Some(port))),
    };
    !name.is_empty() && port.is_none_or(|port| port.parse::<u16>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_has_a_scheme_and_a_host() {
        for text in [
            "https://x.y",
            "postgres://u:p@h:5432/db",
            "redis://[::1]:6379/0",
            "amqp://a:1,b:2/x",
            "postgres:///db?host=/run/pg",
        ] {
            assert!(Url::parse(text.as_bytes()).is_some(), "{text}");
        }
        for text in [
            "",
            "x.y",
            "https://",
            "https:// x",
            "://h",
            "1a://h",
            "https://h:99999",
            "https://h:x",
            "https://h\n",
        ] {
            assert!(Url::parse(text.as_bytes()).is_none(), "{text}");
        }
    }

    #[test]
    fn encryption_is_the_schemes_or_a_parameters() {
        use Encryption::{Encrypted, LocalOnly, Plain};
        for (text, want) in [
            ("https://x", Encrypted),
            ("http://x", Plain),
            ("http://localhost:80", LocalOnly),
            ("rediss://x", Encrypted),
            ("redis://x", Plain),
            ("postgres://u:p@h/db", Plain),
            ("postgres://u:p@h/db?sslmode=verify-full", Encrypted),
            ("postgresql+asyncpg://h/db?sslmode=prefer", Plain),
            ("mysql://h/db?ssl-mode=VERIFY_IDENTITY", Encrypted),
            ("mongodb+srv://h", Encrypted),
            ("mongodb+srv://h/?tls=false", Plain),
            ("mongodb://h/?tls=true", Encrypted),
            ("mongodb://h", Plain),
            ("sqlite:///srv/app.db", Encryption::NoConnection),
        ] {
            assert_eq!(Url::parse(text.as_bytes()).map(Url::encryption), Some(want), "{text}");
        }
    }
}
