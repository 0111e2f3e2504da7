//! `cargo xtask`: the one door to building, testing and checking.
//!
//! It names no crate of the product: what it knows of it comes from `layers.toml`, `tidy.toml`,
//! `conformance.toml`, `[workspace.metadata.xtask]` and `cargo metadata`. So it works while the product does not
//! compile, and it does not change when a crate is added. The cost is that these files have schemas to learn,
//! each one in the module that reads it.
//!
//! Each check is a function over a [`Project`], so that `tests/` can plant the violation that it must catch.

mod console;
mod error;
mod files;
mod manifest;
mod metadata;
mod process;
mod project;
mod rust_source;
mod settings;
mod wheels;

mod gate;
mod steps;

mod advisories;
mod bans;
mod clippy;
mod features;
mod fmt;
mod generate;
mod laws;
mod layers;
mod tidy;
mod words;

mod cli;
mod commands;
mod servers;
mod test;

pub use cli::main;
pub use commands::lint;
pub use console::Console;
pub use error::Error;
pub use gate::{Gate, LAWS, LINT, Outcome, gate};
pub use project::Project;
pub use test::{Counts, Runner, Tested, test};
