//! Encodings of bytes in text: each with a decoder that knows the way back, and a finder of what may be worth decoding.
//!
//! The decision: a decoder answers for a whole piece of text, strictly where its format is strict, and a finder is
//! quick and says little: what it hands out may still not decode, or decode to nothing of interest. The cost is that
//! their user tries.

pub mod base64;
pub mod escapes;
pub mod hex;
pub mod percent;
pub mod utf16;

mod digit;
