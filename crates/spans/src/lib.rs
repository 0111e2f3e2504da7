//! Reads JSON, event streams and encodings, and tells for each decoded byte where it stands in the text.
//!
//! The decision: pure functions of bytes, and no errors. What is masked or searched is often cut, broken or not what it
//! claims to be, and every byte of it has to come out again; so there is no tree, only tokens with offsets. The cost is
//! that nothing here says whether a document is valid; only an encoding is what it is from end to end, or `None`.

pub mod encodings;
pub mod json;
pub mod sse;

mod mapped;
mod scan;
mod wiped;

pub use mapped::Mapped;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
