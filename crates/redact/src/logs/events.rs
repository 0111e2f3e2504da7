//! The events of `tracing`, each masked whole before it is written.

use std::fmt;
use std::io::{self, Write};

use tracing_core::Metadata;
use tracing_subscriber::fmt::MakeWriter;

use crate::held::Held;
use crate::redactor::Redactor;

/// Makes the writers of a `tracing_subscriber` layer, which mask each event.
///
/// It is what `with_writer` takes, around whatever else would be. Each event is masked whole, fields, spans and
/// message, and is one write to the sink: nothing is held back for the next one, and no value is found across two.
///
/// ```
/// use reticent_core::Secret;
/// use reticent_redact::{Redactor, Values};
///
/// let values = Values::new();
/// values.learn("TOKEN", &Secret::copy_of(b"plum-Garden-42!"));
/// let writer = Redactor::new(&values).make_writer(std::io::stderr);
/// let subscriber = tracing_subscriber::fmt().with_writer(writer).finish();
/// tracing::subscriber::with_default(subscriber, || tracing::info!(token = "plum-Garden-42!", "logged in"));
/// ```
#[derive(Clone, Debug)]
pub struct MakeMaskedWriter<M> {
    redactor: Redactor,
    make: M,
}

impl Redactor {
    /// Masks what the writers of `make` are given: any function that returns a writer, or whatever else a
    /// `tracing_subscriber` layer writes to.
    #[must_use]
    pub fn make_writer<M>(&self, make: M) -> MakeMaskedWriter<M> {
        MakeMaskedWriter { redactor: self.clone(), make }
    }
}

impl<'a, M: MakeWriter<'a>> MakeWriter<'a> for MakeMaskedWriter<M> {
    type Writer = MaskedEvent<'a, M::Writer>;

    fn make_writer(&'a self) -> Self::Writer {
        MaskedEvent::new(&self.redactor, self.make.make_writer())
    }

    fn make_writer_for(&'a self, metadata: &Metadata<'_>) -> Self::Writer {
        MaskedEvent::new(&self.redactor, self.make.make_writer_for(metadata))
    }
}

/// Takes one event, in pieces or whole, and writes it masked when it is dropped.
///
/// ```
/// use std::io::Write;
/// use reticent_core::Secret;
/// use reticent_redact::{MaskedEvent, Redactor, Values};
/// use tracing_subscriber::fmt::MakeWriter;
///
/// let values = Values::new();
/// values.learn("TOKEN", &Secret::copy_of(b"plum-Garden-42!"));
/// let writers = Redactor::new(&values).make_writer(std::io::stderr);
/// let mut event: MaskedEvent<'_, _> = writers.make_writer();
/// event.write_all(b"token plum-Gar")?;
/// event.write_all(b"den-42!\n")?; // Nothing is written yet.
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct MaskedEvent<'r, W: Write> {
    redactor: &'r Redactor,
    sink: W,
    text: Held,
}

impl<'r, W: Write> MaskedEvent<'r, W> {
    fn new(redactor: &'r Redactor, sink: W) -> Self {
        Self { redactor, sink, text: Held::default() }
    }
}

impl<W: Write> Write for MaskedEvent<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.text.extend(bytes);
        Ok(bytes.len())
    }

    /// Does nothing: an event is not over before the writer is dropped, and half of it may end within a value.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<W: Write> Drop for MaskedEvent<'_, W> {
    fn drop(&mut self) {
        let text = self.text.before(self.text.end());
        if !text.is_empty() {
            // As where a log cannot be written without this: the program goes on.
            let _ = self.sink.write_all(&self.redactor.redact(text)).and_then(|()| self.sink.flush());
        }
    }
}

impl<W: Write> fmt::Debug for MaskedEvent<'_, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MaskedEvent").finish_non_exhaustive()
    }
}
