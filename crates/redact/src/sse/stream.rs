//! Events that arrive in chunks: bytes in, masked bytes out.

use std::fmt;

use reticent_spans::Mapped;
use reticent_spans::sse::{Extent, Message, Parser};

use super::channel::{Channel, Engine};
use super::own::Own;
use super::queue::{Place, Queue};
use super::reading::{End, read};
use super::tables::LAST;
use crate::json::{JsonStream, Reader};
use crate::mask::Mask;
use crate::outlet::Sink;
use crate::sought::Sought;
use crate::texts::TextReader;

/// How many channels are open at once; another one ends the one that has rested longest.
const MOST_CHANNELS: usize = 256;

/// Masks server-sent events, and in them the texts that language models send in pieces.
///
/// The pieces of one channel (the content of a choice, a content block, the arguments of a tool call) are one text,
/// so a value that is spread over many events is found. The mask stands in the event in which the value begins; the
/// others keep all but their part of the value, and go even when nothing is left of it. Which strings are pieces is
/// known for the usual services. Data that is no JSON is one text over all events. Any other string is a text of its
/// own, as in [`JsonStream`], and so is each line that is no data. All other bytes stay. What a service tells about
/// single tokens beside the text (log probabilities) is not put together: there a value that is cut is not found.
///
/// An event that holds no beginning of a value goes at once. Another one waits until its text is settled, at most for
/// as many pieces as a value has bytes, or until the service ends the text (`finish_reason`, `content_block_stop`,
/// `[DONE]` and the like). Others wait behind it, in order; when more than 1 MiB waits, those that are settled
/// overtake it. At most 256 channels are open: one more ends the one that has rested longest. An event of more than
/// 16 MiB ends all, and is masked alone.
///
/// ```
/// use reticent_core::Secret;
/// use reticent_redact::{Redactor, Values};
///
/// let values = Values::new();
/// values.learn("PASSWORD", &Secret::copy_of(b"plum-Garden-42!"));
/// let mut events = Redactor::new(&values).events();
/// let mut shown = Vec::new();
/// for piece in ["it is plum", "-Gar", "den-42!, I think"] {
///     let event = format!("data: {{\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"{piece}\"}}}}]}}\n\n");
///     events.push(event.as_bytes(), |bytes| shown.extend_from_slice(bytes));
/// }
/// events.finish(|bytes| shown.extend_from_slice(bytes));
/// let shown = String::from_utf8(shown)?;
/// assert!(shown.contains(r#""content":"it is [REDACTED:PASSWORD]""#));
/// assert!(shown.contains(r#""content":"""#));
/// assert!(shown.contains(r#""content":", I think""#));
/// # Ok::<(), std::string::FromUtf8Error>(())
/// ```
pub struct EventStream {
    parser: Parser,
    flow: Flow,
}

impl EventStream {
    pub(crate) fn new(sought: &Sought, mask: Mask) -> Self {
        Self { parser: Parser::default(), flow: Flow::new(sought, mask) }
    }

    /// Takes the next chunk, and hands out what is free to go, piece by piece and in order.
    pub fn push(&mut self, chunk: &[u8], mut out: impl FnMut(&[u8])) {
        let Self { parser, flow } = self;
        parser.push(chunk, |message| flow.take(&message, &mut out));
    }

    /// Tells whether events wait, or the beginning of one.
    #[must_use]
    pub fn is_holding(&self) -> bool {
        !self.flow.queue.is_empty() || !self.parser.held().is_empty() || self.flow.large.is_some()
    }

    /// Ends the stream, and hands out what is left.
    pub fn finish(self, mut out: impl FnMut(&[u8])) {
        let Self { parser, mut flow } = self;
        parser.finish(|message| flow.take(&message, &mut out));
        flow.end(&End::All);
        flow.queue.release(&mut out);
    }
}

impl fmt::Debug for EventStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventStream").field("is_holding", &self.is_holding()).finish_non_exhaustive()
    }
}

