//! Headers, URLs, forms and cookies, against a table and against laws; errors, panics and log events.

mod errors;
#[cfg(feature = "tracing")]
mod events;
mod form;
mod laws;
mod panics;
mod table;
