//! AWS Secrets Manager.

mod batch;
mod list;
mod read;
mod revision;
mod rights;
mod source;
mod stages;
mod token;
mod value;
mod write;

pub use source::{Deletion, SecretsManagerSource};
