//! The places in a text that are worth a look, found in one pass each.

pub(crate) mod runs;
pub(crate) mod words;
