//! The one type that holds plaintext, from the moment a provider has read it until the caller exposes it.
//!
//! The decision: bytes live in one heap allocation of exact capacity behind `Arc`, so a clone shares and the last
//! drop wipes. The cost is that a secret cannot be changed in place: a new value is a new `Secret`.

mod buffer;
mod json;
mod metadata;

use std::fmt;
use std::str::Utf8Error;
use std::sync::{Arc, LazyLock};

use secrecy::{ExposeSecret, SecretBox};
use subtle::ConstantTimeEq;
use zeroize::Zeroize;

pub use buffer::SecretBuffer;
pub use json::FieldError;
pub use metadata::{Lease, Metadata};

use crate::reference::Field;

/// A secret value and what is known about it.
///
/// It has no `Display`, no `PartialEq` and no serialisation; `Debug` prints `Secret(..)`. Cloning copies no
/// plaintext. The bytes are wiped when the last clone is dropped.
///
/// ```
/// use reticent_core::Secret;
///
/// let password = Secret::copy_of(b"correct horse");
/// assert_eq!(format!("{password:?}"), "Secret(..)");
/// assert!(password.ct_eq(&Secret::copy_of(b"correct horse")));
/// let for_the_driver: &str = password.expose_text()?;
/// # assert_eq!(for_the_driver.len(), 13);
/// # Ok::<(), reticent_core::NotText>(())
/// ```
#[derive(Clone)]
pub struct Secret {
    value: Arc<SecretBox<[u8]>>,
    /// Nothing while nothing is known: most secrets of a library need no second allocation.
    metadata: Option<Arc<Metadata>>,
}

/// What is known of a secret of which nothing is known.
static UNKNOWN: LazyLock<Metadata> = LazyLock::new(Metadata::default);

impl Secret {
    /// Takes over `bytes`; when its capacity is larger than its length, the bytes move once and the old
    /// allocation is wiped.
    #[must_use]
    pub fn from_vec(mut bytes: Vec<u8>) -> Self {
        let exact = if bytes.capacity() == bytes.len() {
            bytes.into_boxed_slice()
        } else {
            let copy: Box<[u8]> = Box::from(bytes.as_slice());
            bytes.zeroize();
            copy
        };
        Self { value: Arc::new(SecretBox::new(exact)), metadata: None }
    }

    /// Takes over `text` as [`from_vec`](Self::from_vec) does.
    #[must_use]
    pub fn from_string(text: String) -> Self {
        Self::from_vec(text.into_bytes())
    }

    /// Copies `bytes`; the caller's own copy stays the caller's to wipe.
    #[must_use]
    pub fn copy_of(bytes: &[u8]) -> Self {
        Self::from_vec(bytes.to_vec())
    }

    /// Returns the same value under other metadata; the plaintext is shared, not copied.
    #[must_use]
    pub fn with_metadata(&self, metadata: Metadata) -> Self {
        Self { value: Arc::clone(&self.value), metadata: Some(Arc::new(metadata)) }
    }

    /// Returns what is known besides the bytes.
    #[must_use]
    pub fn metadata(&self) -> &Metadata {
        self.metadata.as_deref().unwrap_or(&UNKNOWN)
    }

    /// Exposes the bytes.
    ///
    /// # Security
    /// Plaintext leaves the wrapper here. Clippy finds each call; say with
    /// `#[expect(clippy::disallowed_methods, reason = "…")]` where the bytes go.
    #[must_use]
    pub fn expose_bytes(&self) -> &[u8] {
        #[expect(clippy::disallowed_methods, reason = "the one way out; its callers give their reasons")]
        self.value.expose_secret()
    }

    /// Exposes the bytes as text.
    ///
    /// # Errors
    /// [`NotText`] when they are not UTF-8; it says where, and never what.
    ///
    /// # Security
    /// As for [`expose_bytes`](Self::expose_bytes).
    pub fn expose_text(&self) -> Result<&str, NotText> {
        std::str::from_utf8(self.bytes()).map_err(NotText)
    }

