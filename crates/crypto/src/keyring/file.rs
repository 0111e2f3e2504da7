//! A keyring as bytes that can be stored: every key encrypted, and the whole authenticated.
//!
//! The decision: one covering key encrypts the keys and authenticates the rest, and a keeper wraps that one alone. So
//! opening a keyring asks its keeper once, and no state, time or generation can be changed without the covering key.

#[cfg(test)]
mod forged;

use std::collections::BTreeSet;
use std::fmt;

use base64ct::{Base64, Encoding as _};
use reticent_core::{ErrorKind, KeyWrap, SourceError, WrapContext, WrappedKey};
use ring::hmac;
use serde::{Deserialize, Serialize};

use super::{Entry, Keyring, State};
use crate::context::Context;
use crate::error::Error;
use crate::key::{Key, KeyId};
use crate::text;

const SCHEMA: &str = "reticent.keyring/1";

/// What a keyring is called in errors.
const SOURCE: &str = "keyring";

/// The identifier of the covering key in what it encrypts.
const COVER: &str = "cover";

/// What the key of the MAC is derived for.
const MAC_PURPOSE: &[u8] = b"reticent keyring mac 1";

/// A keyring with the key that covers it, as it stands in a file.
///
/// ```
/// use reticent_crypto::{Key, Keyring, KeyringFile, LocalWrap};
///
/// # futures_util::FutureExt::now_or_never(async {
/// let keeper = LocalWrap::new("env:KEYRING_KEY", Key::generate()?);
/// let keyring = Keyring::of("k1".parse()?, Key::generate()?)?;
/// let file = KeyringFile::new("api-keys", keyring, &keeper).await?;
/// let read = KeyringFile::read(&file.to_bytes()?, &keeper).await?;
/// assert_eq!((read.name(), read.keyring().entries().count()), ("api-keys", 1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).unwrap();
/// ```
pub struct KeyringFile {
    name: String,
    keyring: Keyring,
    cover: Key,
    wrapped: WrappedKey,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    schema: String,
    name: String,
    generation: u64,
    wrap: Wrap,
    keys: Vec<KeyRecord>,
    #[serde(default)]
    mac: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wrap {
    key: String,
    blob: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyRecord {
    id: String,
    state: String,
    created: u64,
    changed: u64,
    check: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    sealed: Option<String>,
}

impl KeyringFile {
    /// Covers a keyring with a new key, which `keeper` wraps.
    ///
    /// # Errors
    /// What the keeper reports; `Unavailable` when the system gives no random bytes.
    pub async fn new(
        name: impl Into<String>,
        keyring: Keyring,
        keeper: &dyn KeyWrap,
    ) -> Result<Self, SourceError> {
        let name = name.into();
        let cover = Key::generate().map_err(|error| refused(&name, ErrorKind::Unavailable, &error))?;
        let wrapped = keeper.wrap(&cover.to_text(), &wrap_context(&name)).await?;
        Ok(Self { name, keyring, cover, wrapped })
    }

    /// Reads what [`to_bytes`](Self::to_bytes) wrote.
    ///
    /// # Errors
    /// `Malformed`: it is no such file, or was changed or cut, or the keeper cannot open it. What else the keeper
    /// reports.
    pub async fn read(bytes: &[u8], keeper: &dyn KeyWrap) -> Result<Self, SourceError> {
        let document = Document::parse(bytes)?;
        let blob = Base64::decode_vec(&document.wrap.blob).map_err(|_| malformed(&CUT))?;
        let wrapped = WrappedKey::new(document.wrap.key.as_str(), blob);
        let cover = keeper.unwrap(&wrapped, &wrap_context(&document.name)).await.map_err(unopened)?;
        let cover = Key::parse(&cover).map_err(|_| malformed(&CHANGED))?;
        verify(&cover, &document).map_err(|_| malformed(&CHANGED))?;
        let keyring = keyring(&cover, &document).map_err(|_| malformed(&CHANGED))?;
        Ok(Self { name: document.name, keyring, cover, wrapped })
    }

    /// Tells what wraps the covering key, before it is opened: its keeper's [`key_id`](KeyWrap::key_id).
    ///
    /// It stands in clear, and is authentic only once the keyring was read.
    ///
    /// # Errors
    /// `Malformed`: it is no such file.
    pub fn covered_by(bytes: &[u8]) -> Result<String, SourceError> {
        Document::parse(bytes).map(|document| document.wrap.key)
    }

    /// Writes the keyring: JSON without any key in clear.
    ///
    /// # Errors
    /// `Unavailable` when the system gives no random bytes.
    pub fn to_bytes(&self) -> Result<Vec<u8>, SourceError> {
        let cannot = |error: Error| refused(&self.name, ErrorKind::Unavailable, &error);
        let keys: Result<Vec<_>, Error> = self.keyring.entries().map(|entry| self.record(entry)).collect();
        let mut document = Document {
            schema: SCHEMA.to_owned(),
            name: self.name.clone(),
            generation: self.keyring.generation,
            wrap: Wrap {
                key: self.wrapped.key_id().to_owned(),
                blob: Base64::encode_string(self.wrapped.ciphertext()),
            },
            keys: keys.map_err(cannot)?,
            mac: String::new(),
        };
        let tag = hmac::sign(&mac_key(&self.cover), &authenticated(&document));
        document.mac = Base64::encode_string(tag.as_ref());
        let mut bytes = serde_json::to_vec_pretty(&document).map_err(|_| cannot(Error::Malformed))?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    fn record(&self, entry: &Entry) -> Result<KeyRecord, Error> {
        let cover = COVER.parse()?;
        let seal = |key: &Key| {
            let text = key.to_text();
            #[expect(clippy::disallowed_methods, reason = "to be encrypted")]
            text::seal(&self.cover, &cover, &key_context(&self.name, &entry.id), text.expose_bytes(), 1)
        };
        Ok(KeyRecord {
            id: entry.id.to_string(),
            state: entry.state.to_string(),
            created: entry.created,
            changed: entry.changed,
            check: hex(entry.check_value),
            sealed: entry.key.as_ref().map(seal).transpose()?,
        })
    }

    /// Returns the name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the keyring.
    #[must_use]
    pub fn keyring(&self) -> &Keyring {
        &self.keyring
    }

    /// Returns the keyring, to be changed.
    pub fn keyring_mut(&mut self) -> &mut Keyring {
        &mut self.keyring
    }

    /// Covers the keyring with a new key that another keeper, or the same one's present key, wraps; its generation grows,
    /// so that a copy under the old cover is seen to be an older one.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub async fn cover_anew(&mut self, keeper: &dyn KeyWrap) -> Result<(), SourceError> {
        let anew = Self::new(self.name.clone(), self.keyring.clone(), keeper).await?;
        (self.cover, self.wrapped) = (anew.cover, anew.wrapped);
        self.keyring.generation = self.keyring.generation.saturating_add(1);
        Ok(())
    }
}

impl Document {
    fn parse(bytes: &[u8]) -> Result<Self, SourceError> {
        // The parser's own words could repeat a piece of the file.
        let document: Self = serde_json::from_slice(bytes).map_err(|_| malformed(&CUT))?;
        if document.schema != SCHEMA {
            return Err(malformed(&CUT).with_hint(format!("this version reads {SCHEMA}")));
        }
        Ok(document)
    }
}

/// What is wrong with a file, and what to do: to whoever has no covering key all of it is one kind.
type Wrong = [&'static str; 2];

const CUT: Wrong = ["it is cut, or no stored keyring", "put a copy of the whole file in its place"];
const UNOPENED: Wrong = [
    "what was given does not open it, or it was changed",
    "a copy opens with the key or the passphrase that covered it when it was made",
];
const CHANGED: Wrong = ["it was changed since it was written", "put a copy of it in its place"];

fn malformed([detail, hint]: &Wrong) -> SourceError {
    SourceError::new(ErrorKind::Malformed, SOURCE).with_detail(*detail).with_hint(*hint)
}

/// A keeper that could be asked and does not open it knows no more than that.
fn unopened(error: SourceError) -> SourceError {
    if error.kind() == ErrorKind::Malformed { malformed(&UNOPENED) } else { error }
}

impl fmt::Debug for KeyringFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyringFile")
            .field("name", &self.name)
            .field("keyring", &self.keyring)
            .finish_non_exhaustive()
    }
}

fn wrap_context(name: &str) -> WrapContext {
    WrapContext::default().with("keyring", name)
}

fn key_context(name: &str, id: &KeyId) -> Context {
    Context::new(SCHEMA).with("keyring", name).with("key", id.as_str())
}

fn mac_key(cover: &Key) -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA256, cover.derived(MAC_PURPOSE).bytes())
}

