//! A keyring in one variable: one key, or a list of which the first encrypts.

use reticent_core::{Secret, SecretBuffer};

use super::{Entry, Keyring, State};
use crate::error::{Error, KeyDefect};
use crate::key::{Key, KeyId};

impl Keyring {
    /// Reads `KEY`, `KEY,KEY…` or `id:KEY,id:KEY…`, keys in base64url with padding: the first encrypts, the others
    /// decrypt.
    ///
    /// A key without an identifier gets `k` and its check value in hex, the same wherever it is read.
    /// A first key that anybody can guess is no error here, since what it encrypted must still open; it encrypts
    /// nothing, and [`Entry::defect`](super::Entry::defect) says why.
    ///
    /// # Errors
    /// [`Error::Key`] for what is no key or no identifier, [`Error::DuplicateKey`], [`Error::NoKey`] for an empty list.
    pub fn parse(list: &Secret) -> Result<Self, Error> {
        #[expect(clippy::disallowed_methods, reason = "into keys, which are wiped")]
        let list = list.expose_bytes().trim_ascii();
        if list.is_empty() {
            return Err(Error::NoKey);
        }
        let mut keyring = Self::new();
        for item in list.split(|byte| *byte == b',') {
            let (id, key) = entry(item.trim_ascii())?;
            keyring.stage(id, key)?;
        }
        keyring.entries.iter_mut().for_each(|entry| entry.state = State::Accepted);
        keyring.entries[0].state = State::Primary;
        Ok(keyring)
    }
}

fn entry(item: &[u8]) -> Result<(KeyId, Key), Error> {
    let colon = item.iter().position(|byte| *byte == b':');
    let (id, text) = colon.map_or((None, item), |at| (Some(&item[..at]), &item[at + 1..]));
    let mut buffer = SecretBuffer::with_capacity(text.len());
    buffer.extend_from_slice(text);
    let key = Key::parse(&buffer.into_secret())?;
    let id = match id {
        Some(id) => std::str::from_utf8(id).map_err(|_| Error::Key(KeyDefect::Identifier))?.parse()?,
        None => named_by(&key),
    };
    Ok((id, key))
}

fn named_by(key: &Key) -> KeyId {
    let digits: String = key.check_value().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("k{digits}").parse().expect("nine letters and digits")
}

impl Entry {
    /// Tells whether the key encrypts when it is asked to: it is the primary one and nobody can guess it.
    #[must_use]
    pub fn encrypts(&self) -> bool {
        self.state == State::Primary && self.defect().is_none()
    }
}
