#![doc = include_str!("../README.md")]

mod codes;
mod error;
mod place;

mod agent;

pub mod policy;

#[cfg(feature = "sdk")]
mod parameters;
#[cfg(feature = "sdk")]
mod sdk;
#[cfg(feature = "sdk")]
mod secrets;

#[cfg(feature = "kms")]
mod kms;

pub use agent::{AgentOptions, AgentSource, AgentToken, Freshness};
#[cfg(feature = "kms")]
pub use kms::KmsKey;
#[cfg(feature = "sdk")]
pub use parameters::ParameterSource;
#[cfg(feature = "sdk")]
pub use sdk::{Aws, AwsOptions, OtherRegions};
#[cfg(feature = "sdk")]
pub use secrets::{Deletion, SecretsManagerSource};
