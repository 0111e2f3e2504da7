//! One text, whole in memory or window by window, and what is told of it.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read};
use std::ops::{ControlFlow, Range};
use std::path::Path;
use std::sync::Arc;

use reticent_core::Secret;
use reticent_detect::Found;
use zeroize::Zeroizing;

use crate::event::Event;
use crate::finding::{Finding, Position};
use crate::nearby::{AFTER, BEFORE, Nearby};
use crate::pointer::{Again, Pointers};
use crate::scan::Scan;

/// A text of up to this many bytes is read whole, into a buffer that a worker uses again and again.
const WHOLE: usize = 1 << 20;
/// What tells whether a file is text.
const HEAD: usize = 8 << 10;
/// So many findings are told together.
const BATCH: usize = 256;
/// So many candidates are kept for the pointers of a document.
const MANY: usize = 4096;

/// The memory of a worker.
#[derive(Debug)]
pub(crate) struct Buffer(Zeroizing<Vec<u8>>);

impl Buffer {
    pub(crate) fn new() -> Self {
        Self(Zeroizing::new(vec![0; WHOLE + 1]))
    }
}

/// A text and what is known about it.
pub(crate) struct Text<'a> {
    /// Where it is, as it is told.
    pub(crate) path: &'a Arc<Path>,
    /// What of its path tells how it is written.
    pub(crate) hint: &'a str,
    /// The file, if it is one that can be read again.
    pub(crate) file: Option<&'a File>,
}

/// What was read of a text.
#[derive(Debug, Default)]
pub(crate) struct Looked {
    pub(crate) bytes: u64,
    pub(crate) is_binary: bool,
    /// What ended it early.
    pub(crate) error: Option<io::Error>,
}

/// Where what was found goes.
pub(crate) type Sink<'s> = &'s mut dyn FnMut(Vec<Event>) -> ControlFlow<()>;

impl Scan {
    /// Looks through all that `reader` gives.
    pub(crate) fn look(
        &self,
        text: &Text<'_>,
        reader: impl Read,
        buffer: &mut Buffer,
        sink: Sink<'_>,
    ) -> Looked {
        let mut reader = Counted { reader, bytes: 0, scan: self };
        let (head, error) = fill(&mut reader, &mut buffer.0);
        let head = &buffer.0[..head];
        let is_binary = is_binary(&head[..head.len().min(HEAD)]);
        let error = if head.len() <= WHOLE {
            let again = Again::Memory(head);
            let mut teller = Teller::new(self, text, again, sink);
            if teller.whole(head, text.hint).is_continue() {
                let _ = teller.end();
            }
            error
        } else {
            let again = text.file.map_or(Again::Never, Again::File);
            let mut teller = Teller::new(self, text, again, sink);
            let read = self
                .scanner()
                .scan_reader(text.hint, head.chain(&mut reader), |found| teller.windowed(found));
            let _ = teller.end();
            read.err()
        };
        Looked { bytes: reader.bytes, is_binary, error }
    }
}

/// Reads until the buffer is full; what came before an error counts.
fn fill(reader: &mut impl Read, buffer: &mut [u8]) -> (usize, Option<io::Error>) {
    let mut filled = 0;
    while filled < buffer.len() {
        match reader.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return (filled, Some(error)),
        }
    }
    (filled, None)
}

/// Zeros that are not those of UTF-16.
fn is_binary(head: &[u8]) -> bool {
    let zeros = memchr::memchr_iter(0, head).count();
    let is_utf16 =
        head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff") || zeros * 5 > head.len() * 2;
    zeros > 0 && (!is_utf16 || zeros * 3 > head.len() * 2)
}

struct Counted<'s, R> {
    reader: R,
    bytes: u64,
    scan: &'s Scan,
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(buffer)?;
        self.bytes += count as u64;
        self.scan.progress().count_bytes(count);
        Ok(count)
    }
}

/// A secret that is known; what stands behind it on its line may hold more of them.
struct Pending {
    finding: Finding,
    nearby: Nearby,
    secret: Secret,
}

/// A candidate with the bytes around it.
struct Place<'p> {
    found: &'p reticent_detect::Finding,
    start: u64,
    at: Position,
    before: &'p [u8],
    raw: &'p [u8],
    after: &'p [u8],
    secret: &'p [u8],
}

/// Makes findings of candidates, in their order.
struct Teller<'a> {
    scan: &'a Scan,
    path: &'a Arc<Path>,
    pointers: Option<Pointers<'a>>,
    /// All candidates that a finding that is not yet told may have to mask.
    spans: VecDeque<Range<u64>>,
    pending: VecDeque<Pending>,
    ready: Vec<Finding>,
    sink: Sink<'a>,
}

impl<'a> Teller<'a> {
    fn new(scan: &'a Scan, text: &Text<'a>, again: Again<'a>, sink: Sink<'a>) -> Self {
        let pointers = Pointers::of(text.path, again);
        let (spans, pending) = (VecDeque::new(), VecDeque::new());
        Self { scan, path: text.path, pointers, spans, pending, ready: Vec::new(), sink }
    }

