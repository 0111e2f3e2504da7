//! The events that wait, in order, and what is to be changed in them.

use std::collections::VecDeque;
use std::ops::Range;

use reticent_spans::json::scalars;
use reticent_spans::sse::{Message, Parser};
use zeroize::Zeroizing;

use crate::outlet::Sink;

/// From so many waiting bytes on, events that are settled overtake those that are not.
const LONGEST_WAIT: usize = 1 << 20;

/// Where a piece stands.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) event: u64,
    /// Which of the strings and numbers of the event's data it is; nothing when all of the data is text.
    pub(super) nth: Option<usize>,
}

/// Bytes that are replaced.
struct Edit {
    range: Range<usize>,
    text: Vec<u8>,
}

struct Waiting {
    number: u64,
    /// Whether the stream begins with it, where a byte order mark counts.
    is_first: bool,
    raw: Zeroizing<Vec<u8>>,
    /// In the raw event.
    edits: Vec<Edit>,
    /// In the decoded bytes of a piece.
    edits_in: Vec<(Option<usize>, Edit)>,
    /// How many pieces in it are not settled.
    waits: usize,
}

/// Events in the order in which they go.
#[derive(Default)]
pub(super) struct Queue {
    waiting: VecDeque<Waiting>,
    bytes: usize,
    count: u64,
}

impl Queue {
    /// Adds an event, and returns its number.
    pub(super) fn push(&mut self, message: &Message<'_>) -> u64 {
        let number = self.count;
        self.count += 1;
        self.bytes += message.raw().len();
        self.waiting.push_back(Waiting {
            number,
            is_first: message.start() == 0,
            raw: Zeroizing::new(message.raw().to_vec()),
            edits: Vec::new(),
            edits_in: Vec::new(),
            waits: 0,
        });
        number
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    pub(super) fn wait_for(&mut self, event: u64) {
        self.event(event).waits += 1;
    }

    pub(super) fn let_go(&mut self, event: u64) {
        self.event(event).waits -= 1;
    }

    /// Replaces bytes of an event.
    pub(super) fn replace(&mut self, event: u64, range: Range<usize>, text: Vec<u8>) {
        self.event(event).edits.push(Edit { range, text });
    }

    /// Replaces decoded bytes of a piece.
    pub(super) fn replace_in(&mut self, place: Place, range: Range<u64>, text: &[u8]) {
        let offset = |at: u64| usize::try_from(at).expect("in the event");
        let edit = Edit { range: offset(range.start)..offset(range.end), text: text.to_vec() };
        self.event(place.event).edits_in.push((place.nth, edit));
    }

    /// Hands out the events that wait for nothing, and for no other.
    pub(super) fn release(&mut self, out: &mut impl Sink) {
        while let Some(event) = self.waiting.pop_front_if(|event| event.waits == 0) {
            self.bytes -= event.raw.len();
            event.show(out);
        }
        if self.bytes > LONGEST_WAIT {
            let (free, left) =
                std::mem::take(&mut self.waiting).into_iter().partition(|event| event.waits == 0);
            self.waiting = left;
            let free: VecDeque<Waiting> = free;
            for event in free {
                self.bytes -= event.raw.len();
                event.show(out);
            }
        }
    }

    fn event(&mut self, number: u64) -> &mut Waiting {
        let at = self.waiting.partition_point(|event| event.number < number);
        &mut self.waiting[at]
    }
}

impl Waiting {
    fn show(mut self, out: &mut impl Sink) {
        self.find_edits();
        self.edits.sort_by_key(|edit| (edit.range.start, edit.range.end));
        let mut at = 0;
        for Edit { range, text } in self.edits {
            // What overlaps is one.
            if range.start < at {
                at = at.max(range.end);
                continue;
            }
            if range.start > at {
                out(&self.raw[at..range.start]);
            }
            if !text.is_empty() {
                out(&text);
            }
            at = range.end;
        }
        if at < self.raw.len() {
            out(&self.raw[at..]);
        }
    }

    /// Finds where the decoded bytes stand that are replaced: the event is read once more, since few events are changed.
    fn find_edits(&mut self) {
        let mut wanted = std::mem::take(&mut self.edits_in);
        if wanted.is_empty() {
            return;
        }
        wanted.sort_by_key(|(nth, edit)| (*nth, edit.range.start));
        let (mut wanted, edits) = (wanted.into_iter().peekable(), &mut self.edits);
        read(&self.raw, self.is_first, |message| {
            let data = message.data().expect("the piece was read there");
            while let Some((_, Edit { range, text })) = wanted.next_if(|(nth, _)| nth.is_none()) {
                edits.push(Edit { range: data.raw_range_of(range), text });
            }
            let mut nth = 0;
            scalars(data.bytes(), |scalar, _| {
                while let Some((_, Edit { range, text })) = wanted.next_if(|(wanted, _)| *wanted == Some(nth))
                {
                    let range = data.raw_range_of(scalar.content().raw_range_of(range));
                    edits.push(Edit { range, text: escaped(&text) });
                }
                nth += 1;
            });
        });
    }
}

/// Reads a whole event again.
fn read(raw: &[u8], is_first: bool, mut each: impl FnMut(Message<'_>)) {
    let mut parser = Parser::with_limit(raw.len() + 1);
    if !is_first {
        parser.push(b"\n", |_| {});
    }
    parser.push(raw, &mut each);
    parser.finish(each);
}

/// Writes what stands in JSON as a part of a JSON string; a mask in UTF-16 has bytes that need an escape.
fn escaped(text: &[u8]) -> Vec<u8> {
    let mut shown = Vec::with_capacity(text.len());
    for byte in text {
        match byte {
            b'"' | b'\\' => shown.extend([b'\\', *byte]),
            0..0x20 => shown.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
            _ => shown.push(*byte),
        }
    }
    shown
}
