//! Finds known secret values in bytes, in every spelling that programs give them, in one pass.
//!
//! The decision: an own automaton, in front of it a table that skips, and both in memory that is wiped: the
//! transitions of an automaton spell the secrets. What is found is a union: every byte that lies in any occurrence
//! of any spelling. What a match falls back to is found out where a text asks for it, so that building is cheap; the
//! cost is that a text which nearly holds a value is slower the first time.

mod builder;
mod encodings;
mod falls;
mod finder;
mod forms;
mod matcher;
mod projection;
mod runs;
mod skips;
mod span;
mod spell;
mod structured;
mod targets;
mod trie;

pub use builder::{Builder, Needles, Reason, Refusal};
pub use finder::Finder;
pub use span::{Span, Spelling};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
