//! Fernet and aes256 against published vectors, against Python, and against every way to break a ciphertext.

mod data_keys;
mod exchange;
mod keepers;
mod kept;
mod keyring;
mod mixed;
mod replicas;
mod rewrap;
mod sealed;
mod source;
mod vectors;
