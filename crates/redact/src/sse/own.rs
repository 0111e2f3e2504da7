//! What an event holds beside the pieces of channels: each of its lines and strings is a text of its own.

use reticent_spans::Mapped;
use reticent_spans::sse::Message;

use super::queue::Queue;
use super::reading::Piece;
use crate::json::Reader;
use crate::mask::Mask;
use crate::sought::Sought;
use crate::texts::TextReader;

pub(super) struct Own {
    lines: TextReader,
    json: Reader,
}

impl Own {
    pub(super) fn new(sought: &Sought) -> Self {
        Self { lines: TextReader::new(sought), json: Reader::new(sought) }
    }

    /// Masks the lines that are no data.
    pub(super) fn lines(&mut self, message: &Message<'_>, event: u64, mask: &Mask, queue: &mut Queue) {
        for field in message.fields().filter(|field| field.name() != b"data") {
            let (line, begin) = (field.line_range(), self.lines.total());
            self.lines.push(&message.raw()[line.clone()]);
            self.lines.border();
            while let Some(span) = self.lines.next() {
                let [start, end] = [span.start, span.end].map(|at| line.start + offset(at - begin));
                queue.replace(event, start..end, mask.bytes(&span));
            }
        }
    }

    /// Masks the data, apart from the pieces.
    pub(super) fn data(
        &mut self,
        data: &Mapped<'_>,
        pieces: &[Piece<'_>],
        event: u64,
        mask: &Mask,
        queue: &mut Queue,
    ) {
        let begin = self.json.total();
        let mut found = Vec::new();
        for slice in data.bytes().chunks(Reader::SLICE) {
            self.json.push(slice);
            found.extend(std::iter::from_fn(|| self.json.next()));
        }
        self.json.border();
        found.extend(std::iter::from_fn(|| self.json.next()));
        for cut in found {
            let range = offset(cut.start - begin)..offset(cut.end - begin);
            let piece = pieces.partition_point(|piece| piece.scalar.raw().start <= range.start);
            let is_in_piece = piece > 0 && range.end <= pieces[piece - 1].scalar.raw().end;
            if !is_in_piece {
                queue.replace(event, data.raw_range_of(range), cut.mask(mask));
            }
        }
    }
}

fn offset(at: u64) -> usize {
    usize::try_from(at).expect("in the event")
}
