//! Finds what is to be masked in JSON.

use std::collections::VecDeque;

use reticent_spans::json::Lexer;
use zeroize::Zeroizing;

use super::slice::Slice;
use super::tokens::Tokens;
use crate::mask::Mask;
use crate::sought::Sought;
use crate::watch::{Marked, Watch, merge};

/// The longest control sequence without its last byte: a quote this far behind an escape byte may stand in one.
const LONGEST_SEQUENCE: usize = 38;

/// What is to be masked, of the text as it is written.
pub(crate) struct Cut {
    pub(crate) start: u64,
    pub(crate) end: u64,
    /// Whether it begins outside of strings, so that the mask has to open one.
    opens: bool,
    /// Whether it ends outside of strings.
    closes: bool,
    span: Marked,
}

impl Cut {
    /// Returns what stands in its place: the mask as a string, or as a part of the string that it lies in.
    pub(crate) fn mask(&self, mask: &Mask) -> Vec<u8> {
        let mut shown = Vec::new();
        if self.opens {
            shown.push(b'"');
        }
        for byte in mask.bytes(&self.span) {
            match byte {
                // In UTF-16 every other byte.
                0 => shown.extend_from_slice(b"\\u0000"),
                _ => shown.push(byte),
            }
        }
        if self.closes {
            shown.push(b'"');
        }
        shown
    }
}

/// Follows JSON that arrives in slices, and finds what is to be masked.
///
/// The text as it is written is always followed. From an escape on the decoded text is followed as well, until at the
/// end of a slice neither has anything open.
pub(crate) struct Reader {
    lexer: Lexer,
    /// Where the document begins that the lexer reads.
    origin: u64,
    raw: Watch,
    decoded: Option<Watch>,
    /// Up to where the text is decoded.
    copied: u64,
    /// Whether the text ends with a byte that leaves nothing open behind it, in both texts.
    is_plain: bool,
    is_long: bool,
    tokens: Tokens,
    text: Zeroizing<Vec<u8>>,
    /// What is found, in the text as it is written.
    found: VecDeque<Marked>,
}

impl Reader {
    /// How many bytes a slice may have, so that what is kept of it stays small.
    pub(crate) const SLICE: usize = 1 << 16;

    pub(crate) fn new(sought: &Sought) -> Self {
        Self {
            lexer: Lexer::default(),
            origin: 0,
            raw: Watch::new(sought),
            decoded: None,
            copied: 0,
            is_plain: true,
            is_long: false,
            tokens: Tokens::default(),
            text: Zeroizing::default(),
            found: VecDeque::new(),
        }
    }

    /// Returns how many bytes were pushed.
    pub(crate) fn total(&self) -> u64 {
        self.raw.total()
    }

