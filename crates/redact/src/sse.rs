//! Server-sent events, and in them the texts that language models send piece by piece.
//!
//! The decision: an event waits until it is settled whether its text is a part of a value, and then goes in its place,
//! with all of its bytes but those of a value. So what a channel says is what masking its whole text would say, and no
//! event is added, lost or filled from another. The cost is that an event waits for the next ones while its text could
//! be the beginning of a value, at most for as many as a value has bytes, and that others wait behind it.

mod channel;
mod own;
mod queue;
mod reading;
mod stream;
mod tables;

pub use stream::EventStream;