/// The fields that are authenticated, each behind its length; the order of the document's text does not matter.
fn authenticated(document: &Document) -> Vec<u8> {
    let numbers = |record: &KeyRecord| [record.created.to_string(), record.changed.to_string()];
    let generation = document.generation.to_string();
    let head = [&document.schema, &document.name, &generation, &document.wrap.key, &document.wrap.blob];
    let mut bytes = Vec::new();
    let mut field = |field: &str| {
        bytes.extend_from_slice(&(field.len() as u64).to_le_bytes());
        bytes.extend_from_slice(field.as_bytes());
    };
    head.into_iter().for_each(|part| field(part));
    for record in &document.keys {
        let sealed = record.sealed.as_deref().unwrap_or_default();
        [record.id.as_str(), &record.state, &record.check, sealed].into_iter().for_each(&mut field);
        numbers(record).iter().for_each(|number| field(number));
    }
    bytes
}

fn verify(cover: &Key, document: &Document) -> Result<(), Error> {
    let tag = Base64::decode_vec(&document.mac).map_err(|_| Error::NotAuthentic)?;
    hmac::verify(&mac_key(cover), &authenticated(document), &tag).map_err(|_| Error::NotAuthentic)
}

fn keyring(cover: &Key, document: &Document) -> Result<Keyring, Error> {
    let mut entries = Vec::with_capacity(document.keys.len());
    for record in &document.keys {
        let id: KeyId = record.id.parse()?;
        let state = State::ALL.into_iter().find(|state| state.to_string() == record.state);
        let state = state.ok_or(Error::Malformed)?;
        let open = |sealed: &String| {
            let (cover_id, body) = text::parse(sealed).ok_or(Error::Malformed)?;
            let cover_id = Some(cover_id).filter(|id| id.as_str() == COVER).ok_or(Error::Malformed)?;
            Key::parse(&text::open(cover, &cover_id, &key_context(&document.name, &id), body)?)
        };
        let key = record.sealed.as_ref().map(open).transpose()?;
        let check_value = check_value(&record.check).ok_or(Error::Malformed)?;
        let is_itself = match &key {
            Some(key) => state != State::Destroyed && key.check_value() == check_value,
            None => state == State::Destroyed,
        };
        if !is_itself {
            return Err(Error::NotAuthentic);
        }
        let defect = key.as_ref().and_then(Key::defect);
        let KeyRecord { created, changed, .. } = *record;
        entries.push(Entry { id, state, key, check_value, defect, created, changed });
    }
    if !is_consistent(&entries) {
        return Err(Error::Malformed);
    }
    Ok(Keyring { generation: document.generation, entries, ..Keyring::new() })
}

/// Whoever has the covering key could write two primary keys, or two of one identifier.
fn is_consistent(entries: &[Entry]) -> bool {
    let primaries = entries.iter().filter(|entry| entry.state == State::Primary).count();
    let ids: BTreeSet<&KeyId> = entries.iter().map(|entry| &entry.id).collect();
    primaries <= 1 && ids.len() == entries.len()
}

/// Reads what [`hex`] wrote.
pub(crate) fn check_value(hex: &str) -> Option<[u8; 4]> {
    // The parser alone would take a sign.
    let is_hex = hex.len() == 8 && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
    u32::from_str_radix(hex, 16).ok().filter(|_| is_hex).map(u32::to_be_bytes)
}

/// Writes a check value in hexadecimal digits.
pub(crate) fn hex(check_value: [u8; 4]) -> String {
    format!("{:08x}", u32::from_be_bytes(check_value))
}

fn refused(name: &str, kind: ErrorKind, error: &Error) -> SourceError {
    SourceError::new(kind, SOURCE).for_key(name).with_detail(error.to_string())
}
