//! A tree of JSON, masked as a tree.
//!
//! The decision: a tree in which nothing is found is borrowed, and another one is copied whole, without recursion, since
//! who nests a document a million levels deep must not end the program. The cost is that a tree is searched up to the
//! first finding twice. Text that is not a tree yet is masked in place, which is faster and changes less.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, map};

use crate::mask::Mask;
use crate::redactor::Redactor;
use crate::texts::TextReader;

impl Redactor {
    /// Masks a tree of JSON; one that holds no value is borrowed.
    ///
    /// Each string and each key is a text of its own. A number that holds a value, as it is written, becomes a string,
    /// which is the mask. Of keys that become the same, all but the first get a number, as in `[REDACTED:A]-2`, so that
    /// no member is lost; a key that holds no value keeps its name. The original is never changed.
    ///
    /// There is no limit of depth here; `serde_json` has its own where it parses, and none where it drops a tree, which
    /// it does by recursion.
    ///
    /// ```
    /// use reticent_core::Secret;
    /// use reticent_redact::{Redactor, Values};
    /// use serde_json::json;
    ///
    /// let values = Values::new();
    /// values.learn("PIN", &Secret::copy_of(b"90210867"));
    /// let redactor = Redactor::new(&values);
    /// let tree = json!({"user": "a", "pin": 90210867, "of 90210867": ["x90210867"]});
    /// let want = json!({"user": "a", "pin": "[REDACTED:PIN]", "of [REDACTED:PIN]": ["x[REDACTED:PIN]"]});
    /// assert_eq!(*redactor.redact_value(&tree), want);
    /// ```
    #[must_use]
    pub fn redact_value<'v>(&self, value: &'v Value) -> Cow<'v, Value> {
        let mut masking = Masking { reader: TextReader::new(self.values()), mask: self.mask() };
        if masking.holds_any(value) { Cow::Owned(masking.tree(value)) } else { Cow::Borrowed(value) }
    }
}

/// Makes a masked copy.
struct Masking<'r> {
    reader: TextReader,
    mask: &'r Mask,
}

impl Masking<'_> {
    fn holds_any(&mut self, root: &Value) -> bool {
        let mut left = vec![root];
        while let Some(value) = left.pop() {
            let is_found = match value {
                Value::String(text) => self.is_in(text),
                Value::Number(number) => self.is_in(&number.to_string()),
                Value::Object(members) => {
                    left.extend(members.values());
                    members.keys().any(|key| self.is_in(key))
                }
                Value::Array(items) => {
                    left.extend(items);
                    false
                }
                Value::Null | Value::Bool(_) => false,
            };
            if is_found {
                return true;
            }
        }
        false
    }

    fn is_in(&mut self, text: &str) -> bool {
        !self.reader.read(text.as_bytes()).is_empty()
    }

    /// Copies a tree: down to a leaf, then up to where another child is left.
    fn tree(&mut self, root: &Value) -> Value {
        let (mut open, mut next) = (Vec::new(), root);
        loop {
            let mut done = match next {
                Value::Array(items) => {
                    open.push(Open::Array(Vec::with_capacity(items.len()), items.iter()));
                    None
                }
                Value::Object(members) => {
                    open.push(Open::Object(self.keys(members), members.values(), Map::new()));
                    None
                }
                leaf => Some(self.leaf(leaf)),
            };
            next = loop {
                let Some(parent) = open.last_mut() else {
                    return done.expect("a leaf, or the last to be closed");
                };
                if let Some(child) = done.take() {
                    parent.add(child);
                }
                match parent.next() {
                    Some(child) => break child,
                    None => done = open.pop().map(Open::close),
                }
            };
        }
    }

    fn leaf(&mut self, leaf: &Value) -> Value {
        match leaf {
            Value::String(text) => self.masked(text).map_or_else(|| leaf.clone(), Value::String),
            Value::Number(number) => {
                let first = self.reader.read(number.to_string().as_bytes()).into_iter().next();
                first.map_or_else(|| leaf.clone(), |span| Value::String(text(self.mask.bytes(&span))))
            }
            _ => leaf.clone(),
        }
    }

    /// Masks a text; nothing if it stays.
    fn masked(&mut self, original: &str) -> Option<String> {
        let spans = self.reader.read(original.as_bytes());
        let place = |at: u64| usize::try_from(at).expect("an offset in a text in memory");
        let (mut shown, mut at) = (Vec::with_capacity(original.len()), 0);
        for span in &spans {
            shown.extend_from_slice(&original.as_bytes()[at..place(span.start)]);
            shown.extend_from_slice(&self.mask.bytes(span));
            at = place(span.end);
        }
        shown.extend_from_slice(&original.as_bytes()[at..]);
        (!spans.is_empty()).then(|| text(shown))
    }

    /// Returns the keys of a copy, in the order of the original, last one first.
    fn keys(&mut self, members: &Map<String, Value>) -> Vec<String> {
        let masked: Vec<Option<String>> = members.keys().map(|key| self.masked(key)).collect();
        let stays = members.keys().zip(&masked).filter(|(_, masked)| masked.is_none());
        let mut taken: BTreeSet<String> = match masked.iter().any(Option::is_some) {
            true => stays.map(|(key, _)| key.clone()).collect(),
            false => BTreeSet::new(),
        };
        let mut counts = BTreeMap::new();
        let mut key = |(key, masked): (&String, Option<String>)| match masked {
            Some(masked) => free(masked, &mut taken, &mut counts),
            None => key.clone(),
        };
        let mut keys: Vec<String> = members.keys().zip(masked).map(&mut key).collect();
        keys.reverse();
        keys
    }
}

/// Returns a key that no other member has: as it is, or with the next number.
fn free(key: String, taken: &mut BTreeSet<String>, counts: &mut BTreeMap<String, u64>) -> String {
    let count = counts.entry(key.clone()).or_insert(0);
    loop {
        *count += 1;
        let numbered = if *count == 1 { key.clone() } else { format!("{key}-{count}") };
        if taken.insert(numbered.clone()) {
            return numbered;
        }
    }
}

/// A value that is no text may end within a character.
fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

/// What is being copied: what there is of the copy, and what is left of the original.
enum Open<'v> {
    Array(Vec<Value>, std::slice::Iter<'v, Value>),
    Object(Vec<String>, map::Values<'v>, Map<String, Value>),
}

impl<'v> Open<'v> {
    fn next(&mut self) -> Option<&'v Value> {
        match self {
            Self::Array(_, items) => items.next(),
            Self::Object(_, members, _) => members.next(),
        }
    }

    fn add(&mut self, child: Value) {
        match self {
            Self::Array(items, _) => items.push(child),
            Self::Object(keys, _, members) => {
                members.insert(keys.pop().expect("a key for each member"), child);
            }
        }
    }

    fn close(self) -> Value {
        match self {
            Self::Array(items, _) => Value::Array(items),
            Self::Object(_, _, members) => Value::Object(members),
        }
    }
}
