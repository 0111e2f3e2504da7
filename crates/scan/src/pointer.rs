//! Where in a document of JSON a secret stands: the text is read once more, up to the last finding, and no tree is built.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use reticent_spans::json::{Event, Lexer, Path as Steps};
use zeroize::Zeroizing;

use crate::finding::Finding;

/// How much is read at once.
const CHUNK: usize = 64 << 10;
/// What stands in a pointer for a key that holds a secret.
const MASK: &[u8] = "[…]".as_bytes();

/// The bytes of a file, to be read again.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Again<'a> {
    Memory(&'a [u8]),
    File(&'a File),
    /// What came through a pipe is gone.
    Never,
}

/// Follows a document as far as it was asked for.
pub(crate) struct Pointers<'a> {
    again: Again<'a>,
    lexer: Lexer,
    steps: Steps,
    is_in_key: bool,
    read_to: u64,
}

impl<'a> Pointers<'a> {
    /// Follows the file `path` if it is called as JSON is.
    pub(crate) fn of(path: &Path, again: Again<'a>) -> Option<Self> {
        let extension = path.extension()?.to_str()?.to_ascii_lowercase();
        let is_json =
            matches!(&*extension, "json" | "jsonl" | "ndjson" | "geojson" | "ipynb" | "webmanifest" | "har");
        (is_json && !matches!(again, Again::Never)).then(|| Self {
            again,
            lexer: Lexer::default(),
            steps: Steps::default(),
            is_in_key: false,
            read_to: 0,
        })
    }

    /// Reads on up to `last` and gives each finding its pointer; they stand in their order, before `last`, and behind
    /// those of calls before. `secrets` are all candidates there: a key that holds one is masked in the pointers.
    pub(crate) fn follow(&mut self, last: u64, findings: &mut [Finding], secrets: &[Range<u64>]) {
        let mut buffer = Zeroizing::new(vec![0; CHUNK]);
        let mut next = 0;
        while self.read_to < last {
            let want = CHUNK.min((last - self.read_to) as usize);
            // A file that cannot be read again has no pointers; its findings stand.
            let Ok(count @ 1..) = self.again.read_at(self.read_to, &mut buffer[..want]) else { return };
            self.read_to += count as u64;
            let (steps, is_in_key) = (&mut self.steps, &mut self.is_in_key);
            self.lexer.push(&buffer[..count], |event| {
                feed(steps, is_in_key, &event, secrets);
                let Some(raw) = raw(&event) else { return };
                while let Some(finding) =
                    findings.get_mut(next).filter(|finding| finding.bytes.start < raw.end)
                {
                    if finding.bytes.start >= raw.start {
                        finding.pointer = Some(steps.to_pointer());
                    }
                    next += 1;
                }
            });
        }
    }
}

impl Again<'_> {
    fn read_at(self, at: u64, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Memory(bytes) => {
                let rest = bytes.get(at as usize..).unwrap_or_default();
                let count = rest.len().min(buffer.len());
                buffer[..count].copy_from_slice(&rest[..count]);
                Ok(count)
            }
            Self::File(file) => file.read_at(buffer, at),
            Self::Never => Ok(0),
        }
    }
}

fn feed(steps: &mut Steps, is_in_key: &mut bool, event: &Event<'_>, secrets: &[Range<u64>]) {
    match event {
        Event::StringStart { is_key, .. } => *is_in_key = *is_key,
        Event::StringEnd { .. } => *is_in_key = false,
        _ => {}
    }
    let holds_secret =
        |raw: &Range<u64>| secrets.iter().any(|secret| secret.start < raw.end && raw.start < secret.end);
    match raw(event).filter(|raw| *is_in_key && holds_secret(raw)) {
        Some(raw) => steps.follow(&Event::Text { raw_start: raw.start, bytes: MASK }),
        None => steps.follow(event),
    }
}

/// Where the content of an event stands.
fn raw(event: &Event<'_>) -> Option<Range<u64>> {
    match event {
        Event::Text { raw_start, bytes } => Some(*raw_start..raw_start + bytes.len() as u64),
        Event::Escape { raw_start, raw_len, .. } => Some(*raw_start..raw_start + u64::from(*raw_len)),
        Event::Number { start, bytes, .. } => Some(*start..start + bytes.len() as u64),
        _ => None,
    }
}
