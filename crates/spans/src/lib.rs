//! Reads JSON, event streams and encodings, and tells for each decoded byte where it stands in the text.
//!
//! The decision: pure functions of bytes that reject nothing. What is masked or searched is often cut, broken or not
//! what it claims to be, and every byte of it has to come out again; so there is no tree and no error, only tokens
//! with offsets. The cost is that nothing here says whether a text is valid.

pub mod json;
pub mod sse;

mod mapped;
mod wiped;

pub use mapped::Mapped;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
