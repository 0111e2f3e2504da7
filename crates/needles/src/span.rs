//! What is found: where, of which name, in which spelling.

use std::fmt;

use crate::builder::Needles;
use crate::trie::Entry;

/// How a value was written where it was found.
///
/// ```
/// use reticent_core::Secret;
/// use reticent_needles::{Needles, Spelling};
///
/// let needles = Needles::builder().learn("PIN", &Secret::copy_of(b"plum-42!")).build();
/// assert_eq!(needles.find_all(b"706c756d2d343221")[0].spelling(), Spelling::Hex);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Spelling {
    /// As it is, or a part of a structured value as it is.
    Raw,
    /// Base64, whole or inside more, at any of the three alignments.
    Base64,
    /// Base64 with `-` and `_`.
    Base64Url,
    /// Two hex digits for each byte.
    Hex,
    /// Percent escapes of a URL, a path or a form.
    Percent,
    /// Escapes of a JSON string.
    Json,
    /// Quoting of a shell.
    Shell,
    /// Entities of HTML and XML.
    Html,
    /// Backslashes of a program's literal, or the doubled quote of SQL and YAML.
    Literal,
    /// UTF-16, little end first.
    Utf16Le,
    /// UTF-16, big end first.
    Utf16Be,
    /// Line breaks as one blank.
    Flat,
    /// All upper or all lower case.
    Case,
}

/// Where something known lies: merged from every occurrence that overlaps, and named by the first of them, then the
/// longest, then the name that comes first in the alphabet.
///
/// ```
/// use reticent_core::Secret;
/// use reticent_needles::Needles;
///
/// let needles = Needles::builder().learn("PIN", &Secret::copy_of(b"plum-42!")).build();
/// let span = needles.find_all(b"pin=plum-42!")[0];
/// assert_eq!((span.start(), span.end(), span.name()), (4, 12, "PIN"));
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Span<'n> {
    place: Place,
    name: &'n str,
    nth: usize,
}

/// A span without its name.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) start: u64,
    pub(crate) end: u64,
    pub(crate) entry: Entry,
}

impl<'n> Span<'n> {
    pub(crate) fn new(needles: &'n Needles, place: Place) -> Self {
        let owner = &needles.owners[place.entry.owner as usize];
        Self { place, name: &owner.name, nth: owner.nth }
    }

    pub(crate) fn place(&self) -> Place {
        self.place
    }

    /// Returns the offset of the first byte, counted from the first byte of the first chunk.
    #[must_use]
    pub fn start(&self) -> u64 {
        self.place.start
    }

    /// Returns the offset behind the last byte.
    #[must_use]
    pub fn end(&self) -> u64 {
        self.place.end
    }

    /// Returns the name under which the value was learnt.
    #[must_use]
    pub fn name(&self) -> &'n str {
        self.name
    }

    /// Returns which of the values that were learnt under the name it is, counted from 0.
    #[must_use]
    pub fn nth(&self) -> usize {
        self.nth
    }

    /// Returns the length of the occurrence that gives the name, in bytes that matching sees.
    #[must_use]
    pub fn length(&self) -> usize {
        self.place.entry.length as usize
    }

    /// Returns how the occurrence that gives the name is spelt.
    #[must_use]
    pub fn spelling(&self) -> Spelling {
        self.place.entry.spelling
    }
}

impl fmt::Debug for Span<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Span");
        shown.field("start", &self.start()).field("end", &self.end()).field("name", &self.name);
        shown.field("spelling", &self.spelling()).finish_non_exhaustive()
    }
}
