//! The definition, written down without a thought for speed, beside the engine.

mod cases;
mod definition;
mod held;
mod laws;
