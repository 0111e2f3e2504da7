//! What `reticent.toml`, the keyring and sealed values come to together.

#![cfg(all(feature = "setup", feature = "crypto"))]

mod keyring;
mod replica;
mod scene;
mod sealed;
