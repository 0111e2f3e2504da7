//! Finds secrets wherever they live, and keeps them fresh.
//!
//! [`Resolver`] is the type that a program holds. It routes references by scheme and logical names by routes and
//! templates, walks the places of a name in order, repeats what fails transiently, keeps answers for a while, and
//! runs the hooks of `reticent-core` around every access. It spawns nothing and reads no environment.
//!
//! ```
//! use reticent_resolve::{Resolver, SourcePolicy};
//! # use reticent_testkit::MemorySource;
//! # let env = MemorySource::new("env");
//! # let vault = MemorySource::new("vault(prod)").with("vault://secret/app/DB_PASSWORD", "correct horse");
//!
//! # tokio::runtime::Builder::new_current_thread().enable_time().build()?.block_on(async {
//! let resolver = Resolver::builder()
//!     .source_with("env", env, SourcePolicy::default().uncached())
//!     .source("vault", vault)
//!     .template("env://{NAME}")
//!     .template("vault://secret/app/{NAME}")
//!     .build()?;
//! let password = resolver.get("DB_PASSWORD").await?;
//! assert_eq!(password.metadata().source(), "vault(prod)");
//!
//! let error = resolver.get("API_KEY").await.unwrap_err();
//! assert_eq!(error.to_string(), "API_KEY: not found in env, vault(prod)");
//! assert_eq!(error.hint(), Some("set one of env://API_KEY, vault://secret/app/API_KEY"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod builder;
mod error;
mod policy;
mod resolver;

mod request;
mod route;

mod backend;
mod chain;
mod jitter;

mod cache;
mod fetch;
mod hits;

mod batch;
mod explain;
mod get;
mod provenance;
mod source;

mod fresh;
mod handle;
mod refresh;
mod upkeep;
mod watch;

pub use builder::ResolverBuilder;
pub use cache::CacheStats;
pub use error::BuildError;
pub use fresh::{Refusal, UseError};
pub use handle::{Health, ResolverGone, SecretHandle};
pub use jitter::Jitter;
pub use policy::{CachePolicy, Fallthrough, RetryPolicy, SourcePolicy};
pub use provenance::{Found, Provenance};
pub use resolver::Resolver;
