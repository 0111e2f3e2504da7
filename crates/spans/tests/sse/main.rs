//! What is read of event streams, beside a definition without a thought for speed.

mod definition;
mod laws;
mod rules;
