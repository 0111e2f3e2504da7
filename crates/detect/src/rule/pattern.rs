//! A rule's expression, compiled when its first candidate is there.

use std::fmt;
use std::ops::Range;
use std::sync::OnceLock;

use regex::bytes::{Regex, RegexBuilder};

/// The largest program that an expression may become.
const PROGRAM_BYTES: usize = 1 << 20;

/// An expression of bytes with one capture.
pub(crate) struct Pattern {
    source: Box<str>,
    /// Whether it matches at the beginning of what it is given only.
    is_anchored: bool,
    compiled: OnceLock<Option<Regex>>,
}

impl Pattern {
    pub(crate) fn new(source: &str, is_anchored: bool) -> Self {
        Self { source: source.into(), is_anchored, compiled: OnceLock::new() }
    }

    /// Compiles `source`, or says what is wrong with it.
    pub(crate) fn compile(source: &str, is_anchored: bool) -> Result<Regex, regex::Error> {
        let whole = if is_anchored { format!(r"\A(?:{source})") } else { source.to_owned() };
        RegexBuilder::new(&whole)
            .unicode(false)
            .size_limit(PROGRAM_BYTES)
            .dfa_size_limit(PROGRAM_BYTES)
            .build()
    }

    /// Returns the span of the capture in `text`, where there is a match.
    pub(crate) fn find(&self, text: &[u8]) -> Option<Range<usize>> {
        let regex =
            self.compiled.get_or_init(|| Self::compile(&self.source, self.is_anchored).ok()).as_ref()?;
        regex.captures(text)?.get(1).map(|capture| capture.range())
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.source)
    }
}
