//! The parsing rules of the standard, written down for a whole stream.

/// A message: its raw bytes, whether a blank line ends it, and its fields.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Told {
    pub(crate) start: usize,
    pub(crate) raw: Vec<u8>,
    pub(crate) is_whole: bool,
    pub(crate) fields: Vec<(Vec<u8>, Vec<u8>)>,
}

impl Told {
    /// The data as a reader gets it.
    pub(crate) fn data(&self) -> Option<Vec<u8>> {
        let lines = self.fields.iter().filter(|(name, _)| name == b"data").map(|(_, value)| &value[..]);
        let lines: Vec<_> = lines.collect();
        (!lines.is_empty()).then(|| lines.join(&b'\n'))
    }
}

/// Returns the messages of a whole stream.
pub(crate) fn messages(stream: &[u8]) -> Vec<Told> {
    let (mut found, mut at) = (Vec::new(), 0);
    let mut open = Told { start: 0, raw: Vec::new(), is_whole: false, fields: Vec::new() };
    while at < stream.len() {
        let (line, ending) = line(&stream[at..]);
        let length = line.len() + ending;
        open.raw.extend(&stream[at..at + length]);
        let line = if at == 0 { line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line) } else { line };
        at += length;
        if line.is_empty() && ending > 0 {
            let next = Told { start: at, raw: Vec::new(), is_whole: false, fields: Vec::new() };
            found.push(Told { is_whole: true, ..std::mem::replace(&mut open, next) });
        } else if !line.is_empty() {
            open.fields.push(field(line));
        }
    }
    if !open.raw.is_empty() {
        found.push(open);
    }
    found
}

/// Returns the first line and how long its ending is.
fn line(text: &[u8]) -> (&[u8], usize) {
    let end = text.iter().position(|byte| b"\r\n".contains(byte)).unwrap_or(text.len());
    let ending = match text.get(end..end + 2) {
        Some(b"\r\n") => 2,
        _ => text.len().min(end + 1) - end,
    };
    (&text[..end], ending)
}

fn field(line: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let mut parts = line.splitn(2, |byte| *byte == b':');
    let (name, value) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    (name.to_vec(), value.strip_prefix(b" ").unwrap_or(value).to_vec())
}
