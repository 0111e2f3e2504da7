//! Tells whether two values are the same without showing either.
//!
//! The decision: a keyed hash (HMAC-SHA-256, RFC 2104), never a plain one, since short secrets can be guessed from
//! a plain hash. The cost is a key to keep wherever fingerprints must be comparable over time.

use std::fmt;
use std::hash::{Hash, Hasher};

use ring::hmac;
use ring::rand::{SecureRandom, SystemRandom};
use subtle::ConstantTimeEq;

use crate::Secret;

/// The bytes of a fingerprint that are kept: 128 bits tell values apart, and fewer bits leak less.
const LENGTH: usize = 16;

/// Separates fingerprints from every other use of the same key.
const DOMAIN: &[u8] = b"reticent fingerprint 1\0";

/// The key under which fingerprints are comparable.
///
/// ring keeps its own copy of the key, which cannot be wiped.
///
/// ```
/// use reticent_core::{FingerprintKey, Secret};
///
/// let key = FingerprintKey::random()?;
/// let one = key.fingerprint(&Secret::copy_of(b"same"));
/// assert_eq!(one, key.fingerprint(&Secret::copy_of(b"same")));
/// assert_ne!(one, key.fingerprint(&Secret::copy_of(b"other")));
/// # Ok::<(), reticent_core::NoRandomness>(())
/// ```
#[derive(Clone)]
pub struct FingerprintKey(hmac::Key);

impl FingerprintKey {
    /// Takes 32 bytes that were kept for this purpose.
    #[must_use]
    pub fn from_bytes(bytes: &[u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, bytes))
    }

    /// Makes a key for this process alone.
    ///
    /// # Errors
    /// [`NoRandomness`] when the system has none to give.
    pub fn random() -> Result<Self, NoRandomness> {
        let mut bytes = zeroize::Zeroizing::new([0_u8; 32]);
        SystemRandom::new().fill(&mut bytes[..]).map_err(|_| NoRandomness)?;
        Ok(Self::from_bytes(&bytes))
    }

    /// Returns the fingerprint of `secret` under this key.
    #[must_use]
    pub fn fingerprint(&self, secret: &Secret) -> Fingerprint {
        let mut context = hmac::Context::with_key(&self.0);
        context.update(DOMAIN);
        context.update(secret.bytes());
        let mut kept = [0; LENGTH];
        kept.copy_from_slice(&context.sign().as_ref()[..LENGTH]);
        Fingerprint(kept)
    }
}

impl fmt::Debug for FingerprintKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FingerprintKey(..)")
    }
}

/// A value's keyed fingerprint: 128 bits, shown as 32 hex digits.
///
/// ```
/// use reticent_core::{FingerprintKey, Secret};
///
/// let fingerprint = FingerprintKey::from_bytes(&[7; 32]).fingerprint(&Secret::copy_of(b"value"));
/// assert_eq!(fingerprint.to_string().len(), 32);
/// ```
#[derive(Clone, Copy, Eq)]
pub struct Fingerprint([u8; LENGTH]);

impl Hash for Fingerprint {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl PartialEq for Fingerprint {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({self})")
    }
}

/// The system gave no random bytes.
///
/// ```
/// assert_eq!(reticent_core::NoRandomness.to_string(), "the system gave no random bytes");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "complete: there is nothing more to tell")]
pub struct NoRandomness;

impl fmt::Display for NoRandomness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the system gave no random bytes")
    }
}

impl std::error::Error for NoRandomness {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fingerprint_is_the_documented_hmac() {
        // RFC 2104 over our domain and the value, by the library's one-shot form.
        let key = hmac::Key::new(hmac::HMAC_SHA256, &[7; 32]);
        let whole = hmac::sign(&key, b"reticent fingerprint 1\0value");
        let ours = FingerprintKey::from_bytes(&[7; 32]).fingerprint(&Secret::copy_of(b"value"));
        assert_eq!(ours.0, whole.as_ref()[..16]);
    }

    #[test]
    fn another_key_gives_another_fingerprint() {
        let value = Secret::copy_of(b"value");
        assert_ne!(
            FingerprintKey::from_bytes(&[1; 32]).fingerprint(&value),
            FingerprintKey::from_bytes(&[2; 32]).fingerprint(&value)
        );
    }

    #[test]
    fn a_key_shows_nothing() {
        assert_eq!(format!("{:?}", FingerprintKey::from_bytes(&[7; 32])), "FingerprintKey(..)");
    }
}
