//! Any of the streams as a writer.

use std::fmt;
use std::io::{self, IoSlice, Write};

use crate::json::JsonStream;
use crate::sse::EventStream;
use crate::stream::Stream;

/// From this size on a piece is not copied before it is written.
const LARGE: usize = 8 << 10;

/// What is written: plain text, JSON or events.
#[derive(Debug)]
pub(crate) enum Form {
    Text(Box<Stream>),
    Json(Box<JsonStream>),
    Events(Box<EventStream>),
}

impl Form {
    pub(crate) fn push(&mut self, bytes: &[u8], out: &mut dyn FnMut(&[u8])) {
        match self {
            Self::Text(stream) => stream.push(bytes, out),
            Self::Json(stream) => stream.push(bytes, out),
            Self::Events(stream) => stream.push(bytes, out),
        }
    }

    /// Lets go what a person waits for; JSON and events are for programs, which wait for all of it.
    fn pause(&mut self, out: &mut dyn FnMut(&[u8])) {
        if let Self::Text(stream) = self {
            stream.pause(out);
        }
    }

    fn is_holding(&self) -> bool {
        match self {
            Self::Text(stream) => stream.is_holding(),
            Self::Json(stream) => stream.is_holding(),
            Self::Events(stream) => stream.is_holding(),
        }
    }

    pub(crate) fn finish(self, out: &mut dyn FnMut(&[u8])) {
        match self {
            Self::Text(stream) => stream.finish(out),
            Self::Json(stream) => stream.finish(out),
            Self::Events(stream) => stream.finish(out),
        }
    }
}

/// Masks what is written to it and writes that to a sink.
///
/// What may still become a part of a value is held back over [`flush`](Write::flush); [`finish`](Self::finish) writes
/// it, and dropping the writer tries to. After the sink's first error nothing more is written to it, so that no half
/// of a mask or of a text is taken for the whole.
///
/// ```
/// use std::io::Write;
/// use reticent_core::Secret;
/// use reticent_redact::{Redactor, Values};
///
/// let values = Values::new();
/// values.learn("TOKEN", &Secret::copy_of(b"plum-Garden-42!"));
/// let mut writer = Redactor::new(&values).writer(Vec::new());
/// writer.write_all(b"plum-Garden-42! and pl")?;
/// assert_eq!(writer.finish()?, b"[REDACTED:TOKEN] and pl");
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct Writer<W: Write> {
    /// Nothing when the text has ended.
    stream: Option<Form>,
    sink: Option<W>,
    /// Collects small pieces, which are masked already.
    pieces: Vec<u8>,
    broken: Option<io::ErrorKind>,
}

impl<W: Write> Writer<W> {
    pub(crate) fn new(stream: Form, sink: W) -> Self {
        Self { stream: Some(stream), sink: Some(sink), pieces: Vec::new(), broken: None }
    }

    /// Writes what is held back, flushes, and returns the sink.
    ///
    /// # Errors
    /// What the sink reports now, or has reported before.
    pub fn finish(mut self) -> io::Result<W> {
        self.end()?;
        self.sink.take().ok_or_else(|| io::ErrorKind::BrokenPipe.into())
    }

    /// Lets go of what a person is waiting for, as [`Stream::pause`] says; for plain text on terminals only.
    ///
    /// # Errors
    /// What the sink reports now, or has reported before.
    pub fn pause(&mut self) -> io::Result<()> {
        self.pass(|stream, out| stream.pause(out))
    }

    /// Tells whether bytes are held back.
    #[must_use]
    pub fn is_holding(&self) -> bool {
        self.stream.as_ref().is_some_and(Form::is_holding)
    }

    fn end(&mut self) -> io::Result<()> {
        if let Some(stream) = self.stream.take() {
            let mut last = Some(stream);
            self.write_out(|out| last.take().expect("it is called once").finish(out))?;
        }
        self.flush()
    }

    fn pass(&mut self, step: impl FnOnce(&mut Form, &mut dyn FnMut(&[u8]))) -> io::Result<()> {
        let Some(mut stream) = self.stream.take() else { return Err(io::ErrorKind::BrokenPipe.into()) };
        let result = self.write_out(|out| step(&mut stream, out));
        self.stream = Some(stream);
        result
    }

    /// Writes the pieces that `step` hands out.
    fn write_out(&mut self, step: impl FnOnce(&mut dyn FnMut(&[u8]))) -> io::Result<()> {
        if let Some(kind) = self.broken {
            return Err(kind.into());
        }
        let sink = self.sink.as_mut().expect("only `finish` takes it");
        let (pieces, mut result) = (&mut self.pieces, Ok(()));
        step(&mut |piece: &[u8]| {
            if result.is_err() {
                return;
            }
            let large = if piece.len() < LARGE { &[][..] } else { piece };
            if large.is_empty() {
                pieces.extend_from_slice(piece);
            }
            if pieces.len() >= LARGE || !large.is_empty() {
                result = write_both(sink, pieces, large);
                pieces.clear();
            }
        });
        if result.is_ok() && !pieces.is_empty() {
            result = sink.write_all(pieces);
            pieces.clear();
        }
        self.broken = result.as_ref().err().map(io::Error::kind);
        result
    }
}

/// Writes two pieces, in one call where the sink takes several at once: the first is often a byte that was held back.
fn write_both(sink: &mut impl Write, first: &[u8], second: &[u8]) -> io::Result<()> {
    let mut written = 0;
    while written < first.len() {
        match sink.write_vectored(&[IoSlice::new(&first[written..]), IoSlice::new(second)]) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(length) => written += length,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    sink.write_all(&second[written - first.len()..])
}

impl<W: Write> Write for Writer<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.pass(|stream, out| stream.push(bytes, out))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if let Some(kind) = self.broken {
            return Err(kind.into());
        }
        self.sink.as_mut().expect("only `finish` takes it").flush()
    }
}

impl<W: Write> Drop for Writer<W> {
    fn drop(&mut self) {
        if self.sink.is_some() {
            let _ = self.end();
        }
    }
}

impl<W: Write> fmt::Debug for Writer<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writer").field("stream", &self.stream).finish_non_exhaustive()
    }
}
