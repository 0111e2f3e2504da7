//! Secrets at rest: Fernet that Python reads, AES-256 that commits to its key and its context, and keyrings.
//!
//! The decision: two formats and no more. Fernet is for columns that Python wrote or will read; `aes256` is for all
//! else, and is the published chunked encryption of C2SP on AES-256-GCM, so no construction here is our own. The cost
//! of Fernet's compatibility is that it binds no context and names no key; what that means stands with the type.

mod chunked;
mod context;
mod data_keys;
mod error;
mod fernet;
mod field;
mod key;
mod keyring;
mod mixed;
mod random;
mod replicas;
pub mod rewrap;
mod sealer;
mod source;
mod stream;
mod text;
#[cfg(test)]
mod vectors;
mod wrap;

pub use context::Context;
pub use data_keys::{DataKey, DataKeyLimits, DataKeys};
pub use error::{Error, KeyDefect};
pub use fernet::{Compat, Fernet, MultiFernet};
pub use field::EncryptedField;
pub use key::{Key, KeyId};
pub use keyring::{Entry, Keyring, KeyringFile, State};
pub use mixed::MixedReader;
pub use replicas::{ReplicaFolder, ReplicaId, Replicas, Report};
pub use sealer::{Sealed, Sealer};
pub use source::SealedSource;
pub use stream::{Decryptor, Encryptor};
pub use wrap::{LocalWrap, PassphraseWrap};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
