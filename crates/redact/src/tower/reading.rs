//! How the body of a response is read, by its type.

use http::HeaderMap;
use http::header::CONTENT_TYPE;

use crate::json::JsonStream;
use crate::redactor::Redactor;
use crate::stream::Stream;

/// One body under way.
pub(super) enum Reading {
    Text(Box<Stream>),
    Json(Box<JsonStream>),
}

impl Reading {
    /// Begins the body that `headers` describe.
    pub(super) fn of(redactor: &Redactor, headers: &HeaderMap) -> Self {
        let value = headers.get(CONTENT_TYPE).map(|value| value.as_bytes()).unwrap_or_default();
        let essence = value.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
        let essence = essence.to_ascii_lowercase();
        match essence.as_slice() {
            b"application/json" | b"text/json" | b"application/x-ndjson" | b"application/jsonl" => {
                Self::Json(Box::new(redactor.json()))
            }
            essence if essence.ends_with(b"+json") => Self::Json(Box::new(redactor.json())),
            _ => Self::Text(Box::new(redactor.stream())),
        }
    }

    /// Takes the next bytes, and hands out what is free to go.
    pub(super) fn push(&mut self, bytes: &[u8], out: impl FnMut(&[u8])) {
        match self {
            Self::Text(stream) => stream.push(bytes, out),
            Self::Json(stream) => stream.push(bytes, out),
        }
    }

    /// Ends the body, and hands out what is left.
    pub(super) fn finish(self, out: impl FnMut(&[u8])) {
        match self {
            Self::Text(stream) => stream.finish(out),
            Self::Json(stream) => stream.finish(out),
        }
    }
}
