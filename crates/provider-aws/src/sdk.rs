//! How AWS is reached by its SDK: options, sessions, and what its errors mean.

mod call;
mod classify;
mod credentials;
mod guard;
mod options;
mod session;
mod tls;

pub(crate) use call::Service;
pub(crate) use classify::Answer;
pub(crate) use guard::NothingInClear;
pub use options::{AwsOptions, OtherRegions};
pub use session::Aws;
