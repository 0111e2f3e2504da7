//! Where variables come from: the process, or whatever a test or a launcher hands over.

use std::collections::BTreeMap;
use std::ffi::OsString;

use reticent_core::Secret;

/// Variables by name.
///
/// ```
/// use std::collections::BTreeMap;
/// use std::ffi::OsString;
/// use reticent_provider_env::Environment;
///
/// let environment = BTreeMap::from([("HOME".to_owned(), OsString::from("/root"))]);
/// assert_eq!(environment.variable("HOME"), Some(OsString::from("/root")));
/// assert_eq!(environment.names(), ["HOME"]);
/// ```
pub trait Environment: Send + Sync {
    /// Returns a variable's value; the caller wipes it.
    fn variable(&self, name: &str) -> Option<OsString>;

    /// Returns every name that is UTF-8, in any order.
    fn names(&self) -> Vec<String>;
}

/// The environment of this process.
///
/// The system's own copy of it cannot be wiped, and every process of the same user may read it.
///
/// ```
/// use reticent_provider_env::{Environment, ProcessEnvironment};
///
/// assert!(ProcessEnvironment.variable("PATH").is_some());
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "complete: there is one environment")]
pub struct ProcessEnvironment;

impl Environment for ProcessEnvironment {
    fn variable(&self, name: &str) -> Option<OsString> {
        std::env::var_os(name)
    }

    fn names(&self) -> Vec<String> {
        let name_of = |(name, value): (OsString, OsString)| {
            // The standard library copies every value; each copy is wiped as it goes by.
            drop(Secret::from_vec(value.into_encoded_bytes()));
            name.into_string().ok()
        };
        std::env::vars_os().filter_map(name_of).collect()
    }
}

impl Environment for BTreeMap<String, OsString> {
    fn variable(&self, name: &str) -> Option<OsString> {
        self.get(name).cloned()
    }

    fn names(&self) -> Vec<String> {
        self.keys().cloned().collect()
    }
}
