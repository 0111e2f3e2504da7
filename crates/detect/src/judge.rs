//! The verdict on a candidate: what speaks for it, what against it, and how sure that makes us.

mod bigrams;
pub(crate) mod checksum;
pub(crate) mod randomness;
pub(crate) mod setting;
pub(crate) mod shape;
pub(crate) mod structure;
