//! From chunks of any cut to events.

use std::fmt;

use zeroize::Zeroizing;

use super::boundary::Boundary;
use super::message::{Extent, Message};
use crate::wiped;

const LIMIT: usize = 16 << 20;

/// Reads an event stream that arrives in chunks, and hands out its events in order.
///
/// The events are the same for every cut of the stream. Lines end in LF, CR or CRLF; an event that ends in CR is
/// handed out with the next byte, since a LF would belong to it. An event that lies in one chunk is not copied; of
/// another, the bytes are held, wiped, and at most the limit: 16 MiB, if none is given. Nothing is rejected, and the
/// raw bytes of all messages, put together, are the stream.
///
/// ```
/// use reticent_spans::sse::Parser;
///
/// let (mut parser, mut raw) = (Parser::default(), Vec::new());
/// for chunk in ["id: 1\nda", "ta: x\n", "\ndata: y"] {
///     parser.push(chunk.as_bytes(), |message| raw.push(message.raw().to_vec()));
/// }
/// assert_eq!(raw, [b"id: 1\ndata: x\n\n"]);
/// parser.finish(|message| raw.push(message.raw().to_vec()));
/// assert_eq!(raw[1], b"data: y");
/// ```
pub struct Parser {
    limit: usize,
    boundary: Boundary,
    /// How many bytes were handed out.
    done: u64,
    /// Whether a piece of the current event was handed out.
    in_pieces: bool,
    held: Zeroizing<Vec<u8>>,
}

impl Default for Parser {
    fn default() -> Self {
        Self::with_limit(LIMIT)
    }
}

impl Parser {
    /// Begins a stream of which an event of more than so many bytes, at least one, comes in pieces of that length.
    #[must_use]
    pub fn with_limit(bytes: usize) -> Self {
        Self {
            limit: bytes.max(1),
            boundary: Boundary::default(),
            done: 0,
            in_pieces: false,
            held: Zeroizing::default(),
        }
    }

    /// Reads the next chunk.
    pub fn push(&mut self, mut chunk: &[u8], mut each: impl FnMut(Message<'_>)) {
        while let Some(end) = self.boundary.find(chunk) {
            let (last, rest) = chunk.split_at(end);
            self.end(last, Extent::Whole, &mut each);
            chunk = rest;
        }
        let rest = self.pieces(chunk, &mut each);
        wiped::extend(&mut self.held, rest);
    }

    /// Ends the stream, and hands out what is left.
    pub fn finish(mut self, mut each: impl FnMut(Message<'_>)) {
        let extent = if self.boundary.is_over() { Extent::Whole } else { Extent::Unfinished };
        if !self.held.is_empty() {
            self.end(&[], extent, &mut each);
        }
    }

    /// Returns the bytes that came in and were not handed out: the beginning of an event.
    #[must_use]
    pub fn held(&self) -> &[u8] {
        &self.held
    }

    /// Hands out the event that ends with these bytes.
    fn end(&mut self, last: &[u8], extent: Extent, each: &mut impl FnMut(Message<'_>)) {
        let last = self.pieces(last, each);
        let extent = if std::mem::take(&mut self.in_pieces) { Extent::LastPiece } else { extent };
        self.hand_out(last, extent, each);
    }

    /// Hands out pieces while the event is too long, and returns what is left of its bytes.
    fn pieces<'c>(&mut self, mut bytes: &'c [u8], each: &mut impl FnMut(Message<'_>)) -> &'c [u8] {
        while self.held.len() + bytes.len() > self.limit {
            let (piece, rest) = bytes.split_at(self.limit - self.held.len());
            self.hand_out(piece, Extent::Piece, each);
            self.in_pieces = true;
            bytes = rest;
        }
        bytes
    }

    /// Hands out what is held and these bytes.
    fn hand_out(&mut self, bytes: &[u8], extent: Extent, each: &mut impl FnMut(Message<'_>)) {
        let start = self.done;
        if self.held.is_empty() {
            self.done += bytes.len() as u64;
            each(Message::new(start, bytes, extent));
        } else {
            wiped::extend(&mut self.held, bytes);
            self.done += self.held.len() as u64;
            each(Message::new(start, &self.held, extent));
            self.held.clear();
        }
    }
}

impl fmt::Debug for Parser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Parser")
            .field("done", &self.done)
            .field("held", &self.held.len())
            .finish_non_exhaustive()
    }
}
