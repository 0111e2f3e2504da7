//! A key of 256 bits, and what names it.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use base64ct::{Base64Url, Encoding as _};
use reticent_core::{Secret, SecretBuffer};
use ring::hkdf;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::error::{Error, KeyDefect};

/// The bytes of a key.
const LENGTH: usize = 32;

/// The characters of a key in base64 with padding.
const CHARACTERS: usize = 44;

/// The longest identifier.
const LONGEST_ID: usize = 24;

/// Keys that stand in specifications and manuals.
const DOCUMENTED: [&str; 2] = [
    // The Fernet specification, generate.json. reticent:allow
    "cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=",
    // FIPS 197, appendix A.3. reticent:allow
    "YD3rEBXKcb4rc67whX13gR81LAc7YQjXLZgQowkU3_Q=",
];

/// A key of 32 random bytes. Clones share them; they never move, and are wiped when the last clone is dropped.
///
/// ```
/// use reticent_crypto::Key;
///
/// let key = Key::generate()?;
/// assert_eq!(format!("{key:?}"), "Key(..)");
/// assert_eq!(Key::parse(&key.to_text())?.check_value(), key.check_value());
/// # Ok::<(), reticent_crypto::Error>(())
/// ```
#[derive(Clone)]
pub struct Key(Arc<Zeroizing<[u8; LENGTH]>>);

impl Key {
    /// Makes a new key from the system's random bytes.
    ///
    /// # Errors
    /// [`Error::NoRandomness`].
    pub fn generate() -> Result<Self, Error> {
        Self::filled(|bytes| crate::random::fill(bytes))
    }

    /// Reads a key in canonical base64url with padding, the form of a Fernet key; in constant time for its length.
    ///
    /// # Errors
    /// [`Error::Key`] when it is not 32 bytes in that form. Whether it is fit to encrypt is
    /// [`defect`](Self::defect)'s answer.
    pub fn parse(text: &Secret) -> Result<Self, Error> {
        #[expect(clippy::disallowed_methods, reason = "into the key's bytes, which are wiped")]
        let text = text.expose_bytes();
        let mut bytes = Zeroizing::new([0; CHARACTERS]);
        if text.len() != CHARACTERS {
            return Err(Error::Key(KeyDefect::Encoding));
        }
        Self::of(Base64Url::decode(text, &mut bytes[..]).map_err(|_| Error::Key(KeyDefect::Encoding))?)
    }

    /// Reads a key as Python reads that of a Fernet, in whatever spelling; see [`Compat::Python`](crate::Compat).
    ///
    /// # Errors
    /// [`Error::Key`] when Python would not take it either.
    pub fn parse_as_python(text: &Secret) -> Result<Self, Error> {
        crate::fernet::key_as_python(text)
    }

    /// Writes the key in the form that [`parse`](Self::parse) reads.
    ///
    /// # Panics
    /// Never: the text always fits.
    #[must_use]
    pub fn to_text(&self) -> Secret {
        let mut text = Zeroizing::new([0; CHARACTERS]);
        let text = Base64Url::encode(self.bytes(), &mut text[..]).expect("it fits");
        let mut buffer = SecretBuffer::with_capacity(CHARACTERS);
        buffer.extend_from_slice(text.as_bytes());
        buffer.into_secret()
    }

    /// Tells why the key must not encrypt anything, if so; what it has encrypted can still be decrypted.
    #[must_use]
    pub fn defect(&self) -> Option<KeyDefect> {
        let bytes = self.bytes();
        if is_pattern(bytes) {
            return Some(KeyDefect::Pattern);
        }
        if bytes.iter().all(|byte| (b' '..=b'~').contains(byte)) {
            return Some(KeyDefect::Printable);
        }
        let text = self.to_text();
        let is_known = DOCUMENTED.iter().any(|known| text.ct_eq(&Secret::copy_of(known.as_bytes())));
        is_known.then_some(KeyDefect::Documented)
    }

