#![doc = include_str!("../README.md")]

mod scan;
mod selection;

mod ignored;
mod opened;
mod walk;

mod nearby;
mod pointer;
mod text;
mod turn;

mod coverage;
mod event;
mod finding;
mod progress;

pub use coverage::Coverage;
pub use event::{Event, SkipReason, Skipped};
pub use finding::Finding;
pub use ignored::IgnoreRules;
pub use progress::Progress;
/// The rules and what they judge.
pub use reticent_detect as detect;
pub use scan::Scan;
pub use selection::Selection;
pub use walk::RootError;
