//! Whether a secret has moved since it was last looked at.

use std::fmt;
use std::sync::Arc;

/// An opaque token: equal tokens mean that nothing moved. It holds no value and no plain hash of one.
///
/// ```
/// use reticent_core::Revision;
///
/// assert_eq!(Revision::of("mtime 17"), Revision::of("mtime 17"));
/// assert_ne!(Revision::of("mtime 17"), Revision::of("mtime 18"));
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Revision(Arc<[u8]>);

impl Revision {
    /// Makes a token of whatever tells one state from the next: a version id, times and sizes, a keyed fingerprint.
    #[must_use]
    pub fn of(state: impl AsRef<[u8]>) -> Self {
        Self(state.as_ref().into())
    }
}

impl fmt::Debug for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Revision(..)")
    }
}
