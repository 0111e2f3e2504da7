//! Whether a connection is encrypted, told by a URL, a flag or a mode.

use super::{Subject, Verdict};
use crate::read::{self, Encryption, Url, is_local_host};
use crate::schema::Kind;

/// Modes that verify the server; the first of each product checks the host name as well.
const VERIFIED: [&str; 9] = [
    "verify-full",
    "verify-ca",
    "verify_full",
    "verify_ca",
    "verify_identity",
    "required-verify",
    "strict",
    "mutual",
    "cert_required",
];

/// Modes that encrypt and leave the host unchecked.
const UNVERIFIED: [&str; 3] = ["require", "required", "encrypt"];

/// Judges a URL, a flag or a mode.
pub(super) fn tls(subject: &Subject<'_>) -> Verdict {
    let bytes = subject.bytes();
    if *subject.setting.kind() == Kind::Flag {
        return by_word(read::flag(bytes) == Some(true), subject);
    }
    if let Some(url) = Url::parse(bytes) {
        return match url.encryption() {
            Encryption::Encrypted | Encryption::NoConnection => Verdict::Pass,
            Encryption::LocalOnly => Verdict::Warn("not encrypted, to this machine alone".to_owned()),
            Encryption::Plain => Verdict::fail("the connection is not encrypted with TLS"),
        };
    }
    let word = bytes.trim_ascii();
    let is_one_of = |words: &[&str]| words.iter().any(|known| word.eq_ignore_ascii_case(known.as_bytes()));
    if is_one_of(&VERIFIED) {
        return Verdict::Pass;
    }
    if is_one_of(&UNVERIFIED) {
        return Verdict::Warn("encrypted, and the server's name is not checked; verify-full does".to_owned());
    }
    by_word(read::flag(bytes) == Some(true), subject)
}

/// A connection that is off is unwise to this machine, and refused to any other.
fn by_word(on: bool, subject: &Subject<'_>) -> Verdict {
    match on {
        true => Verdict::Pass,
        false if is_local(subject) => Verdict::Warn("not encrypted, to this machine alone".to_owned()),
        false => Verdict::fail("the connection is not encrypted with TLS"),
    }
}

/// `POSTGRES_SSL_MODE` is about `POSTGRES_HOST`.
fn is_local(subject: &Subject<'_>) -> bool {
    let product = subject.setting.name().split("_SSL").next().and_then(|name| name.split("_TLS").next());
    let host = product.map(|product| format!("{product}_HOST"));
    subject.others().any(|other| {
        #[expect(clippy::disallowed_methods, reason = "looked at only, and it is no secret")]
        let is_here = || other.value.expose_text().is_ok_and(is_local_host);
        !other.secret && host.as_deref() == Some(other.name.as_str()) && !other.value.is_empty() && is_here()
    })
}

/// Judges the lowest version that is allowed: `TLSv1.2`, `1.3`, `TLS1_2`.
pub(super) fn least_version(bytes: &[u8]) -> Verdict {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Verdict::fail("expected a version such as TLSv1.2");
    };
    let lower = text.trim().to_ascii_lowercase();
    let version = lower.trim_start_matches(|first: char| !first.is_ascii_digit()).replace(['_', '-'], ".");
    match version.as_str() {
        "1.2" | "1.3" | "12" | "13" if !lower.starts_with("ssl") => Verdict::Pass,
        "1" | "1.0" | "1.1" | "10" | "11" | "2" | "3" => Verdict::fail("allows TLS before 1.2"),
        _ => Verdict::fail("expected a version such as TLSv1.2"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use crate::rule::Rule;
    use crate::schema::{Kind, Setting};

    const PLAIN: &str = "the connection is not encrypted with TLS";

    #[test]
    fn modes_and_flags_are_judged() {
        let mode = Setting::new("POSTGRES_SSL_MODE", Kind::Text);
        for value in ["disable", "allow", "prefer", "", "false", "postgres://h/x"] {
            check(&mode, Rule::Tls, value, PLAIN);
        }
        for value in ["verify-full", "verify-ca", "true", "VERIFY_IDENTITY"] {
            check(&mode, Rule::Tls, value, "pass");
        }
        check(
            &mode,
            Rule::Tls,
            "require",
            "warn: encrypted, and the server's name is not checked; verify-full does",
        );
        let flag = Setting::new("VALKEY_SSL", Kind::Flag);
        check(&flag, Rule::Tls, "on", "pass");
        check(&flag, Rule::Tls, "off", PLAIN);
        check(&flag, Rule::Tls, "maybe", PLAIN);
    }

    #[test]
    fn versions_before_1_2_are_refused() {
        let least = Setting::new("POSTGRES_SSL_MIN_PROTOCOL_VERSION", Kind::Text);
        for value in ["TLSv1.2", "tls1.3", "1.2", "TLS1_2", "TLSv13"] {
            check(&least, Rule::MinTls, value, "pass");
        }
        for value in ["TLSv1", "TLSv1.0", "TLSv1.1", "SSLv3"] {
            check(&least, Rule::MinTls, value, "allows TLS before 1.2");
        }
        check(&least, Rule::MinTls, "any", "expected a version such as TLSv1.2");
    }
}
