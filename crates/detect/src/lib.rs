//! Finds leaked secrets in bytes: rules as data, candidates in one pass, a verdict on each.
//!
//! The decision: look for what a secret must look like (a run of token characters, a name that means one, a form that
//! holds one) and only there ask a rule; then judge the candidate by its checksum, its structure and its makeup. There
//! is no I/O here and no runtime: bytes in, findings out.
//!
//! ```
//! use reticent_detect::Scanner;
//!
//! let findings = Scanner::new().scan_named("config.yml", b"db:\n  password: q8Zt0vLw2nXc5Rb7\n");
//! assert_eq!(findings[0].rule().id(), "generic.password");
//! assert_eq!(findings[0].span(), 16..32);
//! ```

mod finding;
mod scanner;
mod stream;

mod rule;
mod set;

mod find;
mod form;
mod hits;
#[cfg(feature = "json")]
mod json;
mod judge;
mod layers;
mod pass;
mod reason;
mod text;

pub use finding::Finding;
#[cfg(feature = "json")]
pub use json::FoundAt;
pub use layers::Layer;
pub use reason::Reason;
pub use rule::{Rule, RuleError, Severity};
pub use scanner::Scanner;
pub use set::RuleSet;
pub use stream::{Coverage, Found};
