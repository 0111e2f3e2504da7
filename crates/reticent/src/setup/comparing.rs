//! Whether two values are the same secret, told by fingerprints.
//!
//! The decision: two JSON objects are the same when each of their fields reads the same, since one backend gives the
//! text back as it was written and another one puts its members in an order of its own.

use std::collections::BTreeMap;

use reticent_core::{Fingerprint, FingerprintKey, NoRandomness, Secret};

/// How deep objects within objects are compared by their fields; what lies deeper is compared as it stands.
const DEPTH_LIMIT: usize = 16;

/// Compares values by fingerprints under a key that is drawn once and kept nowhere.
///
/// ```
/// use reticent::core::Secret;
/// use reticent::setup::Comparing;
///
/// let comparing = Comparing::anew()?;
/// let written = Secret::copy_of(br#"{"user": "app", "port": 5432}"#);
/// let stored = Secret::copy_of(br#"{"port":5432,"user":"app"}"#);
/// assert!(comparing.is_same(&written, &stored));
/// assert!(!comparing.is_same(&written, &Secret::copy_of(b"app")));
/// # Ok::<(), reticent::core::NoRandomness>(())
/// ```
#[derive(Clone, Debug)]
pub struct Comparing(FingerprintKey);

impl Comparing {
    /// Draws a key.
    ///
    /// # Errors
    /// [`NoRandomness`] when the system has none to give.
    pub fn anew() -> Result<Self, NoRandomness> {
        FingerprintKey::random().map(Self)
    }

    /// Returns the fingerprint of `value`, which is the same for two spellings of one JSON object.
    #[must_use]
    pub fn fingerprint(&self, value: &Secret) -> Fingerprint {
        self.at_depth(value, 0)
    }

    /// Tells whether both are the same.
    #[must_use]
    pub fn is_same(&self, one: &Secret, other: &Secret) -> bool {
        self.fingerprint(one) == self.fingerprint(other)
    }

    fn at_depth(&self, value: &Secret, depth: usize) -> Fingerprint {
        let fields = if depth < DEPTH_LIMIT { value.fields().ok() } else { None };
        let Some(fields) = fields else { return self.0.fingerprint(value) };
        // Of a name that is given twice the last counts, as for a reader of the field.
        let fields: BTreeMap<String, Fingerprint> =
            fields.into_iter().map(|(name, value)| (name, self.at_depth(&value, depth + 1))).collect();
        let mut text = String::from("reticent object 1");
        for (name, fingerprint) in fields {
            text.push_str(&format!("\0{}:{name}{fingerprint}", name.len()));
        }
        self.0.fingerprint(&Secret::from_string(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_are_the_same_when_their_fields_read_the_same() {
        let comparing = Comparing::anew().expect("randomness");
        for (one, other, want) in [
            ("a", "a", true),
            ("a", "a\n", false),
            ("", "{}", false),
            (r#"{"a":"x","b":1}"#, " { \"b\" : 1, \"a\" : \"\\u0078\" } ", true),
            (r#"{"a":"x"}"#, r#"{"a":"x","b":"y"}"#, false),
            (r#"{"a":"x","b":"y"}"#, r#"{"a":"y","b":"x"}"#, false),
            (r#"{"a":"no","a":"x"}"#, r#"{"a":"x"}"#, true),
            (r#"{"a":{"b":"x","c":"y"}}"#, r#"{"a":{"c":"y","b":"x"}}"#, true),
            (r#"{"a":{"b":"x"}}"#, r#"{"a":{"b":"y"}}"#, false),
            (r#"{"ab":"c"}"#, r#"{"a":"bc"}"#, false),
            (r#"{"a":null}"#, r#"{"a":null}"#, true),
            (r#"{"a":null}"#, r#"{ "a":null}"#, false),
            (r#"["a","b"]"#, r#"["b","a"]"#, false),
        ] {
            let [first, second] = [one, other].map(|text| Secret::copy_of(text.as_bytes()));
            assert_eq!(comparing.is_same(&first, &second), want, "{one} and {other}");
        }
    }

    #[test]
    fn deep_objects_end() {
        let deep = format!("{}1{}", r#"{"a":"#.repeat(120), "}".repeat(120));
        let comparing = Comparing::anew().expect("randomness");
        assert!(comparing.is_same(&Secret::from_string(deep.clone()), &Secret::from_string(deep)));
    }
}
