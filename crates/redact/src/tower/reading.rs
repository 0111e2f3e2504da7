//! How the body of a response is read, by its type.

use http::HeaderMap;
use http::header::CONTENT_TYPE;

use crate::redactor::Redactor;
use crate::writer::Form;

/// Begins the body that `headers` describe.
pub(super) fn reading(redactor: &Redactor, headers: &HeaderMap) -> Form {
    let value = headers.get(CONTENT_TYPE).map(|value| value.as_bytes()).unwrap_or_default();
    let essence = value.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
    let essence = essence.to_ascii_lowercase();
    match essence.as_slice() {
        b"application/json" | b"text/json" | b"application/x-ndjson" | b"application/jsonl" => {
            Form::Json(Box::new(redactor.json()))
        }
        b"text/event-stream" => Form::Events(Box::new(redactor.events())),
        essence if essence.ends_with(b"+json") => Form::Json(Box::new(redactor.json())),
        _ => Form::Text(Box::new(redactor.stream())),
    }
}
