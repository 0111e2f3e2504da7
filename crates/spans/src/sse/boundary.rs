//! Where an event ends: behind a blank line.

use super::field::line_length;

const BYTE_ORDER_MARK: [u8; 3] = [0xef, 0xbb, 0xbf];

/// What has been seen of the current line.
#[derive(Default)]
pub(super) struct Boundary {
    /// How many bytes the line has, without a byte order mark.
    length: u64,
    /// Whether the last byte was a carriage return, to which a line feed may belong.
    after_return: bool,
    /// How many bytes of a byte order mark the stream began with; all of it once that does not matter any more.
    mark: usize,
}

impl Boundary {
    /// Returns where in the next bytes the event ends, and is ready for the next one, or takes note of them all.
    ///
    /// An event that ends in a carriage return ends only when the next byte is there: a line feed belongs to it.
    pub(super) fn find(&mut self, text: &[u8]) -> Option<usize> {
        let mut at = 0;
        loop {
            if self.after_return {
                at += usize::from(*text.get(at)? == b'\n');
                if self.end_line() {
                    return Some(at);
                }
            }
            let run = line_length(&text[at..]);
            self.pass(&text[at..at + run]);
            at += run;
            let is_feed = *text.get(at)? == b'\n';
            at += 1;
            self.after_return = !is_feed;
            if is_feed && self.end_line() {
                return Some(at);
            }
        }
    }

    /// Returns whether the bytes so far are a whole event if no more come.
    pub(super) fn is_over(&mut self) -> bool {
        self.after_return && self.end_line()
    }

    fn pass(&mut self, mut text: &[u8]) {
        while let (Some(marked), [first, rest @ ..]) = (BYTE_ORDER_MARK.get(self.mark), text) {
            if first != marked {
                self.no_mark();
                break;
            }
            self.mark += 1;
            text = rest;
        }
        self.length += text.len() as u64;
    }

    /// What looked like the beginning of a byte order mark is text.
    fn no_mark(&mut self) {
        if self.mark < BYTE_ORDER_MARK.len() {
            self.length += self.mark as u64;
            self.mark = BYTE_ORDER_MARK.len();
        }
    }

    /// Ends the line, and tells whether it was blank.
    fn end_line(&mut self) -> bool {
        self.no_mark();
        self.after_return = false;
        std::mem::take(&mut self.length) == 0
    }
}
