//! Documents from a schema: `.env.example`, Markdown, JSON Schema.
//!
//! The decision: what is said about a setting is said once, in the schema, so that no document can be out of date
//! for longer than it takes to make it again. No value of a secret is in them, not even a default.

mod example;
mod json_schema;
mod markdown;

pub use example::Drift;

use crate::schema::{Required, Setting};

/// `required`, `optional`, or when.
fn necessity(setting: &Setting) -> String {
    match setting.required() {
        Required::Always => "required".to_owned(),
        Required::Never => "optional".to_owned(),
        conditional @ Required::When(_) => format!("required {conditional}"),
    }
}

/// The default as a document may show it.
fn shown_default(setting: &Setting) -> Option<&str> {
    setting.default().filter(|_| !setting.is_secret())
}
