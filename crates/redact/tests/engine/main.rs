//! The engine against the shared cases and against the definition.

mod cases;
#[path = "../../../needles/tests/oracle/definition.rs"]
mod definition;
mod known;
mod late;
mod laws;
mod writer;
