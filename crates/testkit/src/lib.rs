#![doc = include_str!("../README.md")]

mod harness;
mod verdict;

pub mod cases;
mod macros;
mod report;
mod run;
mod scene;

mod canary;
mod capture;
mod logs;
#[cfg(target_os = "linux")]
mod search;

mod memory;
mod memory_harness;

pub mod wrap;

#[cfg(feature = "fake")]
pub mod fake;
#[cfg(feature = "fault")]
pub mod fault;
#[cfg(feature = "servers")]
pub mod servers;

pub use canary::{Canary, Spelling};
pub use capture::{Capture, Leak};
pub use harness::{Harness, Part, SideDoorError, Stranger, TrailingNewline, Trouble};
pub use logs::Logs;
pub use memory::{LeaseTerms, MemorySource};
pub use memory_harness::MemoryHarness;
pub use run::{hold, instantiated, judge};
#[cfg(target_os = "linux")]
pub use search::copies_in_memory;
pub use verdict::{Broken, Verdict};
