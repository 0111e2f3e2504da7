//! Labelled texts.

use std::ops::Range;
use std::path::Path;

use serde::Deserialize;

/// A text, and what in it is a secret.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) path: String,
    pub(crate) text: Vec<u8>,
    pub(crate) labels: Vec<Label>,
}

/// A place of a text, and what it is.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Label {
    start: usize,
    end: usize,
    /// A secret, none, or unknown.
    pub(crate) label: Option<bool>,
    #[serde(default)]
    pub(crate) kind: String,
    /// Whether the span is the secret to the byte.
    #[serde(default)]
    pub(crate) exact: bool,
    /// None only in that it is no token of one vendor.
    #[serde(default)]
    pub(crate) soft: bool,
}

#[derive(Deserialize)]
struct Line {
    id: String,
    #[serde(default)]
    path_hint: String,
    /// Base64 with its letters moved by 13, so that no scanner stumbles over this repository.
    text_b64_rot13: String,
    labels: Vec<Label>,
}

impl Label {
    pub(crate) fn new(span: Range<usize>, label: bool, kind: &str) -> Self {
        Self {
            start: span.start,
            end: span.end,
            label: Some(label),
            kind: kind.to_owned(),
            exact: label,
            soft: false,
        }
    }

    pub(crate) fn span(&self) -> Range<usize> {
        self.start..self.end
    }

    /// The same place in a text of which each byte became `wide` bytes, behind `before` others.
    pub(crate) fn moved(&self, before: usize, wide: usize) -> Self {
        Self { start: before + self.start * wide, end: before + self.end * wide, ..self.clone() }
    }

    pub(crate) fn overlaps(&self, span: &Range<usize>) -> bool {
        span.start < self.end && self.start < span.end
    }
}

/// The cases of each project.
pub(crate) fn sources() -> Vec<(String, Vec<Case>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("quality/data");
    let entries = std::fs::read_dir(folder).expect("the data is there");
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "jsonl"));
    paths.sort();
    paths
        .into_iter()
        .map(|path| {
            let text = std::fs::read_to_string(&path).expect("the data is text");
            let cases = text.lines().map(|line| case(serde_json::from_str(line).expect("the data is JSON")));
            (path.file_stem().expect("a name").to_string_lossy().into_owned(), cases.collect())
        })
        .collect()
}

fn case(line: Line) -> Case {
    let text = decoded(line.text_b64_rot13.as_bytes());
    Case { name: line.id, path: line.path_hint, text, labels: line.labels }
}

fn decoded(digits: &[u8]) -> Vec<u8> {
    const ALPHABET: &[u8; 64] = b"NOPQRSTUVWXYZABCDEFGHIJKLMnopqrstuvwxyzabcdefghijklm0123456789+/";
    let values: Vec<u32> = digits
        .iter()
        .filter_map(|digit| ALPHABET.iter().position(|known| known == digit))
        .map(|value| u32::try_from(value).expect("six bits"))
        .collect();
    let mut bytes = Vec::with_capacity(values.len() * 3 / 4);
    for four in values.chunks(4) {
        let word = four.iter().chain(&[0, 0, 0]).take(4).fold(0_u32, |word, value| word << 6 | value);
        bytes.extend_from_slice(&word.to_be_bytes()[1..four.len().max(1)]);
    }
    bytes
}
