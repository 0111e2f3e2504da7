//! What `reticent.toml`, the keyring and sealed values come to together.

#![cfg(all(feature = "setup", feature = "crypto"))]

mod keyring;
mod scene;
mod replica;
mod sealed;
