//! Headers, URLs, forms and cookies, against a table and against laws; errors, panics, log events and
//! responses.

mod errors;
#[cfg(feature = "tracing")]
mod events;
mod form;
mod laws;
mod panics;
#[cfg(feature = "tower")]
mod responses;
mod table;
