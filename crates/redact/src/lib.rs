//! Keeps known secret values out of what a program shows: text, streams, terminals, JSON, events and logs.
//!
//! The decision: whatever is shown passes one engine, which masks the union of all occurrences of all spellings, and
//! whose output depends on the bytes alone and never on how they arrive. The cost is that a stream holds back the
//! few bytes which may still become a part of a value.

mod held;
mod http;
mod json;
pub mod known;
mod logs;
mod mask;
mod outlet;
mod redactor;
#[cfg(feature = "rules")]
mod rules;
mod sought;
mod sse;
mod stream;
mod texts;
#[cfg(feature = "tower")]
pub mod tower;
#[cfg(feature = "serde_json")]
mod value;
mod values;
mod watch;
mod writer;

pub use json::JsonStream;
#[cfg(feature = "tracing")]
pub use logs::{MakeMaskedWriter, MaskedEvent};
pub use logs::{MaskedError, MaskedPanic};
pub use mask::Mask;
pub use redactor::Redactor;
pub use sse::EventStream;
pub use stream::Stream;
pub use values::Values;
pub use writer::Writer;

/// Why a value, or a part of it, is not masked.
pub use reticent_needles::{Reason, Refusal};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
