//! What every ciphertext is encrypted with.

use std::collections::{BTreeMap, BTreeSet};

use super::Failure;
use crate::key::KeyId;

/// What one item is encrypted with.
///
/// ```
/// use reticent_crypto::rewrap::Cover;
///
/// assert_ne!(Cover::Key("k1".parse()?), Cover::Plain);
/// # Ok::<(), reticent_crypto::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cover {
    /// With the key that it names.
    Key(KeyId),
    /// With Fernet, by the key that its signature fits; `None` when none here fits.
    Fernet(Option<KeyId>),
    /// With nothing, but ciphertexts stand in it, such as `sealed:` references, that need these keys.
    Within(BTreeSet<KeyId>),
    /// With nothing.
    Plain,
    /// It is gone.
    Gone,
    /// It could not be read, for this reason.
    Unreadable(String),
}

/// What the items of a collection are encrypted with, counted.
///
/// ```
/// use reticent_crypto::rewrap::{Cover, Survey};
///
/// let mut survey = Survey::default();
/// survey.note("row 1", Cover::Key("k1".parse()?));
/// assert_eq!(survey.needs(&"k1".parse()?), 1);
/// assert!(survey.frees(&"k2".parse()?));
/// # Ok::<(), reticent_crypto::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Survey {
    keys: BTreeMap<KeyId, u64>,
    plain: u64,
    unknown: Vec<Failure>,
}

impl Survey {
    /// Counts one item.
    pub fn note(&mut self, id: &str, cover: Cover) {
        match cover {
            Cover::Key(key) | Cover::Fernet(Some(key)) => *self.keys.entry(key).or_default() += 1,
            Cover::Fernet(None) => {
                self.unknown.push(Failure::new(id, "no key here fits its signature".to_owned()))
            }
            Cover::Unreadable(reason) => self.unknown.push(Failure::new(id, reason)),
            Cover::Within(keys) => {
                self.plain += 1;
                keys.into_iter().for_each(|key| *self.keys.entry(key).or_default() += 1);
            }
            Cover::Plain => self.plain += 1,
            Cover::Gone => {}
        }
    }

    /// Adds what another survey counted.
    pub fn extend(&mut self, other: Self) {
        for (key, count) in other.keys {
            *self.keys.entry(key).or_default() += count;
        }
        self.plain += other.plain;
        self.unknown.extend(other.unknown);
    }

    /// Returns how many items need this key: they are encrypted with it, or hold something that is.
    #[must_use]
    pub fn needs(&self, key: &KeyId) -> u64 {
        self.keys.get(key).copied().unwrap_or(0)
    }

    /// Tells whether no item needs this key; one of which it is not known may need any.
    #[must_use]
    pub fn frees(&self, key: &KeyId) -> bool {
        self.needs(key) == 0 && self.unknown.is_empty()
    }

    /// Returns each key with the number of items that need it.
    pub fn keys(&self) -> impl Iterator<Item = (&KeyId, u64)> {
        self.keys.iter().map(|(key, count)| (key, *count))
    }

    /// Returns how many items are not encrypted.
    #[must_use]
    pub fn plain(&self) -> u64 {
        self.plain
    }

    /// Returns the items of which it is not known, and why.
    #[must_use]
    pub fn unknown(&self) -> &[Failure] {
        &self.unknown
    }
}
