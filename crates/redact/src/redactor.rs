//! The type that programs hold: which values are masked, and how.

use std::borrow::Cow;
use std::io;

use crate::json::JsonStream;
use crate::mask::Mask;
use crate::sought::Sought;
use crate::sse::EventStream;
use crate::stream::Stream;
use crate::values::Values;
use crate::watch::Watch;
use crate::writer::{Form, Writer};

/// Masks what a program shows; a clone shares its values, and costs two pointers.
///
/// ```
/// use std::io::Write;
/// use reticent_core::Secret;
/// use reticent_redact::{Redactor, Values};
///
/// let values = Values::new();
/// values.learn("TOKEN", &Secret::copy_of(b"plum-Garden-42!"));
/// let redactor = Redactor::new(&values);
/// assert_eq!(redactor.redact_text("q=plum-Garden-42%21"), "q=[REDACTED:TOKEN]");
///
/// let mut log = redactor.writer(Vec::new());
/// write!(log, "token plum-")?;
/// writeln!(log, "Garden-42!")?;
/// assert_eq!(log.finish()?, b"token [REDACTED:TOKEN]\n");
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Redactor {
    sought: Sought,
    mask: Mask,
}

impl Redactor {
    /// Masks `values`, those among them that are learnt later as well.
    #[must_use]
    pub fn new(values: &Values) -> Self {
        Self { sought: Sought::new(values), mask: Mask::name() }
    }

    /// Masks with `mask`.
    #[must_use]
    pub fn with_mask(mut self, mask: Mask) -> Self {
        self.mask = mask;
        self
    }

    /// Returns the values that are masked.
    #[must_use]
    pub fn values(&self) -> &Values {
        self.sought.values()
    }

    /// Masks what the rules of `scanner` find as well, from its least confidence on.
    ///
    /// A text is judged line by line, with the lines before it: what stands in its place is `[REDACTED:rule-id]`. A
    /// word of less than sixteen letters and nothing else is never masked by a rule, so that a prompt need not wait
    /// for the end of its line; a private key is masked from its first line to its last. Known values come first.
    #[cfg(feature = "rules")]
    #[must_use]
    pub fn with_rules(mut self, scanner: reticent_detect::Scanner) -> Self {
        self.sought = self.sought.with_rules(scanner);
        self
    }

    pub(crate) fn sought(&self) -> &Sought {
        &self.sought
    }

    pub(crate) fn mask(&self) -> &Mask {
        &self.mask
    }

    /// Masks one whole text; a text that holds no value is borrowed.
    #[must_use]
    pub fn redact<'t>(&self, text: &'t [u8]) -> Cow<'t, [u8]> {
        let mut watch = Watch::new(&self.sought);
        watch.push(text);
        watch.border();
        let Some(first) = watch.next() else { return Cow::Borrowed(text) };
        let (mut shown, mut at, mut next) = (Vec::with_capacity(text.len() + 32), 0, Some(first));
        while let Some(span) = next {
            shown.extend_from_slice(&text[at..place(span.start)]);
            shown.extend_from_slice(&self.mask.bytes(&span));
            at = place(span.end);
            next = watch.next();
        }
        shown.extend_from_slice(&text[at..]);
        Cow::Owned(shown)
    }

    /// Masks one whole text of characters, as [`redact`](Self::redact) does.
    #[must_use]
    pub fn redact_text<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match self.redact(text.as_bytes()) {
            Cow::Borrowed(_) => Cow::Borrowed(text),
            // A value that is no text may end within a character of this one.
            Cow::Owned(shown) => Cow::Owned(match String::from_utf8(shown) {
                Ok(text) => text,
                Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
            }),
        }
    }

    /// Begins a text that arrives in chunks.
    #[must_use]
    pub fn stream(&self) -> Stream {
        Stream::new(&self.sought, self.mask.clone())
    }

    /// Begins JSON that arrives in chunks, to be masked in place.
    #[must_use]
    pub fn json(&self) -> JsonStream {
        JsonStream::new(&self.sought, self.mask.clone())
    }

    /// Begins server-sent events that arrive in chunks, such as the answer of a language model.
    #[must_use]
    pub fn events(&self) -> EventStream {
        EventStream::new(&self.sought, self.mask.clone())
    }

    /// Puts a stream before `sink`.
    pub fn writer<W: io::Write>(&self, sink: W) -> Writer<W> {
        Writer::new(Form::Text(Box::new(self.stream())), sink)
    }

    /// Puts [`json`](Self::json) before `sink`.
    pub fn json_writer<W: io::Write>(&self, sink: W) -> Writer<W> {
        Writer::new(Form::Json(Box::new(self.json())), sink)
    }

    /// Puts [`events`](Self::events) before `sink`.
    pub fn events_writer<W: io::Write>(&self, sink: W) -> Writer<W> {
        Writer::new(Form::Events(Box::new(self.events())), sink)
    }
}

/// An offset in a text in memory.
fn place(at: u64) -> usize {
    usize::try_from(at).expect("an offset in a text in memory")
}
