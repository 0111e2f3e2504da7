//! JSON in place: what strings and numbers mean is looked at, and every other byte stays.
//!
//! The decision: there is no tree. The text is looked through twice at most, as it is written and with the escapes of
//! its strings decoded, and what either finds is masked in the text as it is written. So broken, cut and endless text
//! is no special case, and nothing that masking plain text would find is lost. The two ways are followed apart only
//! from an escape on to where both have nothing open, since elsewhere they are one. The cost is that text full of
//! escapes is looked through twice.

mod reader;
mod slice;
mod stream;
mod tokens;

pub(crate) use reader::Reader;
pub use stream::JsonStream;
