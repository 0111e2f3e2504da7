#![doc = include_str!("../README.md")]

#[cfg(feature = "sdk")]
mod codes;
#[cfg(feature = "sdk")]
mod error;
#[cfg(feature = "sdk")]
mod place;

#[cfg(feature = "sdk")]
mod sdk;
#[cfg(feature = "sdk")]
mod secrets;

#[cfg(feature = "sdk")]
pub use sdk::{Aws, AwsOptions, OtherRegions};
#[cfg(feature = "sdk")]
pub use secrets::{Deletion, SecretsManagerSource};
