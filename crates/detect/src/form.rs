//! The forms in which secrets stand in text, one parser each: what is a value, and where exactly does it begin and end.

pub(crate) mod allow;
pub(crate) mod assignment;
pub(crate) mod block;
pub(crate) mod command;
pub(crate) mod lines;
pub(crate) mod manifest;
pub(crate) mod name;
pub(crate) mod url;
pub(crate) mod value;
