//! A Secret of Kubernetes' API `v1`, with its values in base64.

use base64ct::{Base64, Encoding as _};
use reticent::core::{Secret, SecretBuffer};
use zeroize::Zeroizing;

use super::page::Unfit;
use super::quoted::{Language, quote};

/// The longest name of an object (RFC 1123: a domain).
const NAME_LIMIT: usize = 253;

/// How many bytes all values of one Secret may have.
const TOTAL_LIMIT: usize = 1 << 20;

/// How many bytes are encoded at a time: a multiple of three needs no padding before the end.
const PIECE: usize = 48;

/// Reads the name of an object: labels of lower-case letters, digits and dashes, joined by dots.
pub(super) fn name(text: &str) -> Result<String, &'static str> {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let is_label = |label: &str| {
        !label.is_empty() && label.bytes().all(fits) && !label.starts_with('-') && !label.ends_with('-')
    };
    if text.len() <= NAME_LIMIT && text.split('.').all(is_label) {
        return Ok(text.to_owned());
    }
    Err("write lower-case letters, digits and -, as in my-app, at most 253 (RFC 1123)")
}

/// Writes what stands before the data.
pub(super) fn head(name: &str, out: &mut SecretBuffer) {
    out.extend_from_slice(b"apiVersion: v1\nkind: Secret\nmetadata:\n  name: ");
    quote(name, Language::Yaml, out);
    out.extend_from_slice(b"\ntype: Opaque\n");
}

/// Writes one entry of the data without its line's end; `total` counts the bytes of all values so far.
pub(super) fn entry(key: &str, value: &Secret, total: usize, out: &mut SecretBuffer) -> Result<(), Unfit> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    if key.is_empty()
        || key.len() > NAME_LIMIT
        || !key.bytes().all(fits)
        || key == "."
        || key.starts_with("..")
    {
        return Err(Unfit {
            problem: "no key of a Secret, which has ASCII letters, digits, - . and _",
            hint: "rename it, or name the others with --only",
        });
    }
    if total > TOTAL_LIMIT {
        return Err(Unfit {
            problem: "with it the values have more than 1 MiB, the most that one Secret holds",
            hint: "write several, each with --only and a --name",
        });
    }
    out.extend_from_slice(b"  ");
    // Some base64 is a number to YAML, and some keys are a truth.
    quote(key, Language::Yaml, out);
    out.extend_from_slice(b": \"");
    #[expect(clippy::disallowed_methods, reason = "into the page, which wipes itself, encoded")]
    for piece in value.expose_bytes().chunks(PIECE) {
        let mut encoded = Zeroizing::new([0; PIECE / 3 * 4]);
        let text = Base64::encode(piece, &mut encoded[..]).expect("48 bytes are 64 digits");
        out.extend_from_slice(text.as_bytes());
    }
    out.push(b'"');
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_name_is_a_domain_of_rfc_1123() {
        let longest = format!("{}a", "a.".repeat(126));
        for fits in ["reticent", "a", "0", "my-app.v2", &longest] {
            assert_eq!(super::name(fits).as_deref(), Ok(fits));
        }
        let longer = format!("{longest}a");
        for unfit in ["", "My-App", "-a", "a-", "a..b", ".a", "a_b", "h\u{e9}", "a b", &longer] {
            assert!(super::name(unfit).is_err(), "{unfit}");
        }
    }
}
