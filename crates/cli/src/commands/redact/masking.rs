//! One way of reading the input, as the flow sees it.

use reticent::redact::{JsonStream, Stream};

/// A text under way in one of the forms.
pub(super) enum Masking {
    Text(Box<Stream>),
    Json(Box<JsonStream>),
}

impl Masking {
    pub(super) fn push(&mut self, chunk: &[u8], out: &mut Vec<u8>) {
        let out = |bytes: &[u8]| out.extend_from_slice(bytes);
        match self {
            Self::Text(stream) => stream.push(chunk, out),
            Self::Json(stream) => stream.push(chunk, out),
        }
    }

    pub(super) fn finish(self, out: &mut Vec<u8>) {
        let out = |bytes: &[u8]| out.extend_from_slice(bytes);
        match self {
            Self::Text(stream) => stream.finish(out),
            Self::Json(stream) => stream.finish(out),
        }
    }

    /// Tells whether a person at a terminal may be waiting for what is held; a program reads the other forms.
    pub(super) fn may_pause(&self) -> bool {
        matches!(self, Self::Text(stream) if stream.is_holding())
    }

    pub(super) fn pause(&mut self, out: &mut Vec<u8>) {
        if let Self::Text(stream) = self {
            stream.pause(|bytes| out.extend_from_slice(bytes));
        }
    }
}
