//! Encrypting small keys under a key that never leaves its keeper.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;

use crate::error::SourceError;
use crate::secret::Secret;

/// A keeper of key-encryption keys: a cloud KMS, Vault Transit, a passphrase.
///
/// The context is authenticated: what was wrapped under one context opens under no other.
#[async_trait]
pub trait KeyWrap: Send + Sync + fmt::Debug {
    /// Returns the identifier of the key that wraps now; it is no secret.
    fn key_id(&self) -> &str;

    /// Encrypts `data_key` under the present key.
    ///
    /// # Errors
    /// `NotFound`: the key is absent (it is never created by a wrap). `AccessDenied`, and the transient kinds.
    async fn wrap(&self, data_key: &Secret, context: &WrapContext) -> Result<WrappedKey, SourceError>;

    /// Opens what [`wrap`](Self::wrap) made under the same context.
    ///
    /// # Errors
    /// `Malformed`: wrong context, wrong key or changed bytes, which are not told apart. `AccessDenied`: the key is
    /// disabled or not ours to use.
    async fn unwrap(&self, wrapped: &WrappedKey, context: &WrapContext) -> Result<Secret, SourceError>;

    /// Moves a wrapped key under the present key, where possible without showing it to us.
    ///
    /// # Errors
    /// As [`unwrap`](Self::unwrap) and [`wrap`](Self::wrap).
    async fn rewrap(&self, wrapped: &WrappedKey, context: &WrapContext) -> Result<WrappedKey, SourceError>;
}

/// Names and values that a wrapped key is bound to. They are authenticated and not encrypted: no secrets here.
///
/// ```
/// use reticent_core::WrapContext;
///
/// let context = WrapContext::default().with("tenant", "acme").with("table", "tokens");
/// assert_eq!(context.iter().collect::<Vec<_>>(), [("table", "tokens"), ("tenant", "acme")]);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WrapContext(BTreeMap<String, String>);

impl WrapContext {
    /// Adds one pair; the last of two with the same name counts.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.0.insert(name.into(), value.into());
        self
    }

    /// Returns the pairs sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

/// A data key as its keeper encrypted it: safe to store beside what it protects.
///
/// ```
/// use reticent_core::WrappedKey;
///
/// let wrapped = WrappedKey::new("alias/app", vec![1, 2, 3]);
/// assert_eq!((wrapped.key_id(), wrapped.ciphertext()), ("alias/app", &[1, 2, 3][..]));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrappedKey {
    key_id: Arc<str>,
    ciphertext: Arc<[u8]>,
}

impl WrappedKey {
    /// Pairs a ciphertext with the identifier of the key that made it.
    #[must_use]
    pub fn new(key_id: impl Into<Arc<str>>, ciphertext: impl Into<Arc<[u8]>>) -> Self {
        Self { key_id: key_id.into(), ciphertext: ciphertext.into() }
    }

    /// Returns the identifier of the key that made it.
    #[must_use]
    pub fn key_id(&self) -> &str {
        &self.key_id
    }

    /// Returns the encrypted key.
    #[must_use]
    pub fn ciphertext(&self) -> &[u8] {
        &self.ciphertext
    }
}
