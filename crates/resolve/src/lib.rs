#![doc = include_str!("../README.md")]

mod builder;
mod error;
mod policy;
mod resolver;

mod request;
mod route;

mod backend;
mod breaker;
mod chain;
mod jitter;
mod spans;

mod cache;
mod fetch;
mod hits;
mod landing;

mod lease;

mod batch;
mod explain;
mod get;
mod provenance;
mod source;

mod fresh;
mod handle;
mod login;
mod probe;
mod refresh;
mod upkeep;
mod watch;

pub use builder::ResolverBuilder;
pub use cache::CacheStats;
pub use error::BuildError;
pub use fresh::{Refusal, UseError};
pub use handle::{Health, ResolverGone, SecretHandle};
pub use jitter::Jitter;
pub use lease::LeaseUse;
pub use policy::{BreakerPolicy, CachePolicy, Fallthrough, RetryPolicy, SourcePolicy};
pub use provenance::{Found, Provenance};
pub use resolver::Resolver;