    /// Reads the next slice, of at most [`SLICE`](Self::SLICE) bytes.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.rest();
        let start = self.raw.total();
        self.clear_text(bytes.len());
        let mut lexer = std::mem::take(&mut self.lexer);
        let mut slice = self.slice(start, bytes);
        lexer.push(bytes, |event| slice.event(&event));
        let holds_escape = lexer.held().first() == Some(&b'\\');
        let settled = slice.origin + lexer.settled();
        if holds_escape && slice.decoded.is_none() {
            slice.begin(settled);
        }
        let begun = slice.decoded;
        if begun.is_some() {
            slice.copy_to(if holds_escape { settled } else { start + bytes.len() as u64 });
        }
        let copied = slice.copied;
        self.lexer = lexer;
        self.follow(start, bytes, begun);
        (self.copied, self.is_plain) = (copied, self.is_plain_behind(bytes));
    }

    /// Ends the document: nothing in it goes on from here, and what follows is another one.
    pub(crate) fn border(&mut self) {
        let start = self.raw.total();
        self.clear_text(0);
        let lexer = std::mem::take(&mut self.lexer);
        let mut slice = self.slice(start, &[]);
        lexer.finish(|event| slice.event(&event));
        let begun = slice.decoded;
        self.follow(start, &[], begun);
        self.raw.border();
        if let Some(decoded) = &mut self.decoded {
            decoded.border();
        }
        self.collect();
        (self.origin, self.copied, self.is_plain, self.is_long) = (start, start, true, false);
    }

    /// Returns the offset before which no later byte changes anything.
    pub(crate) fn settled(&self) -> u64 {
        let decoded = self.decoded.as_ref().map(|decoded| self.tokens.raw(decoded.settled()));
        let number =
            (!self.is_long && !self.lexer.held().is_empty()).then(|| self.origin + self.lexer.settled());
        let first = [decoded, number].into_iter().flatten().fold(self.raw.settled(), u64::min);
        self.tokens.floor(first)
    }

    /// Returns the offset before which what is found and not taken leaves the text alone.
    pub(crate) fn free(&self) -> u64 {
        let settled = self.settled();
        self.found.front().map_or(settled, |span| settled.min(self.tokens.floor(span.start)))
    }

    /// Takes what is next to be masked, once no later byte can make it longer.
    pub(crate) fn next(&mut self) -> Option<Cut> {
        let settled = self.settled();
        let first = self.found.front()?;
        let (start, mut end) = (self.tokens.floor(first.start), first.start);
        let mut count = 0;
        for span in &self.found {
            if count > 0 && span.start >= end {
                break;
            }
            if span.end > settled {
                return None;
            }
            end = end.max(self.tokens.ceiling(span.end));
            count += 1;
        }
        let span = self.found.drain(..count).next().expect("there is a first one");
        let [opens, closes] = [start, end].map(|at| !self.tokens.is_in_string(at));
        Some(Cut { start, end, opens, closes, span })
    }

    fn slice<'s>(&'s mut self, start: u64, bytes: &'s [u8]) -> Slice<'s> {
        Slice {
            origin: self.origin,
            tokens: &mut self.tokens,
            is_long: &mut self.is_long,
            start,
            bytes,
            text: &mut self.text,
            decoded: self.decoded.as_ref().map(Watch::total),
            copied: self.copied,
        }
    }

    /// Looks through a slice, and through the decoded text that belongs to it and begins at `begun`.
    fn follow(&mut self, start: u64, bytes: &[u8], begun: Option<u64>) {
        let Self { raw, decoded, tokens, text, .. } = self;
        let mut bytes = bytes;
        if let (Some(begun), None) = (begun, &decoded) {
            let (before, after) = bytes.split_at(usize::try_from(begun - start).expect("in the slice"));
            look(raw, before, tokens.quotes(start));
            *decoded = Some(raw.clone());
            bytes = after;
        }
        look(raw, bytes, tokens.quotes(raw.total()));
        if let Some(decoded) = decoded {
            let first = tokens.raw(decoded.total());
            look(decoded, text, tokens.quotes(first).map(|quote| tokens.decoded(quote)));
        }
        self.collect();
    }

    fn collect(&mut self) {
        merge(&mut self.found, self.raw.take_settled());
        let mut decoded = self.decoded.as_mut().map(Watch::take_settled).unwrap_or_default();
        for span in &mut decoded {
            (span.start, span.end) = self.tokens.raw_span(span.start, span.end);
        }
        merge(&mut self.found, decoded);
    }

    /// Tells whether both texts are seen alike behind `bytes`, where nothing is open: no escape is cut, and no line break
    /// lies before blanks that are still to come.
    fn is_plain_behind(&self, bytes: &[u8]) -> bool {
        let Some(last) = bytes.last() else { return self.is_plain };
        let last_at = self.raw.total() - 1;
        let is_in_escape = self.holds_escape() || self.tokens.floor(last_at) != last_at;
        let is_calm = |text: &[u8]| {
            let tail = text.len().checked_sub(LONGEST_SEQUENCE + 1);
            tail.is_some_and(|tail| !text[tail..].contains(&0x1b))
        };
        !is_in_escape
            && match last {
                // These end no control sequence, which a line break is seen through.
                b'"' | b',' | b':' => true,
                b'\r' | b'\n' | b'\t' | b' ' => false,
                _ => is_calm(bytes) && (self.decoded.is_none() || is_calm(&self.text)),
            }
    }

    fn holds_escape(&self) -> bool {
        self.lexer.held().first() == Some(&b'\\')
    }

    /// Makes room for the decoded text of so many bytes; it is no longer than they are, but for an escape that was held.
    fn clear_text(&mut self, length: usize) {
        self.text.clear();
        if self.text.capacity() < length + 64 {
            self.text = Zeroizing::new(Vec::with_capacity(length + 64));
        }
    }

    /// Forgets what is settled, and goes on with one text where both are at rest.
    fn rest(&mut self) {
        let is_at_rest = |watch: &Watch| watch.settled() == watch.total();
        let both = self.decoded.as_ref().is_none_or(is_at_rest) && is_at_rest(&self.raw);
        self.tokens.forget_before(self.free());
        if self.is_plain && both && self.found.is_empty() {
            self.decoded = None;
            self.tokens.forget_escapes();
        }
    }
}

/// Looks through `bytes`, in which `quotes` begin and end strings. A control sequence ends before such a quote.
fn look(watch: &mut Watch, bytes: &[u8], quotes: impl Iterator<Item = u64>) {
    if !bytes.contains(&0x1b) && !watch.is_in_sequence() {
        if !bytes.is_empty() {
            watch.push(bytes);
        }
        return;
    }
    let (start, mut done) = (watch.total(), 0);
    for quote in quotes {
        let at = usize::try_from(quote - start).expect("in the slice");
        if at >= bytes.len() {
            break;
        }
        let is_near = at <= LONGEST_SEQUENCE || bytes[at - LONGEST_SEQUENCE..at].contains(&0x1b);
        // A line feed, which ends a string, too, ends no control sequence.
        if is_near && bytes[at] == b'"' {
            watch.push(&bytes[done..at]);
            done = at;
            if watch.is_in_sequence() {
                watch.border();
            }
        }
    }
    watch.push(&bytes[done..]);
}
