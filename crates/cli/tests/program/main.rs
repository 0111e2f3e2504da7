//! The built program, driven as a person or a script drives it: all of stdout, stderr and the exit code.

mod check;
mod check_rotation;
mod copy;
mod diff;
mod encrypt;
mod encrypt_files;
mod env_init;
mod example;
mod export;
mod export_gha;
mod foreign;
mod get;
mod import;
mod key;
mod key_import;
mod key_replicas;
mod key_rotation;
#[cfg(feature = "pty")]
mod key_terminal;
#[cfg(feature = "pty")]
mod person;
mod redact;
mod redact_terminal;
mod refusals;
mod remedies;
mod rewrap;
mod rules;
mod run;
mod run_masked;
mod run_settings;
#[cfg(feature = "pty")]
mod run_terminal;
#[cfg(feature = "pty")]
mod run_terminal_jobs;
mod scan;
mod schema;
mod screen;
mod support;
mod terminal;
mod usage;
mod write;
