//! What is read of JSON, beside a definition without a thought for speed.

mod definition;
mod laws;
mod lexer;
mod path;
mod scalars;
mod texts;
mod token;
