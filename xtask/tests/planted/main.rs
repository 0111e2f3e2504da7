//! Each check is proved here: a tiny workspace with exactly one violation must be refused with exactly one
//! message, and its clean twin must pass.
//!
//! One binary, so that it is linked once. Nothing here needs the network but the wheels, which are installed once.

mod bans;
mod budgets;
mod documents;
mod laws;
mod layers;
mod plot;
#[cfg(target_os = "linux")]
mod servers;
mod source;
mod test_runs;
mod tidy;
mod wheels;
mod whole_tool;
