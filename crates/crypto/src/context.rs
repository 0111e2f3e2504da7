//! What a ciphertext belongs to.

use std::collections::BTreeMap;

/// Where a ciphertext belongs: its purpose, and names and values such as table, column and row.
///
/// It is authenticated and neither stored nor shown: a ciphertext opens in its own context alone, so that two rows'
/// ciphertexts cannot be swapped. The order in which pairs are given does not matter.
///
/// ```
/// use reticent_crypto::Context;
///
/// let context = Context::new("api_keys").with("column", "encrypted_key").with("row_id", "42");
/// let other = Context::new("api_keys").with("row_id", "42").with("column", "encrypted_key");
/// assert_eq!(context, other);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Context {
    purpose: Vec<u8>,
    pairs: BTreeMap<Vec<u8>, Vec<u8>>,
}

impl Context {
    /// Begins a context; the purpose keeps ciphertexts of different uses apart.
    #[must_use]
    pub fn new(purpose: impl AsRef<[u8]>) -> Self {
        Self { purpose: purpose.as_ref().to_vec(), pairs: BTreeMap::new() }
    }

    /// Adds one pair; the last of two with the same name counts.
    #[must_use]
    pub fn with(mut self, name: impl AsRef<[u8]>, value: impl AsRef<[u8]>) -> Self {
        self.pairs.insert(name.as_ref().to_vec(), value.as_ref().to_vec());
        self
    }

    /// Returns the bytes that are bound: for each field its length in four bytes, the least first, and the field.
    pub(crate) fn bytes(&self, format: &str, key_id: &str) -> Vec<u8> {
        let pairs = self.pairs.iter().flat_map(|(name, value)| [&name[..], value]);
        let fields = [format.as_bytes(), key_id.as_bytes(), &self.purpose].into_iter().chain(pairs);
        let mut bytes = Vec::new();
        for field in fields {
            let length = u32::try_from(field.len()).unwrap_or(u32::MAX);
            bytes.extend_from_slice(&length.to_le_bytes());
            bytes.extend_from_slice(field);
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_contexts_are_bound_as_the_same_bytes() {
        let contexts = [
            Context::new(""),
            Context::new("a"),
            Context::new("a").with("", ""),
            Context::new("").with("a", ""),
            Context::new("").with("", "a"),
            Context::new("").with("a", "b"),
            Context::new("").with("ab", ""),
            Context::new("").with("a", "").with("b", ""),
        ];
        for (at, one) in contexts.iter().enumerate() {
            for other in &contexts[at + 1..] {
                assert_ne!(one.bytes("rt1", "k"), other.bytes("rt1", "k"), "{one:?} and {other:?}");
            }
        }
    }
}
