//! What is found: where, of which name, in which spelling.

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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span<'n> {
    pub(crate) start: u64,
    pub(crate) end: u64,
    pub(crate) name: &'n str,
    pub(crate) spelling: Spelling,
}

impl<'n> Span<'n> {
    /// Returns the offset of the first byte, counted from the first byte of the first chunk.
    #[must_use]
    pub fn start(&self) -> u64 {
        self.start
    }

    /// Returns the offset behind the last byte.
    #[must_use]
    pub fn end(&self) -> u64 {
        self.end
    }

    /// Returns the name under which the value was learnt.
    #[must_use]
    pub fn name(&self) -> &'n str {
        self.name
    }

    /// Returns how the occurrence that gives the name is spelt.
    #[must_use]
    pub fn spelling(&self) -> Spelling {
        self.spelling
    }
}
