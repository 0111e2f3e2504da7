#![doc = include_str!("../README.md")]

mod config;
mod login;
mod mounts;
mod source;

mod kv;
mod leased;
mod list;
mod sink;
mod value;

pub mod policy;
mod rights;
#[cfg(feature = "transit")]
mod transit;

mod session;

mod client;
mod error;
mod json;
mod path;
mod reply;
mod time;

#[cfg(test)]
mod properties;

pub use config::{SettingsError, VaultSettings};
pub use login::VaultLogin;
pub use mounts::Engine;
pub use source::VaultSource;
#[cfg(feature = "transit")]
pub use transit::TransitKey;
