//! Why a test cannot have its servers.

use std::fmt;

/// Why a test cannot have its servers, or one of them does not do what it was told to.
///
/// `Debug` is the text too, since this is what `unwrap` in a test shows.
///
/// ```
/// use reticent_testkit::servers::Servers;
///
/// if let Err(error) = Servers::shared() {
///     assert_eq!(format!("{error:?}"), error.to_string());
/// }
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct ServersError(String);

impl ServersError {
    pub(super) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub(super) fn not_there(variable: &str) -> Self {
        Self(format!(
            "this test needs real servers, and {variable} is not set: run the tests by `cargo xtask test`"
        ))
    }
}

impl fmt::Display for ServersError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for ServersError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ServersError {}
