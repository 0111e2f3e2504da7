//! One place that holds a secret, ready to be shown.

use std::fmt;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use reticent_core::{Fingerprint, Secret};
use reticent_detect::{Layer, Reason, Rule, Severity};

/// A secret in a file, or a candidate that was suppressed.
///
/// Lines count from 1; columns count bytes of the file as it is stored, from 1, and the end is the place behind the
/// last byte. It holds the value only where [`Scan::with_values`](crate::Scan::with_values) asked for that.
///
/// ```
/// use std::ops::ControlFlow;
/// use reticent_detect::RuleSet;
/// use reticent_scan::{Event, Scan};
///
/// let scan = Scan::new(RuleSet::shipped());
/// let text = br#"{"db": {"password": "q8Zt0vLw2nXc5Rb7"}}"#; // reticent:allow
/// scan.reader("settings.json", &text[..], |event| {
///     let Event::Finding(finding) = event else { panic!("memory can be read") };
///     assert_eq!((finding.bytes(), finding.line(), finding.column()), (21..37, 1, 22));
///     assert_eq!(finding.pointer(), Some("/db/password"));
///     assert_eq!(finding.context(), r#"{"db": {"password": "[…]"}}"#);
///     ControlFlow::Continue(())
/// });
/// ```
pub struct Finding {
    pub(crate) path: Arc<Path>,
    pub(crate) found: reticent_detect::Finding,
    pub(crate) bytes: Range<u64>,
    pub(crate) start: Position,
    pub(crate) end: Position,
    pub(crate) context: String,
    pub(crate) mask_at: usize,
    pub(crate) fingerprint: Fingerprint,
    pub(crate) pointer: Option<String>,
    pub(crate) secret: Option<Secret>,
}

/// A line and a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Position {
    pub(crate) line: u64,
    pub(crate) column: u64,
}

impl Finding {
    /// Returns where the file is, as it was asked for.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the rule that answers for it.
    #[must_use]
    pub fn rule(&self) -> &Rule {
        self.found.rule()
    }

    /// Returns how bad a leak of it is.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.found.severity()
    }

    /// Returns how sure it is, from 0 to 1.
    #[must_use]
    pub fn confidence(&self) -> f32 {
        self.found.confidence()
    }

    /// Returns the encodings that were taken off before it was seen, the outermost first.
    #[must_use]
    pub fn layers(&self) -> &[Layer] {
        self.found.layers()
    }

    /// Returns why it is none, for a candidate that was suppressed.
    #[must_use]
    pub fn suppressed(&self) -> Option<Reason> {
        self.found.suppressed()
    }

    /// Returns where the secret itself stands in the file as it is stored.
    #[must_use]
    pub fn bytes(&self) -> Range<u64> {
        self.bytes.clone()
    }

    /// Returns the line of its first byte.
    #[must_use]
    pub fn line(&self) -> u64 {
        self.start.line
    }

    /// Returns the column of its first byte.
    #[must_use]
    pub fn column(&self) -> u64 {
        self.start.column
    }

    /// Returns the line of the place behind its last byte.
    #[must_use]
    pub fn end_line(&self) -> u64 {
        self.end.line
    }

    /// Returns the column of the place behind its last byte.
    #[must_use]
    pub fn end_column(&self) -> u64 {
        self.end.column
    }

    /// Returns its line, cut, with `[…]` in the place of this and every other secret in it.
    #[must_use]
    pub fn context(&self) -> &str {
        &self.context
    }

    /// Returns where the mask of this secret begins in [`context`](Self::context), in characters.
    #[must_use]
    pub fn mask_at(&self) -> usize {
        self.mask_at
    }

    /// Returns a keyed hash of the value and the vendor of its rule: no line and no path.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }

    /// Returns the pointer (RFC 6901) to the string that holds it, in a file of JSON; for one in a key, to its object.
    #[must_use]
    pub fn pointer(&self) -> Option<&str> {
        self.pointer.as_deref()
    }

    /// Returns the value itself, if it was asked for.
    #[must_use]
    pub fn secret(&self) -> Option<&Secret> {
        self.secret.as_ref()
    }
}

impl fmt::Debug for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Finding")
            .field("rule", &self.rule().id())
            .field("path", &self.path)
            .field("bytes", &self.bytes)
            .field("start", &self.start)
            .field("end", &self.end)
            .field("fingerprint", &self.fingerprint)
            .finish_non_exhaustive()
    }
}
