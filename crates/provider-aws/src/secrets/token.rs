//! The name of one write, which Secrets Manager makes the identifier of the version.

use std::fmt::Write as _;

use reticent_core::PutOptions;
use ring::digest;
use ring::rand::{SecureRandom as _, SystemRandom};

use crate::error::Failure;
use crate::place::is_version_id;

/// Returns the caller's token if it has the form that AWS wants, else one that is made of it, else a random one.
pub(super) fn token(options: &PutOptions) -> Result<String, Failure> {
    match options.idempotency_token() {
        Some(given) if is_version_id(given) => Ok(given.to_owned()),
        Some(given) => {
            let named = [b"reticent write 1\0".as_slice(), given.as_bytes()].concat();
            Ok(hex(digest::digest(&digest::SHA256, &named).as_ref()))
        }
        None => {
            let mut random = [0_u8; 16];
            let filled = SystemRandom::new().fill(&mut random);
            filled.map_err(|_| {
                Failure::new(reticent_core::ErrorKind::Unavailable)
                    .because("this machine gives no random bytes")
            })?;
            Ok(hex(&random))
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        write!(text, "{byte:02x}").expect("a string takes all text");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_has_the_form_that_aws_wants_and_names_one_write() {
        let of = |given: &str| token(&PutOptions::default().with_idempotency_token(given)).unwrap();
        let fitting = "01234567-89ab-cdef-0123-456789abcdef";
        assert_eq!(of(fitting), fitting);
        assert_eq!(of("one-write"), of("one-write"));
        assert_ne!(of("one-write"), of("another"));
        for token in [of("one-write"), of(&"long ".repeat(99)), token(&PutOptions::default()).unwrap()] {
            assert!(is_version_id(&token), "{token}");
        }
    }
}
