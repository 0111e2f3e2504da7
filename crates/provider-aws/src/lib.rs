#![doc = include_str!("../README.md")]

mod codes;
mod error;
mod place;

mod agent;

pub mod policy;

#[cfg(feature = "sdk")]
mod sdk;
#[cfg(feature = "sdk")]
mod secrets;

pub use agent::{AgentOptions, AgentSource, AgentToken, Freshness};
#[cfg(feature = "sdk")]
pub use sdk::{Aws, AwsOptions, OtherRegions};
#[cfg(feature = "sdk")]
pub use secrets::{Deletion, SecretsManagerSource};
