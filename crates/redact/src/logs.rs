//! What a program says about itself: log events, panics and errors.
//!
//! The decision: each is masked whole, where it is written, since no part before the writer sees what others put into
//! it. The cost is a copy of each event, in memory that is wiped.

mod chain;
#[cfg(feature = "tracing")]
mod events;
mod panic;

pub use chain::MaskedError;
#[cfg(feature = "tracing")]
pub use events::{MakeMaskedWriter, MaskedEvent};
pub use panic::MaskedPanic;
