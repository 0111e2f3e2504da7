//! What a ciphertext belongs to.

use std::collections::BTreeMap;
use std::fmt;

use crate::error::Error;

/// The longest name or value, in bytes.
const LONGEST_FIELD: usize = 1 << 20;

/// Where a ciphertext belongs: its purpose, and names and values such as table, column and row.
///
/// It is authenticated and neither stored nor shown: a ciphertext opens in its own context alone, so that two rows'
/// ciphertexts cannot be swapped. The order in which pairs are given does not matter. A field of more than a mebibyte
/// is refused where the context is used.
///
/// ```
/// use reticent_crypto::Context;
///
/// let context = Context::new("api_keys").with("column", "encrypted_key").with("row_id", "42");
/// let other = Context::new("api_keys").with("row_id", "42").with("column", "encrypted_key");
/// assert_eq!(context, other);
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
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
    pub(crate) fn bytes(&self, format: &str, key_id: &str) -> Result<Vec<u8>, Error> {
        let pairs = self.pairs.iter().flat_map(|(name, value)| [&name[..], value]);
        let fields = [format.as_bytes(), key_id.as_bytes(), &self.purpose].into_iter().chain(pairs);
        let mut bytes = Vec::new();
        for field in fields {
            let length = Some(field.len()).filter(|length| *length <= LONGEST_FIELD).ok_or(Error::TooLong)?;
            bytes.extend_from_slice(&u32::try_from(length).expect("at most a mebibyte").to_le_bytes());
            bytes.extend_from_slice(field);
        }
        Ok(bytes)
    }
}

/// The purpose and the names; values may be about people.
impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.pairs.keys().map(|name| String::from_utf8_lossy(name)).collect();
        let purpose = String::from_utf8_lossy(&self.purpose);
        f.debug_struct("Context").field("purpose", &purpose).field("names", &names).finish_non_exhaustive()
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
            assert!(one.bytes("rt1", "k").is_ok());
            for other in &contexts[at + 1..] {
                assert_ne!(one.bytes("rt1", "k"), other.bytes("rt1", "k"), "{one:?} and {other:?}");
            }
        }
    }

    #[test]
    fn a_field_is_as_long_as_its_length_says_or_refused() {
        let field = vec![0; LONGEST_FIELD + 1];
        assert!(Context::new(&field[1..]).with("a", &field[1..]).bytes("rt1", "k").is_ok());
        for context in
            [Context::new(&field), Context::new("").with(&field, ""), Context::new("").with("", &field)]
        {
            assert_eq!(context.bytes("rt1", "k"), Err(Error::TooLong));
        }
    }

    #[test]
    fn debug_shows_no_value_of_a_context() {
        let context = Context::new("api_keys").with("owner", "ada@example.org");
        assert_eq!(format!("{context:?}"), r#"Context { purpose: "api_keys", names: ["owner"], .. }"#);
    }
}
