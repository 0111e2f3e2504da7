#![doc = include_str!("../README.md")]

mod env;
mod environment;

mod dotenv;

mod error;
mod warning;

pub use dotenv::DotenvSource;
pub use env::{EnvSource, FileRule};
pub use environment::{Environment, ProcessEnvironment};
pub use warning::Warning;
