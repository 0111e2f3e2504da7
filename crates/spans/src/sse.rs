//! Event streams (WHATWG HTML, section 9.2 "Server-sent events"), event by event and byte for byte.
//!
//! The decision: an event comes whole and as it was received, with the places of its fields, so that whoever masks it
//! changes some bytes and passes on all others. The raw events, put together, are the stream. The cost is that an
//! event is held back until its blank line is there.

mod boundary;
mod field;
mod message;
mod parser;

pub use field::Field;
pub use message::{Extent, Message};
pub use parser::Parser;
