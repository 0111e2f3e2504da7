//! JSON as a stream of tokens with their offsets, for text that may be cut, broken or endless.
//!
//! The decision: a lexer that is pushed to and never rejects, so that what follows a defect is still read. It keeps
//! one bit for each level of nesting and at most 256 bytes of the text. The cost is that it vouches for nothing:
//! `{]` passes, and it is for its user to mind.

pub(crate) mod escape;
mod event;
mod lexer;
mod nesting;
mod path;
mod scalars;
mod scan;

pub use event::Event;
pub use lexer::Lexer;
pub use path::{Path, Segment};
pub use scalars::{Kind, Scalar, scalars};
