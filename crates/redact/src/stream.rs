//! A text that arrives in chunks: bytes in, masked bytes out.

use std::fmt;

use crate::mask::Mask;
use crate::outlet::{Outlet, Sink};
use crate::sought::Sought;
use crate::watch::Watch;

/// From this many bytes on, what may begin a value waits on a terminal, too.
const FEW: usize = 4;

/// From this many held bytes on, a span that goes on and on is masked before its end is known.
const MANY: u64 = 64 << 10;

/// Masks a text that arrives in chunks; what comes out never depends on where the text was cut.
///
/// After each push everything is out but the bytes that may still become a part of a value, of a control sequence in
/// one, or of a mask. Each `out` takes the masked bytes piece by piece, in order.
///
/// ```
/// use reticent_core::Secret;
/// use reticent_redact::{Redactor, Values};
///
/// let values = Values::new();
/// values.learn("PASSWORD", &Secret::copy_of(b"plum-Garden-42!"));
/// let mut stream = Redactor::new(&values).stream();
/// let mut shown = Vec::new();
/// stream.push(b"Password: plum", |bytes| shown.extend_from_slice(bytes));
/// assert_eq!(shown, b"Password: ");
/// stream.push(b"-Garden-42!\n", |bytes| shown.extend_from_slice(bytes));
/// stream.finish(|bytes| shown.extend_from_slice(bytes));
/// assert_eq!(shown, b"Password: [REDACTED:PASSWORD]\n");
/// ```
pub struct Stream {
    watch: Watch,
    outlet: Outlet,
    mask: Mask,
}

impl Stream {
    pub(crate) fn new(sought: &Sought, mask: Mask) -> Self {
        Self { watch: Watch::new(sought), outlet: Outlet::default(), mask }
    }

    /// Takes the next chunk, and hands out what is free to go.
    pub fn push(&mut self, chunk: &[u8], mut out: impl FnMut(&[u8])) {
        self.watch.push(chunk);
        self.flow(chunk, &mut out);
    }

    /// Tells whether bytes are held back, so that [`pause`](Self::pause) may have something to do.
    #[must_use]
    pub fn is_holding(&self) -> bool {
        self.outlet.shown() < self.watch.total()
    }

    /// Lets go of what a person at a terminal is waiting for; to be called when nothing has arrived for a while (100
    /// milliseconds), and for terminals only, since the output then depends on time.
    ///
    /// A complete value is masked at once, and what goes on under it is swallowed. Fewer than four held bytes are
    /// shown, and matching goes on as if they were still held: of a value at most its first three bytes ever show.
    pub fn pause(&mut self, mut out: impl FnMut(&[u8])) {
        for span in self.watch.open() {
            if span.start.saturating_sub(self.outlet.shown()) >= FEW as u64 {
                return;
            }
            let mask = self.mask.bytes(&span);
            self.outlet.mask(span.start, span.end, &mask, &[], &mut out);
        }
        // Bytes that were shown or masked before count as held, so that a longer value goes on under its mask.
        if self.watch.live() + self.watch.undecided() < FEW {
            self.outlet.pass(self.watch.total(), &[], &mut out);
        }
        self.outlet.hold(&[]);
    }

    /// Ends the text, and hands out what is left.
    pub fn finish(mut self, mut out: impl FnMut(&[u8])) {
        self.watch.border();
        self.flow(&[], &mut out);
    }

    fn flow(&mut self, chunk: &[u8], out: &mut impl Sink) {
        while let Some(span) = self.watch.next() {
            self.outlet.mask(span.start, span.end, &self.mask.bytes(&span), chunk, out);
        }
        self.outlet.pass(self.watch.settled(), chunk, out);
        if self.watch.total() - self.outlet.shown() > MANY {
            for span in self.watch.named() {
                self.outlet.mask(span.start, span.end, &self.mask.bytes(&span), chunk, out);
            }
        }
        self.outlet.hold(chunk);
    }
}

impl fmt::Debug for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let held = self.watch.total().saturating_sub(self.outlet.shown());
        f.debug_struct("Stream").field("held", &held).finish_non_exhaustive()
    }
}
