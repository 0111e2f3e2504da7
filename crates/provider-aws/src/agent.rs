//! The local agent (AWS's workload credentials provider, once its Secrets Manager agent, and its Lambda extension).

mod base64;
mod http;
mod options;
mod reply;
mod source;

pub use options::{AgentOptions, AgentToken, Freshness};
pub use source::AgentSource;
