#![doc = include_str!("../README.md")]

mod error;
mod state;

mod newline;
mod read;

mod new_file;
mod place;

mod warning;

pub use error::FileError;
pub use new_file::NewFile;
pub use newline::Newline;
pub use place::Place;
pub use read::{Content, Links, OpenFile, is_link, read, read_at};
pub use state::FileState;
pub use warning::{Readers, Warning};
