//! What encodings decode to, and the way back.

mod encode;
mod finders;
mod laws;
mod rules;
