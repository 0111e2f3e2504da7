//! Laws for implementors of Reticent's traits, and an in-memory source for everybody's tests.
//!
//! It depends on `reticent-core` alone.

mod memory;

pub use memory::MemorySource;
