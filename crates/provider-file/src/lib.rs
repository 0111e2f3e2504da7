#![doc = include_str!("../README.md")]

mod config;
mod error;

mod folder;
mod source;
mod systemd;

mod read;
mod session;
mod write;

mod mountinfo;
mod warning;

pub use config::FileOptions;
pub use folder::MountSource;
pub use reticent_files::{Newline, Warning};
pub use source::FileSource;
pub use systemd::SystemdSource;
