//! Parameters of AWS Systems Manager.

mod batch;
mod list;
mod read;
mod rights;
mod source;
mod write;

pub use source::ParameterSource;
