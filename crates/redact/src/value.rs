//! A tree of JSON, masked as a tree.
//!
//! The decision: a tree in which nothing is found is borrowed, and another one is copied whole, without recursion, since
//! who nests a document a million levels deep must not end the program. The cost is that a tree is searched up to the
//! first finding twice. Text that is not a tree yet is masked in place, which is faster and changes less.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::{Map, Value, map};

use crate::mask::Mask;
use crate::redactor::Redactor;
use crate::texts::TextReader;
use crate::watch::Marked;
#[cfg(feature = "rules")]
use crate::watch::merge;

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
        let mut masking = Masking {
            reader: TextReader::new(self.sought()),
            mask: self.mask(),
            #[cfg(feature = "rules")]
            scanner: self.sought().scanner(),
        };
        if masking.holds_any(value) { Cow::Owned(masking.tree(value)) } else { Cow::Borrowed(value) }
    }
}

/// Makes a masked copy.
struct Masking<'r> {
    reader: TextReader,
    mask: &'r Mask,
    #[cfg(feature = "rules")]
    scanner: Option<&'r reticent_detect::Scanner>,
}

impl Masking<'_> {
    fn holds_any(&mut self, root: &Value) -> bool {
        let mut left = vec![("", root)];
        while let Some((name, value)) = left.pop() {
            let is_found = match value {
                Value::String(text) => !self.read(name, text).is_empty(),
                Value::Number(number) => !self.read("", &number.to_string()).is_empty(),
                Value::Object(members) => {
                    left.extend(members.iter().map(|(key, member)| (key.as_str(), member)));
                    members.keys().any(|key| !self.read("", key).is_empty())
                }
                Value::Array(items) => {
                    left.extend(items.iter().map(|item| (name, item)));
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

    /// Returns what is to be masked in the text that is called `name`, or nothing.
    fn read(&mut self, name: &str, text: &str) -> VecDeque<Marked> {
        let spans = VecDeque::from(self.reader.read(text.as_bytes()));
        self.judged(name, text, spans)
    }

    /// Adds what a rule says of a text under its name.
    #[cfg(feature = "rules")]
    fn judged(&self, name: &str, text: &str, mut spans: VecDeque<Marked>) -> VecDeque<Marked> {
        if let Some(finding) = self.scanner.and_then(|scanner| scanner.judge_value(name, text)) {
            let span = finding.span();
            let marked = Marked::by_rule(span.start as u64, span.end as u64, finding.rule().id(), true);
            merge(&mut spans, vec![marked]);
        }
        spans
    }

    #[cfg(not(feature = "rules"))]
    fn judged(&self, _: &str, _: &str, spans: VecDeque<Marked>) -> VecDeque<Marked> {
        spans
    }

    /// Copies a tree: down to a leaf, then up to where another child is left.
    fn tree(&mut self, root: &Value) -> Value {
        let (mut open, mut next, mut name) = (Vec::new(), root, "");
        loop {
            let mut done = match next {
                Value::Array(items) => {
                    open.push(Open::Array(Vec::with_capacity(items.len()), items.iter(), name));
                    None
                }
                Value::Object(members) => {
                    open.push(Open::Object(self.keys(members), members.iter(), Map::new()));
                    None
                }
                leaf => Some(self.leaf(name, leaf)),
            };
            (name, next) = loop {
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

    fn leaf(&mut self, name: &str, leaf: &Value) -> Value {
        match leaf {
            Value::String(text) => self.masked(name, text).map_or_else(|| leaf.clone(), Value::String),
            Value::Number(number) => {
                let first = self.reader.read(number.to_string().as_bytes()).into_iter().next();
                first.map_or_else(|| leaf.clone(), |span| Value::String(text(self.mask.bytes(&span))))
            }
            _ => leaf.clone(),
        }
    }

    /// Masks a text that is called `name`, or nothing; `None` if it stays.
    fn masked(&mut self, name: &str, original: &str) -> Option<String> {
        let spans = self.read(name, original);
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
        let masked: Vec<Option<String>> = members.keys().map(|key| self.masked("", key)).collect();
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
    Array(Vec<Value>, std::slice::Iter<'v, Value>, &'v str),
    Object(Vec<String>, map::Iter<'v>, Map<String, Value>),
}

impl<'v> Open<'v> {
    /// The next child and its name; that of an item is the name of its array.
    fn next(&mut self) -> Option<(&'v str, &'v Value)> {
        match self {
            Self::Array(_, items, name) => items.next().map(|item| (*name, item)),
            Self::Object(_, members, _) => members.next().map(|(key, member)| (key.as_str(), member)),
        }
    }

    fn add(&mut self, child: Value) {
        match self {
            Self::Array(items, _, _) => items.push(child),
            Self::Object(keys, _, members) => {
                members.insert(keys.pop().expect("a key for each member"), child);
            }
        }
    }

    fn close(self) -> Value {
        match self {
            Self::Array(items, _, _) => Value::Array(items),
            Self::Object(_, _, members) => Value::Object(members),
        }
    }
}
