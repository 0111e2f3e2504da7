#![doc = include_str!("../README.md")]

mod document;
mod edit;
mod render;

mod options;
mod parse;

mod lint;

mod cursor;
mod error;
mod key;

pub use document::{Document, Entry, Quoting, Warning};
pub use error::{EditError, ParseError, ParseErrorKind, ParseErrors, RenderError};
pub use lint::{Difference, Finding, FindingKind, Tool, lint};
pub use options::{Mode, ParseOptions};
pub use render::{render_entry, render_value};
