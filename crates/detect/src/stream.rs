//! Texts of any size in constant memory: windows that overlap, at the same places however the bytes arrive.

use std::fmt;
use std::io::{self, Read};
use std::ops::{ControlFlow, Range};

use zeroize::Zeroizing;

use crate::finding::Finding;
use crate::layers;
use crate::scanner::Scanner;
use crate::text::Text;

/// How much is read before it is looked at.
const WINDOW: usize = 1 << 20;
/// What is kept before a window's own bytes, so that names and beginnings are seen.
const BEHIND: usize = 20 * 1024;
/// What is seen behind them, so that no secret is cut; the longest rule is shorter.
const AHEAD: usize = 20 * 1024;

/// A finding in a stream, with the bytes around it as long as the call lasts.
///
/// ```
/// use std::ops::ControlFlow;
/// use reticent_detect::Scanner;
///
/// let log = b"started\nDB_PASSWORD=q8Zt0vLw2nXc5Rb7\nready\n";
/// let mut places = Vec::new();
/// Scanner::new().scan_reader("app.log", &log[..], |found| {
///     places.push((found.span(), found.line(), found.column()));
///     ControlFlow::Continue(())
/// })?;
/// assert_eq!(places, [(20..36, 2, 13)]);
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct Found<'w> {
    finding: Finding,
    window: &'w [u8],
    /// Where the window begins in the stream.
    start: u64,
    line: u64,
    column: u64,
}

impl Found<'_> {
    /// Returns what was found; its own span counts within the window.
    #[must_use]
    pub fn finding(&self) -> &Finding {
        &self.finding
    }

    /// Returns where the secret stands in the stream.
    #[must_use]
    pub fn span(&self) -> Range<u64> {
        let span = self.finding.span();
        self.start + span.start as u64..self.start + span.end as u64
    }

    /// Returns the line of its first byte, from 1.
    #[must_use]
    pub fn line(&self) -> u64 {
        self.line
    }

    /// Returns the column of its first byte in bytes, from 1.
    #[must_use]
    pub fn column(&self) -> u64 {
        self.column
    }

    /// Returns the secret.
    ///
    /// # Security
    /// This is the plaintext; a copy of it is its maker's to wipe.
    #[must_use]
    pub fn secret(&self) -> &[u8] {
        self.finding.secret(self.window)
    }

    /// Returns the bytes around it: up to `count` on each side, and where the secret stands in them.
    #[must_use]
    pub fn around(&self, count: usize) -> (&[u8], Range<usize>) {
        let span = self.finding.span();
        let from = span.start.saturating_sub(count);
        let to = self.window.len().min(span.end + count);
        (&self.window[from..to], span.start - from..span.end - from)
    }
}

impl fmt::Debug for Found<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { finding, window: _, start, line, column } = self;
        f.debug_struct("Found")
            .field("rule", &finding.rule().id())
            .field("start", start)
            .field("line", line)
            .field("column", column)
            .finish_non_exhaustive()
    }
}

/// What was read of a stream.
///
/// ```
/// use std::ops::ControlFlow;
/// use reticent_detect::Scanner;
///
/// let read = Scanner::new().scan_reader("", &b"nothing here"[..], |_| ControlFlow::Continue(()))?;
/// assert_eq!((read.bytes(), read.is_whole()), (12, true));
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Coverage {
    bytes: u64,
    is_whole: bool,
}

impl Coverage {
    /// Returns how many bytes were looked at.
    #[must_use]
    pub fn bytes(self) -> u64 {
        self.bytes
    }

    /// Returns whether that was all of them.
    #[must_use]
    pub fn is_whole(self) -> bool {
        self.is_whole
    }
}

impl Scanner {
    /// Looks through what `reader` gives, named `path` or nothing, and calls `each` with every finding in its order.
    ///
    /// It holds a window of about a megabyte, whatever the length of the text or of its lines. What is found does not
    /// depend on how many bytes a read gives. `each` can end it.
    ///
    /// # Errors
    /// Those of the reader; what was found before was told.
    pub fn scan_reader(
        &self,
        path: &str,
        mut reader: impl Read,
        mut each: impl FnMut(&Found<'_>) -> ControlFlow<()>,
    ) -> io::Result<Coverage> {
        let mut windows = Windows::new();
        loop {
            let is_last = windows.fill(&mut reader)?;
            let is_ended = self.look_through(path, &mut windows, is_last, &mut each).is_break();
            if is_last || is_ended {
                return Ok(Coverage { bytes: windows.start + windows.filled as u64, is_whole: !is_ended });
            }
            windows.advance();
        }
    }

    fn look_through(
        &self,
        path: &str,
        windows: &mut Windows,
        is_last: bool,
        each: &mut impl FnMut(&Found<'_>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let window = &windows.buffer[..windows.filled];
        let end = if is_last { window.len() } else { window.len() - AHEAD };
        for hit in layers::look(self.rules(), &Text::of(path, window)) {
            let is_own = (windows.own..end).contains(&hit.span.start)
                && windows.start + hit.span.start as u64 >= windows.told;
            let told = windows.start + hit.span.end as u64;
            let Some(finding) = self.wanted(hit).filter(|_| is_own) else { continue };
            windows.told = told;
            let (line, column) = windows.lines.at(window, windows.start, finding.span().start);
            each(&Found { finding, window, start: windows.start, line, column })?;
        }
        windows.lines.at(window, windows.start, end);
        ControlFlow::Continue(())
    }
}

/// A buffer that moves over a stream.
struct Windows {
    buffer: Zeroizing<Vec<u8>>,
    filled: usize,
    /// Where the buffer begins in the stream.
    start: u64,
    /// Where in the buffer the bytes begin that no window before was answerable for.
    own: usize,
    /// Where in the stream the last finding ended.
    told: u64,
    lines: Lines,
}

impl Windows {
    fn new() -> Self {
        let buffer = Zeroizing::new(vec![0; BEHIND + WINDOW + AHEAD]);
        Self { buffer, filled: 0, start: 0, own: 0, told: 0, lines: Lines::default() }
    }

    /// Reads until the buffer is full, and tells whether the stream has ended.
    fn fill(&mut self, reader: &mut impl Read) -> io::Result<bool> {
        while self.filled < self.buffer.len() {
            match reader.read(&mut self.buffer[self.filled..]) {
                Ok(0) => return Ok(true),
                Ok(count) => self.filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(false)
    }

    /// Keeps what the next window needs of this one.
    fn advance(&mut self) {
        let keep = self.filled - AHEAD - BEHIND;
        self.buffer.copy_within(keep..self.filled, 0);
        self.filled -= keep;
        self.start += keep as u64;
        self.own = BEHIND;
    }
}

/// Counts lines up to places that only move forward.
#[derive(Default)]
struct Lines {
    /// Up to where in the stream they are counted.
    counted: u64,
    count: u64,
    /// Where the last of them begins.
    line_start: u64,
}

impl Lines {
    /// The line and the column of a place in the window that begins at `start`.
    fn at(&mut self, window: &[u8], start: u64, place: usize) -> (u64, u64) {
        let from = self.counted.saturating_sub(start) as usize;
        if from < place {
            let seen = &window[from..place];
            self.count += memchr::memchr_iter(b'\n', seen).count() as u64;
            if let Some(last) = memchr::memrchr(b'\n', seen) {
                self.line_start = start + (from + last) as u64 + 1;
            }
            self.counted = start + place as u64;
        }
        (self.count + 1, (start + place as u64).saturating_sub(self.line_start) + 1)
    }
}