/// From events to events.
struct Flow {
    sought: Sought,
    mask: Mask,
    own: Own,
    /// The one that was used last stands last.
    channels: Vec<Channel>,
    queue: Queue,
    /// An event that comes in pieces, since it is so large.
    large: Option<JsonStream>,
}

impl Flow {
    fn new(sought: &Sought, mask: Mask) -> Self {
        let (sought, own) = (sought.clone(), Own::new(sought));
        Self { sought, mask, own, channels: Vec::new(), queue: Queue::default(), large: None }
    }

    fn take(&mut self, message: &Message<'_>, out: &mut impl Sink) {
        match message.extent() {
            Extent::Whole | Extent::Unfinished => self.event(message),
            _ => self.large(message, out),
        }
        self.queue.release(out);
    }

    fn event(&mut self, message: &Message<'_>) {
        let event = self.queue.push(message);
        self.own.lines(message, event, &self.mask, &mut self.queue);
        let Some(data) = message.data() else { return };
        if data.bytes().trim_ascii() == LAST {
            self.end(&End::All);
        } else if is_json(data.bytes(), message.extent() == Extent::Unfinished) {
            self.json(&data, event);
        } else {
            self.piece(String::new(), false, data.bytes(), Place { event, nth: None });
        }
    }

    fn json(&mut self, data: &Mapped<'_>, event: u64) {
        let reading = read(data.bytes());
        self.own.data(data, &reading.pieces, event, &self.mask, &mut self.queue);
        for piece in reading.pieces {
            let place = Place { event, nth: Some(piece.nth) };
            self.piece(piece.channel, piece.is_json, piece.scalar.content().bytes(), place);
        }
        reading.ends.iter().for_each(|end| self.end(end));
    }

    fn piece(&mut self, address: String, is_json: bool, bytes: &[u8], place: Place) {
        let mut channel = match self.channels.iter().position(|channel| channel.address == address) {
            Some(at) => self.channels.remove(at),
            None if is_json => Channel::new(address, Engine::Json(Box::new(Reader::new(&self.sought)))),
            None => Channel::new(address, Engine::Text(TextReader::new(&self.sought))),
        };
        channel.push(bytes, place, &mut self.queue);
        channel.settle(&self.mask, &mut self.queue);
        self.channels.push(channel);
        if self.channels.len() > MOST_CHANNELS {
            let mut rested = self.channels.remove(0);
            rested.end();
            rested.settle(&self.mask, &mut self.queue);
        }
    }

    /// Ends channels: what they hold is no value.
    fn end(&mut self, end: &End) {
        let is_ended = |channel: &mut Channel| match end {
            End::Inside(begin) => channel.address.starts_with(begin.as_str()),
            End::Named(names) => {
                !names.is_empty() && names.iter().all(|name| channel.address.contains(name.as_str()))
            }
            End::All => true,
        };
        for mut channel in self.channels.extract_if(.., is_ended) {
            channel.end();
            channel.settle(&self.mask, &mut self.queue);
        }
    }

    fn large(&mut self, message: &Message<'_>, out: &mut impl Sink) {
        if self.large.is_none() {
            self.end(&End::All);
            self.queue.release(out);
        }
        let (sought, mask) = (&self.sought, &self.mask);
        let stream = self.large.get_or_insert_with(|| JsonStream::new(sought, mask.clone()));
        stream.push(message.raw(), &mut *out);
        if message.extent() == Extent::LastPiece
            && let Some(stream) = self.large.take()
        {
            stream.finish(out);
        }
    }
}

/// Tells whether data is JSON, and not text that looks a little like it. What the end cuts off needs only begin so.
fn is_json(data: &[u8], is_cut: bool) -> bool {
    let data = data.trim_ascii();
    let second = data.get(1..).unwrap_or_default().trim_ascii_start().first();
    let (begins, last) = match data.first() {
        Some(b'{') => (second == Some(&b'"'), b'}'),
        Some(b'[') => (matches!(second, Some(b'{' | b'[' | b'"')), b']'),
        Some(b'"') => (second.is_some(), b'"'),
        _ => (false, 0),
    };
    begins && (is_cut || data.last() == Some(&last))
}
