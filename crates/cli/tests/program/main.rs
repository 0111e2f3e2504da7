//! The built program, driven as a person or a script drives it: all of stdout, stderr and the exit code.

mod env_init;
mod get;
mod run;
mod support;
mod usage;
mod write;
