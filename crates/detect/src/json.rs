//! Trees of JSON that a program holds: each string under its name, with the pointer to it.

use serde_json::Value;

use crate::finding::Finding;
use crate::form::assignment;
use crate::form::name::{Meaning, Words};
use crate::hits;
use crate::layers;
use crate::scanner::Scanner;
use crate::text::Text;

/// A shorter string is looked at only under the name of a secret.
const SHORTEST: usize = 16;

/// A finding in a tree, and where.
///
/// ```
/// use reticent_detect::Scanner;
/// use serde_json::json;
///
/// let response = json!({"data": {"items": [{"api_key": "q8Zt0vLw2nXc5Rb7Tk"}]}});
/// let found = Scanner::new().scan_value(&response);
/// assert_eq!(found[0].pointer(), "/data/items/0/api_key");
/// assert_eq!(found[0].finding().span(), 0..18);
/// ```
#[derive(Clone, Debug)]
pub struct FoundAt {
    pointer: String,
    finding: Finding,
}

impl FoundAt {
    /// Returns the pointer to the string or to the key that holds it (RFC 6901).
    #[must_use]
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// Returns what was found; its span counts in bytes of the string.
    #[must_use]
    pub fn finding(&self) -> &Finding {
        &self.finding
    }
}

impl Scanner {
    /// Returns what is found in the strings and the keys of `value`, in the order of the tree.
    ///
    /// JSON within a string is looked through as text, and so are the encodings. Depth is no limit: nothing recurses.
    #[must_use]
    pub fn scan_value(&self, value: &Value) -> Vec<FoundAt> {
        let mut found = Vec::new();
        let mut stack = vec![(String::new(), String::new(), value)];
        while let Some((pointer, name, value)) = stack.pop() {
            match value {
                Value::String(text) => self.scan_string(&pointer, &name, text, &mut found),
                Value::Array(items) => {
                    let items = items.iter().enumerate().rev();
                    stack.extend(items.map(|(at, item)| (format!("{pointer}/{at}"), name.clone(), item)));
                }
                Value::Object(members) => {
                    for key in members.keys().filter(|key| key.len() >= SHORTEST) {
                        self.scan_string(&step(&pointer, key), "", key, &mut found);
                    }
                    let members: Vec<_> = members.iter().collect();
                    let members = members.into_iter().rev();
                    stack.extend(members.map(|(key, member)| (step(&pointer, key), key.clone(), member)));
                }
                Value::Null | Value::Bool(_) | Value::Number(_) => {}
            }
        }
        found
    }

    fn scan_string(&self, pointer: &str, name: &str, text: &str, found: &mut Vec<FoundAt>) {
        let is_named = !matches!(Words::of(name.as_bytes()).meaning(), Meaning::Nothing);
        if text.len() < SHORTEST && !is_named {
            return;
        }
        let whole = Text::of("", text.as_bytes());
        let mut hits = layers::look(self.rules(), &whole);
        if is_named {
            assignment::named(self.rules(), &whole, name.as_bytes(), &mut hits);
            hits = hits::settle(self.rules(), hits);
        }
        let wanted = hits.into_iter().filter_map(|hit| self.wanted(hit));
        found.extend(wanted.map(|finding| FoundAt { pointer: pointer.to_owned(), finding }));
    }
}

fn step(pointer: &str, key: &str) -> String {
    format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"))
}
