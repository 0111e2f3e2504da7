//! Keyrings that are wrong and have the right MAC, and the parts of one, for tests.

use base64ct::{Base64, Encoding as _};
use ring::hmac;
use serde_json::Value;

use super::{COVER, Document, KeyringFile, MAC_PURPOSE, authenticated, key_context, mac_key};
use crate::key::Key;

impl KeyringFile {
    /// Changes what is stored, and authenticates it again.
    pub(crate) fn forged(&self, change: impl FnOnce(&mut Value)) -> Vec<u8> {
        let bytes = self.to_bytes().expect("seeded");
        let mut value: Value = serde_json::from_slice(&bytes).expect("JSON");
        change(&mut value);
        let mut document: Document = serde_json::from_value(value).expect("of the form");
        let tag = hmac::sign(&mac_key(&self.cover), &authenticated(&document));
        document.mac = Base64::encode_string(tag.as_ref());
        serde_json::to_vec_pretty(&document).expect("JSON")
    }

    /// The covering key, the key of the MAC, and what it authenticates.
    pub(crate) fn parts(&self, bytes: &[u8]) -> (Key, Key, Vec<u8>) {
        let document: Document = serde_json::from_slice(bytes).expect("JSON");
        (self.cover.clone(), self.cover.derived(MAC_PURPOSE), authenticated(&document))
    }

    /// What the key of this identifier is bound to.
    pub(crate) fn context_of_key(name: &str, id: &str) -> Vec<u8> {
        key_context(name, &id.parse().expect("an identifier")).bytes("rt1", COVER).expect("short")
    }
}