    /// Returns 32 bits that differ between keys: they tell that two keys of one name are not the same.
    #[must_use]
    pub fn check_value(&self) -> [u8; 4] {
        let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, self.bytes());
        let tag = ring::hmac::sign(&key, b"reticent-kcv");
        let mut value = [0; 4];
        value.copy_from_slice(&tag.as_ref()[..4]);
        value
    }

    /// Copies 32 bytes.
    pub(crate) fn of(bytes: &[u8]) -> Result<Self, Error> {
        let bytes: &[u8; LENGTH] = bytes.try_into().map_err(|_| Error::Key(KeyDefect::Encoding))?;
        Self::filled(|key| {
            key.copy_from_slice(bytes);
            Ok(())
        })
    }

    /// Makes a key whose bytes are written where they stay.
    pub(crate) fn filled(fill: impl FnOnce(&mut [u8; LENGTH]) -> Result<(), Error>) -> Result<Self, Error> {
        let mut bytes = Arc::new(Zeroizing::new([0; LENGTH]));
        fill(Arc::get_mut(&mut bytes).expect("nobody else has it yet"))?;
        Ok(Self(bytes))
    }

    /// Tells whether two keys are the same, in constant time.
    pub(crate) fn is(&self, other: &Self) -> bool {
        self.bytes().ct_eq(other.bytes()).into()
    }

    /// Derives a key for another purpose (HKDF-Expand with SHA-512, RFC 5869).
    pub(crate) fn derived(&self, purpose: &[u8]) -> Self {
        let purpose = [purpose];
        let prk = hkdf::Prk::new_less_safe(hkdf::HKDF_SHA512, self.bytes());
        let okm = prk.expand(&purpose, Derived).expect("shorter than 255 blocks");
        let fill = |derived: &mut [u8; LENGTH]| {
            okm.fill(derived).expect("of the length that was asked for");
            Ok(())
        };
        Self::filled(fill).expect("filled")
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0[..]
    }

    /// Tells whether the key is still held, without holding it.
    #[cfg(test)]
    pub(crate) fn watched(&self) -> std::sync::Weak<Zeroizing<[u8; LENGTH]>> {
        Arc::downgrade(&self.0)
    }

    #[cfg(test)]
    pub(crate) fn from_bytes(bytes: Vec<u8>) -> Self {
        Self::of(&bytes).expect("32 bytes")
    }
}

/// Tells whether the bytes count in equal steps, or repeat a shorter piece.
fn is_pattern(bytes: &[u8]) -> bool {
    let step = bytes[1].wrapping_sub(bytes[0]);
    let counts = bytes.windows(2).all(|pair| pair[1].wrapping_sub(pair[0]) == step);
    counts || [2, 4, 8, 16].iter().any(|length| bytes.chunks(*length).all(|chunk| chunk == &bytes[..*length]))
}

/// How many bytes are derived.
struct Derived;

impl hkdf::KeyType for Derived {
    fn len(&self) -> usize {
        LENGTH
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(..)")
    }
}

/// The identifier of a key: one to 24 lower-case letters and digits. It stands in clear in what the key encrypts.
///
/// ```
/// use reticent_crypto::KeyId;
///
/// assert_eq!("k7".parse::<KeyId>()?.to_string(), "k7");
/// assert!("K7".parse::<KeyId>().is_err());
/// # Ok::<(), reticent_crypto::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(String);

impl KeyId {
    /// Returns the text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for KeyId {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let is_id = (1..=LONGEST_ID).contains(&text.len()) && text.bytes().all(fits);
        if is_id { Ok(Self(text.to_owned())) } else { Err(Error::Key(KeyDefect::Identifier)) }
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn sample() -> serde_json::Value {
        serde_json::from_str(include_str!("../tests/data/cobblestone256_sample.json")).expect("JSON")
    }

    pub(crate) fn decoded(hex: &str) -> Vec<u8> {
        let digits = hex.as_bytes().chunks(2);
        digits
            .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).expect("text"), 16).expect("hex"))
            .collect()
    }

    #[test]
    fn a_key_has_one_spelling() {
        let key = Key::generate().expect("randomness");
        #[expect(clippy::disallowed_methods, reason = "to be spoilt")]
        let text = key.to_text().expose_text().expect("text").to_owned();
        let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/=";
        let last = alphabet.chars().map(|last| format!("{}{last}=", &text[..42]));
        let taken = last.filter(|text| Key::parse(&Secret::copy_of(text.as_bytes())).is_ok());
        assert_eq!(taken.count(), 16, "four bits of the last character are the key's, and two are zero");
        for spoilt in [text.replace('=', ""), format!("{text}="), format!("{text}\n"), format!(" {text}")] {
            let error = Key::parse(&Secret::copy_of(spoilt.as_bytes())).unwrap_err();
            assert_eq!(error, Error::Key(KeyDefect::Encoding));
        }
    }

    #[test]
    fn a_clone_of_a_key_shares_its_bytes() {
        let key = Key::generate().expect("randomness");
        assert_eq!(key.clone().bytes().as_ptr(), key.bytes().as_ptr());
        assert!(key.is(&key.clone()) && !key.is(&Key::generate().expect("randomness")));
    }

    #[test]
    fn a_key_that_anybody_can_guess_has_a_defect() {
        for (bytes, want) in [
            (vec![0; 32], Some(KeyDefect::Pattern)),
            (vec![0xff; 32], Some(KeyDefect::Pattern)),
            ((0..32).collect(), Some(KeyDefect::Pattern)),
            ((0..32).rev().collect(), Some(KeyDefect::Pattern)),
            ([0xde, 0xad, 0xbe, 0xef].repeat(8), Some(KeyDefect::Pattern)),
            (b"change this to a real key, please".to_vec()[..32].to_vec(), Some(KeyDefect::Printable)),
            ((0x80..0xa0).collect(), Some(KeyDefect::Pattern)),
        ] {
            assert_eq!(Key::from_bytes(bytes).defect(), want);
        }
        for known in DOCUMENTED {
            assert!(Key::parse(&Secret::copy_of(known.as_bytes())).expect("a key").defect().is_some());
        }
        assert_eq!(Key::generate().expect("randomness").defect(), None);
    }
}