    /// Returns one field of a JSON value as a secret of its own, with the same metadata.
    ///
    /// Text is unescaped; a number, `true` or `false` is its literal text; an object or array is its JSON as it
    /// stands. Of a key given twice the last counts. No sibling is copied.
    ///
    /// # Errors
    /// [`FieldError`], which names keys and never a value.
    ///
    /// ```
    /// use reticent_core::{Field, Secret};
    ///
    /// let stored = Secret::copy_of(br#"{"host": "db", "login": {"password": "a\"b", "port": 5432}}"#);
    /// let password = stored.field(&Field::parse("/login/password")?)?;
    /// assert!(password.ct_eq(&Secret::copy_of(b"a\"b")));
    /// let error = stored.field(&Field::parse("hots")?).unwrap_err();
    /// assert_eq!(error.to_string(), r#"no field "hots"; fields there: host, login"#);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn field(&self, field: &Field) -> Result<Self, FieldError> {
        let Self { value, .. } = json::extract(self.bytes(), field)?;
        Ok(Self { value, metadata: self.metadata.clone() })
    }

    /// Returns every field of a JSON object as a secret of its own, with its name, in the order of the text.
    ///
    /// Values are read as by [`field`](Self::field); of a key given twice both are returned.
    ///
    /// # Errors
    /// [`FieldError::NotJson`], [`FieldError::NotAnObject`], and [`FieldError::Null`] for a field without a value.
    ///
    /// ```
    /// use reticent_core::Secret;
    ///
    /// let fields = Secret::copy_of(br#"{"USER": "app", "PORT": 5432}"#).fields()?;
    /// assert_eq!(fields[1].0, "PORT");
    /// assert!(fields[1].1.ct_eq(&Secret::copy_of(b"5432")));
    /// # Ok::<(), reticent_core::FieldError>(())
    /// ```
    pub fn fields(&self) -> Result<Vec<(String, Self)>, FieldError> {
        let named = json::fields(self.bytes())?.into_iter();
        Ok(named
            .map(|(name, Self { value, .. })| (name, Self { value, metadata: self.metadata.clone() }))
            .collect())
    }

    /// Compares two values without telling by its time where they differ; the lengths still show.
    #[must_use]
    pub fn ct_eq(&self, other: &Self) -> bool {
        self.bytes().ct_eq(other.bytes()).into()
    }

    /// Returns the length in bytes. Do not print it: the length of a short secret helps to guess it.
    #[must_use]
    pub fn len(&self) -> usize {
        self.bytes().len()
    }

    /// Tells whether the value is present but empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes().is_empty()
    }

    /// The bytes for this crate's own judgements (comparison, length, fingerprint), which keep no copy.
    pub(crate) fn bytes(&self) -> &[u8] {
        #[expect(
            clippy::disallowed_methods,
            reason = "stays inside this crate, borrowed for one computation"
        )]
        self.value.expose_secret()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// A secret that was wanted as text is not UTF-8.
///
/// ```
/// use reticent_core::Secret;
///
/// let error = Secret::copy_of(b"ab\xff").expose_text().unwrap_err();
/// assert_eq!(error.to_string(), "not UTF-8 text: invalid from byte 2");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotText(Utf8Error);

impl NotText {
    /// Returns the offset of the first byte that is not UTF-8.
    #[must_use]
    pub fn valid_up_to(&self) -> usize {
        self.0.valid_up_to()
    }
}

impl fmt::Display for NotText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not UTF-8 text: invalid from byte {}", self.0.valid_up_to())
    }
}

impl std::error::Error for NotText {}

#[cfg(test)]
mod tests {
    #![expect(clippy::disallowed_methods, reason = "the tests compare plaintext")]

    use super::*;

    #[test]
    fn every_byte_string_survives() {
        for bytes in [&b""[..], b"\0", b"\xff\xfe", b" padded ", b"line\n", "h\u{e9}".as_bytes()] {
            assert_eq!(Secret::copy_of(bytes).expose_bytes(), bytes);
        }
    }

    #[test]
    fn a_clone_and_new_metadata_share_the_plaintext() {
        let secret = Secret::copy_of(b"shared");
        let labelled = secret.clone().with_metadata(Metadata::of_source("env"));
        assert_eq!(secret.expose_bytes().as_ptr(), labelled.expose_bytes().as_ptr());
        assert_eq!(labelled.metadata().source(), "env");
    }

    #[test]
    fn equality_is_over_the_whole_value() {
        let secret = Secret::copy_of(b"abc");
        assert!(secret.ct_eq(&Secret::from_string("abc".to_owned())));
        assert!(!secret.ct_eq(&Secret::copy_of(b"abd")));
        assert!(!secret.ct_eq(&Secret::copy_of(b"ab")));
    }

    #[test]
    fn debug_shows_nothing() {
        assert_eq!(format!("{:#?}", Secret::copy_of(b"hunter2")), "Secret(..)");
        assert_eq!(format!("{:?}", SecretBuffer::with_capacity(9)), "SecretBuffer(..)");
    }

    #[test]
    fn a_result_is_two_words() {
        assert_eq!(size_of::<Result<Secret, crate::SourceError>>(), 16);
    }
}
