//! JSON in place against its definition, against another parser and against the shared cases.

mod cases;
mod definition;
mod laws;
mod parsed;
#[cfg(feature = "serde_json")]
mod tree;
