//! The bytes of a binary secret, which the agent writes as base64.

use base64ct::{Base64, Encoding as _};
use reticent_core::{ErrorKind, Secret};
use zeroize::Zeroize as _;

use crate::error::Failure;

pub(super) fn decoded(text: &Secret) -> Result<Secret, Failure> {
    #[expect(clippy::disallowed_methods, reason = "to the decoder, which keeps no copy")]
    let text = text.expose_bytes();
    let mut bytes = vec![0; text.len() / 4 * 3];
    match Base64::decode(text, &mut bytes).map(<[u8]>::len) {
        // The rest is zeros that were never written to.
        Ok(length) => {
            bytes.truncate(length);
            Ok(Secret::from_vec(bytes))
        }
        Err(_) => {
            bytes.zeroize();
            Err(Failure::new(ErrorKind::Malformed).because("the bytes of the secret are not base64"))
        }
    }
}
