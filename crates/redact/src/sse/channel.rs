//! One text that comes in pieces, in one event after the other.

use std::collections::VecDeque;

use super::queue::{Place, Queue};
use crate::json::Reader;
use crate::mask::Mask;
use crate::texts::TextReader;

/// What finds values in a channel's text.
pub(super) enum Engine {
    Text(TextReader),
    Json(Box<Reader>),
}

impl Engine {
    fn total(&self) -> u64 {
        match self {
            Self::Text(reader) => reader.total(),
            Self::Json(reader) => reader.total(),
        }
    }

    fn push(&mut self, bytes: &[u8]) {
        match self {
            Self::Text(reader) => reader.push(bytes),
            Self::Json(reader) => bytes.chunks(Reader::SLICE).for_each(|slice| reader.push(slice)),
        }
    }

    fn border(&mut self) {
        match self {
            Self::Text(reader) => reader.border(),
            Self::Json(reader) => reader.border(),
        }
    }

    fn free(&self) -> u64 {
        match self {
            Self::Text(reader) => reader.free(),
            Self::Json(reader) => reader.free(),
        }
    }

    /// Takes what is next to be masked: from where to where, and with what.
    fn next(&mut self, mask: &Mask) -> Option<(u64, u64, Vec<u8>)> {
        match self {
            Self::Text(reader) => reader.next().map(|span| (span.start, span.end, mask.bytes(&span))),
            Self::Json(reader) => reader.next().map(|cut| (cut.start, cut.end, cut.mask(mask))),
        }
    }
}

/// A piece of the text, and where it stands.
struct Part {
    start: u64,
    end: u64,
    place: Place,
}

/// One text, and the pieces of it that are not settled.
pub(super) struct Channel {
    /// What tells it from others.
    pub(super) address: String,
    engine: Engine,
    parts: VecDeque<Part>,
}

impl Channel {
    pub(super) fn new(address: String, engine: Engine) -> Self {
        Self { address, engine, parts: VecDeque::new() }
    }

    /// Adds a piece, whose event waits from now on until the piece is settled.
    pub(super) fn push(&mut self, bytes: &[u8], place: Place, queue: &mut Queue) {
        if bytes.is_empty() {
            return;
        }
        let start = self.engine.total();
        self.engine.push(bytes);
        queue.wait_for(place.event);
        self.parts.push_back(Part { start, end: self.engine.total(), place });
    }

    /// Ends the text.
    pub(super) fn end(&mut self) {
        self.engine.border();
    }

    /// Masks what is settled, and lets go of the events that waited for it.
    pub(super) fn settle(&mut self, mask: &Mask, queue: &mut Queue) {
        while let Some((start, end, text)) = self.engine.next(mask) {
            let first = self.parts.partition_point(|part| part.end <= start);
            for part in self.parts.range(first..).take_while(|part| part.start < end) {
                let range = start.max(part.start) - part.start..end.min(part.end) - part.start;
                // The mask stands where the value begins; of the rest of the value nothing is left.
                let shown: &[u8] = if start >= part.start { &text } else { b"" };
                queue.replace_in(part.place, range, shown);
            }
        }
        let free = self.engine.free();
        while let Some(part) = self.parts.pop_front_if(|part| part.end <= free) {
            queue.let_go(part.place.event);
        }
    }
}