    /// Tells what is found in a text that is there from end to end.
    fn whole(&mut self, text: &[u8], hint: &str) -> ControlFlow<()> {
        let (mut line, mut line_start, mut counted) = (1, 0, 0);
        for found in self.scan.scanner().scan_named(hint, text) {
            let span = found.span();
            if counted < span.start {
                let seen = &text[counted..span.start];
                line += memchr::memchr_iter(b'\n', seen).count() as u64;
                line_start = memchr::memrchr(b'\n', seen).map_or(line_start, |last| counted + last + 1);
                counted = span.start;
            }
            self.add(&Place {
                found: &found,
                start: span.start as u64,
                at: Position { line, column: (span.start - line_start) as u64 + 1 },
                before: &text[span.start.saturating_sub(BEFORE + 1)..span.start],
                raw: &text[span.clone()],
                after: &text[span.end..text.len().min(span.end + AFTER + 1)],
                secret: found.secret(text),
            })?;
        }
        ControlFlow::Continue(())
    }

    /// Tells what is found in a window.
    fn windowed(&mut self, found: &Found<'_>) -> ControlFlow<()> {
        let (around, span) = found.around(BEFORE.max(AFTER) + 1);
        let after = &around[span.end..];
        self.add(&Place {
            found: found.finding(),
            start: found.span().start,
            at: Position { line: found.line(), column: found.column() },
            before: &around[..span.start],
            raw: &around[span.clone()],
            after: &after[..after.len().min(AFTER + 1)],
            secret: found.secret(),
        })
    }

    fn add(&mut self, place: &Place<'_>) -> ControlFlow<()> {
        self.settle(place.start);
        let bytes = place.start..place.start + place.raw.len() as u64;
        self.spans.push_back(bytes.clone());
        if !self.scan.wants(place.found) {
            return ControlFlow::Continue(());
        }
        let secret = Secret::copy_of(place.secret);
        let nearby = Nearby::new(place.before, place.after, &bytes);
        let finding = Finding {
            path: Arc::clone(self.path),
            found: place.found.clone(),
            bytes,
            start: place.at,
            end: end_of(place.raw, place.at),
            context: String::new(),
            mask_at: 0,
            fingerprint: self.scan.fingerprint(place.found.rule().vendor(), place.secret),
            pointer: None,
            secret: None,
        };
        self.pending.push_back(Pending { finding, nearby, secret });
        if self.ready.len() >= BATCH { self.deliver() } else { ControlFlow::Continue(()) }
    }

    /// Makes those ready whose lines hold nothing more before `at`, and forgets spans that no line holds.
    fn settle(&mut self, at: u64) {
        while let Some(pending) =
            self.pending.pop_front_if(|pending| pending.finding.bytes.end + AFTER as u64 <= at)
        {
            self.show(pending);
        }
        if self.pointers.is_none() || self.spans.len() > MANY {
            let ready = self.ready.first().or(self.pending.front().map(|pending| &pending.finding));
            let oldest = ready.map_or(at, |finding| finding.bytes.start);
            if let Some(pointers) = &mut self.pointers {
                pointers.follow(oldest, &mut [], self.spans.make_contiguous());
            }
            self.forget_before(oldest);
        }
    }

    /// Forgets the spans that end before what is shown of the line at `oldest`.
    fn forget_before(&mut self, oldest: u64) {
        while self.spans.pop_front_if(|span| span.end + (BEFORE as u64) < oldest).is_some() {}
    }

    fn show(&mut self, pending: Pending) {
        let Pending { mut finding, nearby, secret } = pending;
        #[expect(clippy::disallowed_methods, reason = "to the line around it, in which it is masked")]
        let (context, mask_at) =
            nearby.shown(secret.expose_bytes(), around(self.spans.make_contiguous(), &finding.bytes));
        (finding.context, finding.mask_at) = (context, mask_at);
        finding.secret = self.scan.keeps_values().then_some(secret);
        self.ready.push(finding);
    }

    fn deliver(&mut self) -> ControlFlow<()> {
        let mut ready = std::mem::take(&mut self.ready);
        if let Some(pointers) = &mut self.pointers {
            let told = ready.last().map_or(0, |finding| finding.bytes.start);
            pointers.follow(told + 1, &mut ready, self.spans.make_contiguous());
            self.forget_before(told);
        }
        (self.sink)(ready.into_iter().map(Event::Finding).collect())
    }

    fn end(&mut self) -> ControlFlow<()> {
        self.settle(u64::MAX);
        self.deliver()
    }
}

/// Those of the spans, which stand in their order, that may be on the line of a secret.
fn around<'s>(spans: &'s [Range<u64>], secret: &Range<u64>) -> &'s [Range<u64>] {
    let from = spans.partition_point(|span| span.end + (BEFORE as u64) < secret.start);
    let to = spans.partition_point(|span| span.start <= secret.end + AFTER as u64);
    &spans[from..to.max(from)]
}

/// The place behind the last byte.
fn end_of(raw: &[u8], start: Position) -> Position {
    match memchr::memrchr(b'\n', raw) {
        None => Position { line: start.line, column: start.column + raw.len() as u64 },
        Some(last) => Position {
            line: start.line + memchr::memchr_iter(b'\n', raw).count() as u64,
            column: (raw.len() - last) as u64,
        },
    }
}
