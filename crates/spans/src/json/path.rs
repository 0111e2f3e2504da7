//! Where in a document a value stands.

use std::fmt::{self, Write};

use zeroize::Zeroizing;

use super::event::Event;
use crate::wiped;

/// Keys are kept up to this length, so that one endless key is no endless memory.
const KEY_LIMIT: usize = 1024;

/// Follows the events of a [`Lexer`](super::Lexer), and tells which keys and indices lead to the current one.
///
/// From the start of a string or number on it names that value; within a key it names the object, and from the end
/// of the key on the member. Outside of any bracket it is empty, also for each of several documents in a row. Of a
/// key, the first 1024 bytes are kept, and wiped. What is fed counts: whoever feeds a mask in the place of a key's
/// text gets a path with the mask.
///
/// ```
/// use reticent_spans::json::{Event, Lexer, Path};
///
/// let (mut path, mut paths) = (Path::default(), Vec::new());
/// Lexer::default().push(br#"{"data": {"items": [0, {"b.c": "x"}]}}"#, |event| {
///     path.follow(&event);
///     if let Event::StringStart { is_key: false, .. } = event {
///         paths.push((path.to_text(), path.to_pointer()));
///     }
/// });
/// assert_eq!(paths, [(r#"data.items[1]["b.c"]"#.to_owned(), "/data/items/1/b.c".to_owned())]);
/// ```
#[derive(Default)]
pub struct Path {
    levels: Vec<Level>,
    /// The keys of all levels, one behind the other.
    keys: Zeroizing<Vec<u8>>,
    in_key: bool,
}

enum Level {
    Array {
        index: u64,
    },
    Object {
        /// Where its key begins among all keys.
        key_start: usize,
        /// Where it ends, once it is read.
        key_end: Option<usize>,
    },
}

/// One step of a [`Path`].
///
/// ```
/// use reticent_spans::json::{Lexer, Path, Segment};
///
/// let mut path = Path::default();
/// Lexer::default().push(br#"{"ports": [80, "#, |event| path.follow(&event));
/// assert_eq!(path.segments().collect::<Vec<_>>(), [Segment::Key(b"ports"), Segment::Index(1)]);
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Segment<'p> {
    /// The decoded key of a member of an object.
    Key(&'p [u8]),
    /// The index of an item of an array, from 0.
    Index(u64),
}

impl Path {
    /// Takes note of the next event.
    #[inline]
    pub fn follow(&mut self, event: &Event<'_>) {
        match event {
            Event::StringStart { is_key: true, .. } => {
                self.forget_key();
                self.in_key = true;
            }
            Event::Text { bytes, .. } | Event::Escape { bytes, .. } if self.in_key => self.extend_key(bytes),
            Event::StringEnd { .. } if self.in_key => {
                self.in_key = false;
                if let Some(Level::Object { key_end, .. }) = self.levels.last_mut() {
                    *key_end = Some(self.keys.len());
                }
            }
            Event::Punctuation { byte, .. } => self.punctuation(*byte),
            _ => {}
        }
    }

    /// Returns the steps from the root to the current value; an object whose key is not known yet has none.
    pub fn segments(&self) -> impl Iterator<Item = Segment<'_>> {
        self.levels.iter().filter_map(|level| match level {
            Level::Array { index } => Some(Segment::Index(*index)),
            Level::Object { key_start, key_end } => Some(Segment::Key(&self.keys[*key_start..(*key_end)?])),
        })
    }

    /// Returns the path for people: `data.items[3].token`, and `a["b.c"]` for a key that is no plain word.
    ///
    /// What could disturb a terminal or a reader is escaped as in JSON, and bytes that are no UTF-8 are replaced.
    ///
    /// # Security
    /// A key may hold what is secret, and then this does.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        for segment in self.segments() {
            match segment {
                Segment::Index(index) => write!(text, "[{index}]").expect("a text takes everything"),
                Segment::Key(key) if is_word(key) => {
                    text.push_str(if text.is_empty() { "" } else { "." });
                    text.push_str(&String::from_utf8_lossy(key));
                }
                Segment::Key(key) => {
                    text.push_str("[\"");
                    String::from_utf8_lossy(key).chars().for_each(|character| quote(&mut text, character));
                    text.push_str("\"]");
                }
            }
        }
        text
    }

    /// Returns the path as a pointer of RFC 6901: `/data/items/3/token`.
    ///
    /// # Security
    /// As for [`to_text`](Self::to_text); moreover nothing is escaped but `~` and `/`, as the RFC says.
    #[must_use]
    pub fn to_pointer(&self) -> String {
        let mut pointer = String::new();
        for segment in self.segments() {
            match segment {
                Segment::Index(index) => write!(pointer, "/{index}").expect("a text takes everything"),
                Segment::Key(key) => {
                    let key = String::from_utf8_lossy(key).replace('~', "~0").replace('/', "~1");
                    pointer.push('/');
                    pointer.push_str(&key);
                }
            }
        }
        pointer
    }

    fn extend_key(&mut self, bytes: &[u8]) {
        if let Some(Level::Object { key_start, .. }) = self.levels.last() {
            let room = KEY_LIMIT.saturating_sub(self.keys.len() - key_start);
            wiped::extend(&mut self.keys, &bytes[..bytes.len().min(room)]);
        }
    }

    /// Forgets the key of the innermost object.
    fn forget_key(&mut self) {
        if let Some(Level::Object { key_start, key_end }) = self.levels.last_mut() {
            self.keys.truncate(*key_start);
            *key_end = None;
        }
    }

    fn punctuation(&mut self, byte: u8) {
        match byte {
            b'{' => self.levels.push(Level::Object { key_start: self.keys.len(), key_end: None }),
            b'[' => self.levels.push(Level::Array { index: 0 }),
            b'}' | b']' => {
                self.forget_key();
                self.levels.pop();
            }
            b',' => match self.levels.last_mut() {
                Some(Level::Array { index }) => *index += 1,
                _ => self.forget_key(),
            },
            _ => {}
        }
    }
}

/// Whether a key reads well without quotes.
fn is_word(key: &[u8]) -> bool {
    let is_inner = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'$');
    key.iter().all(is_inner) && key.first().is_some_and(|byte| !byte.is_ascii_digit() && *byte != b'-')
}

/// Writes a character as in a JSON string; of those outside of ASCII only letters and digits are shown as they are,
/// since others change how a line looks.
fn quote(text: &mut String, character: char) {
    match character {
        '"' | '\\' => text.extend(['\\', character]),
        ' '..='~' | char::REPLACEMENT_CHARACTER => text.push(character),
        _ if character.is_alphanumeric() => text.push(character),
        _ => {
            for unit in character.encode_utf16(&mut [0; 2]) {
                write!(text, "\\u{unit:04x}").expect("a text takes everything");
            }
        }
    }
}

impl fmt::Debug for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Path").field("depth", &self.levels.len()).finish_non_exhaustive()
    }
}

impl fmt::Debug for Segment<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(key) => write!(f, "Key({} bytes)", key.len()),
            Self::Index(index) => write!(f, "Index({index})"),
        }
    }
}
