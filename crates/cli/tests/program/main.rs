//! The built program, driven as a person or a script drives it: all of stdout, stderr and the exit code.

mod env_init;
mod get;
mod import;
mod refusals;
mod run;
mod support;
mod terminal;
mod usage;
mod write;
