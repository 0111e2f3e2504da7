//! What can go wrong, as far as it is public.

use std::fmt;
use std::io;

use crate::key::KeyId;
use crate::keyring::State;

/// Why something was not encrypted or decrypted.
///
/// What an attacker could learn from is one error: a changed byte, a wrong key, another context and a missing end are
/// all [`NotAuthentic`](Self::NotAuthentic). The others tell what stands in clear.
///
/// ```
/// use reticent_crypto::{Error, Fernet};
///
/// let fernet = Fernet::new(&Fernet::generate_key()?)?;
/// assert_eq!(fernet.decrypt("not a token").unwrap_err(), Error::NotAuthentic);
/// # Ok::<(), reticent_crypto::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// It is no ciphertext of this key and context, or too old or too new for the time that was asked for.
    NotAuthentic,
    /// It does not have the form of such a ciphertext at all.
    Malformed,
    /// It is plaintext or a Fernet token, where sealed values alone are taken, or by now.
    Unsealed,
    /// There is no key to encrypt with.
    NoKey,
    /// No key of this identifier is here.
    UnknownKey(KeyId),
    /// The key may not do this in its state.
    KeyUnusable {
        /// Which key.
        id: KeyId,
        /// Its state.
        state: State,
    },
    /// A key cannot go from one state to the other.
    Transition {
        /// Which key.
        id: KeyId,
        /// Its state.
        from: State,
        /// The state that was asked for.
        to: State,
    },
    /// It is not shown that nothing needs the key any more.
    Unproved(KeyId),
    /// The identifier was given to another key before.
    DuplicateKey(KeyId),
    /// The key is not one, or may not encrypt.
    Key(KeyDefect),
    /// It is no name of a replica: up to 128 letters, digits, `-`, `_` and `.`, a letter or a digit first.
    ReplicaName,
    /// The message is longer than the format allows.
    TooLong,
    /// The system gave no random bytes.
    NoRandomness,
    /// The clock stands before 1970 or beyond what the format can hold.
    Clock,
}

/// What is wrong with a key; never any of its bytes.
///
/// ```
/// use reticent_crypto::{Error, Fernet, KeyDefect};
/// use reticent_core::Secret;
///
/// let defect = Fernet::new(&Secret::copy_of(b"short")).unwrap_err();
/// assert_eq!(defect, Error::Key(KeyDefect::Encoding));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyDefect {
    /// It is not 32 bytes in canonical base64.
    Encoding,
    /// Its identifier is not one to 24 of `a-z0-9`.
    Identifier,
    /// All its bytes are the same, or they count up or down.
    Pattern,
    /// All its bytes are printable characters: a password and not a key.
    Printable,
    /// It stands in a specification or a manual.
    Documented,
    /// It is in the keyring under another identifier.
    Repeated,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAuthentic => f.write_str("not an authentic ciphertext for this key, context and time"),
            Self::Malformed => f.write_str("not a ciphertext of this form"),
            Self::Unsealed => {
                f.write_str("not sealed, and what is not sealed is not taken here, or no longer")
            }
            Self::NoKey => f.write_str("there is no key"),
            Self::UnknownKey(id) => write!(f, "encrypted with the key \"{id}\", which is not here"),
            Self::KeyUnusable { id, state } => write!(f, "the key \"{id}\" is {state}"),
            Self::Transition { id, from, to } => {
                write!(f, "the key \"{id}\" is {from}, and cannot become {to}")
            }
            Self::Unproved(id) => write!(f, "something may still need the key \"{id}\""),
            Self::DuplicateKey(id) => write!(f, "the identifier \"{id}\" was given before"),
            Self::Key(defect) => write!(f, "the key {defect}"),
            Self::ReplicaName => {
                f.write_str("a replica is called by letters, digits, \"-\", \"_\" and \".\"")
            }
            Self::TooLong => f.write_str("the message is longer than the format allows"),
            Self::NoRandomness => f.write_str("the system gave no random bytes"),
            Self::Clock => f.write_str("the clock stands outside of what the format can hold"),
        }
    }
}

impl fmt::Display for KeyDefect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Encoding => "is not 32 bytes in base64",
            Self::Identifier => "has an identifier that is not 1 to 24 lower-case letters and digits",
            Self::Pattern => "is a pattern, not random bytes",
            Self::Printable => "is text, not random bytes",
            Self::Documented => "stands in a public document",
            Self::Repeated => "has another identifier, too",
        })
    }
}

impl std::error::Error for Error {}

impl From<Error> for io::Error {
    fn from(error: Error) -> Self {
        Self::new(io::ErrorKind::InvalidData, error)
    }
}
