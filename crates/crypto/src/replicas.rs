//! What the programs that work with a keyring say they have read of it.
//!
//! The decision: a program tells which keys it has and which of them encrypts there, and not its generation alone,
//! since what must hold before a key is promoted is that every reader has that very key; a keyring that came back from
//! a backup counts its generations anew. A report is neither secret nor authenticated: whoever may write where reports
//! stand can hold a promotion up or let it through, and can read nothing by it. A program that never reports is not
//! known of.

mod folder;

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use async_trait::async_trait;
use reticent_core::SourceError;
use serde::Deserialize;

pub use folder::ReplicaFolder;

use crate::error::Error;
use crate::key::KeyId;
use crate::keyring::{Entry, Keyring, Permission, State};

const SCHEMA: &str = "reticent.replica/1";

/// The longest name of a replica; it has to fit into the name of a file.
const LONGEST_NAME: usize = 128;

/// The name of one program that works with a keyring, such as its host's: up to 128 letters, digits, `-`, `_` and `.`,
/// of which the first is a letter or a digit.
///
/// ```
/// use reticent_crypto::ReplicaId;
///
/// assert_eq!("web-7f9c.example".parse::<ReplicaId>()?.as_str(), "web-7f9c.example");
/// assert!("../web".parse::<ReplicaId>().is_err());
/// # Ok::<(), reticent_crypto::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReplicaId(String);

impl ReplicaId {
    /// Returns the text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ReplicaId {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        let begins = text.bytes().next().is_some_and(|first| first.is_ascii_alphanumeric());
        let is_name = begins && text.len() <= LONGEST_NAME && text.bytes().all(fits);
        if is_name { Ok(Self(text.to_owned())) } else { Err(Error::ReplicaName) }
    }
}

impl fmt::Display for ReplicaId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Which keys one program has read, and when it said so.
///
/// ```
/// use reticent_crypto::{Key, Keyring, Report};
///
/// let mut keyring = Keyring::of("k1".parse()?, Key::generate()?)?;
/// let report = Report::of("web-1".parse()?, &keyring);
/// keyring.stage("k2".parse()?, Key::generate()?)?;
/// let has: Vec<bool> = keyring.entries().map(|entry| report.has(entry)).collect();
/// assert_eq!(has, [true, false]); // so k2 must not be promoted yet
/// # Ok::<(), reticent_crypto::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    replica: ReplicaId,
    generation: u64,
    /// Seconds since 1970.
    at: u64,
    primary: Option<KeyId>,
    /// The check values of what decrypts there.
    keys: BTreeMap<KeyId, [u8; 4]>,
}

impl Report {
    /// Tells what `replica` has, which has read this keyring, now by the keyring's clock.
    #[must_use]
    pub fn of(replica: ReplicaId, keyring: &Keyring) -> Self {
        let primary = keyring.entries().find(|entry| entry.state() == State::Primary);
        let decrypts = keyring.entries().filter(|entry| entry.state().permits(Permission::Decrypt));
        Self {
            replica,
            generation: keyring.generation(),
            at: keyring.now(),
            primary: primary.map(|entry| entry.id().clone()),
            keys: decrypts.map(|entry| (entry.id().clone(), entry.check_value())).collect(),
        }
    }

    /// Returns who says so.
    #[must_use]
    pub fn replica(&self) -> &ReplicaId {
        &self.replica
    }

    /// Returns the generation of the keyring that it has read.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// Returns when it said so, in seconds since 1970.
    #[must_use]
    pub fn at(&self) -> u64 {
        self.at
    }

    /// Returns the key that encrypts there.
    #[must_use]
    pub fn primary(&self) -> Option<&KeyId> {
        self.primary.as_ref()
    }

    /// Tells whether it decrypts what this very key has encrypted, and not one of the same identifier.
    #[must_use]
    pub fn has(&self, entry: &Entry) -> bool {
        self.keys.get(entry.id()) == Some(&entry.check_value())
    }

    /// Reads what [`to_bytes`](Self::to_bytes) wrote, from where `replica` reports; fields that a later version adds are
    /// passed over.
    ///
    /// # Errors
    /// [`Error::Malformed`].
    pub fn parse(replica: ReplicaId, bytes: &[u8]) -> Result<Self, Error> {
        let document: Document = serde_json::from_slice(bytes).map_err(|_| Error::Malformed)?;
        if document.schema != SCHEMA {
            return Err(Error::Malformed);
        }
        let key = |(id, check): (String, String)| {
            let check = crate::keyring::check_value(&check).ok_or(Error::Malformed)?;
            Ok((id.parse()?, check))
        };
        let keys: Result<_, Error> = document.keys.into_iter().map(key).collect();
        let Document { generation, at, primary, .. } = document;
        let primary = primary.map(|id| id.parse()).transpose().map_err(|_| Error::Malformed)?;
        Ok(Self { replica, generation, at, primary, keys: keys.map_err(|_| Error::Malformed)? })
    }

    /// Writes it as JSON, without its name.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let hex = |(id, check): (&KeyId, &[u8; 4])| (id.to_string(), crate::keyring::hex(*check).into());
        let keys: serde_json::Map<_, _> = self.keys.iter().map(hex).collect();
        let document = serde_json::json!({
            "schema": SCHEMA,
            "generation": self.generation,
            "at": self.at,
            "primary": self.primary.as_ref().map(KeyId::as_str),
            "keys": keys,
        });
        format!("{document}\n").into_bytes()
    }
}

#[derive(Deserialize)]
struct Document {
    schema: String,
    generation: u64,
    at: u64,
    primary: Option<String>,
    keys: BTreeMap<String, String>,
}

/// Where programs report: a folder, or a store.
#[async_trait]
pub trait Replicas: Send + Sync {
    /// Keeps a report in the place of the one before of the same replica.
    ///
    /// # Errors
    /// What stands in the way.
    async fn report(&self, report: &Report) -> Result<(), SourceError>;

    /// Returns the last report of each replica, in the order of their names.
    ///
    /// # Errors
    /// `Malformed` when one cannot be read: a replica of which nothing is known must not pass for none. What else stands
    /// in the way.
    async fn reports(&self) -> Result<Vec<Report>, SourceError>;

    /// Removes the report of a replica, whether it can be read or not.
    ///
    /// # Errors
    /// `NotFound` when there is none; what else stands in the way.
    async fn forget(&self, replica: &ReplicaId) -> Result<(), SourceError>;
}
