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
    /// Whether the capture is the whole match, so that captures need not be looked for.
    is_all_captured: bool,
    compiled: OnceLock<Option<Regex>>,
}

impl Pattern {
    pub(crate) fn new(source: &str, is_anchored: bool) -> Self {
        Self {
            source: source.into(),
            is_anchored,
            is_all_captured: is_one_group(source),
            compiled: OnceLock::new(),
        }
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

    /// Tells whether it wants something before its capture.
    pub(crate) fn has_lead(&self) -> bool {
        !self.is_all_captured && !self.source.starts_with(r"\b")
    }

    /// Returns the span of the capture in `text`, where there is a match.
    pub(crate) fn find(&self, text: &[u8]) -> Option<Range<usize>> {
        let regex =
            self.compiled.get_or_init(|| Self::compile(&self.source, self.is_anchored).ok()).as_ref()?;
        if self.is_all_captured {
            return regex.find(text).map(|found| found.range());
        }
        regex.captures(text)?.get(1).map(|capture| capture.range())
    }
}

/// Whether the first bracket closes at the very end.
fn is_one_group(source: &str) -> bool {
    let (mut depth, mut is_class, mut is_escaped) = (0_usize, false, false);
    for (at, byte) in source.bytes().enumerate() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'[' => is_class = true,
            b']' => is_class = false,
            b'(' if !is_class => depth += 1,
            b')' if !is_class => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return at + 1 == source.len() && source.starts_with('(') && !source.starts_with("(?");
        }
    }
    false
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.source)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_capture_is_known_to_be_all_of_a_match() {
        for source in ["(ab)", r"(a[)]\)(?:b|c)d)", "((?:a|b){3})"] {
            assert!(is_one_group(source), "{source}");
        }
        for source in ["x(ab)", "(a)b", "(a)(b)", r"\b(ab)", "(?:a)", "ab"] {
            assert!(!is_one_group(source), "{source}");
        }
    }
}
