//! Why a candidate is no finding, or less of one.

use std::fmt;

/// Why a candidate was suppressed.
///
/// ```
/// use reticent_detect::Reason;
///
/// assert_eq!(Reason::Checksum.to_string(), "its checksum is wrong");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// A checksum that its form carries does not hold.
    Checksum,
    /// It does not decode to what its form says.
    Structure,
    /// It announces that it is to be replaced, or a product ships with it.
    Placeholder,
    /// It is printed in documents.
    Documented,
    /// It is filled in elsewhere.
    Template,
    /// It says where the value is, or is encrypted.
    Reference,
    /// It is a row of keys, an alphabet or a repetition.
    Pattern,
    /// It reads as words.
    Words,
    /// It is an identifier, a hash or a number.
    Identifier,
    /// It is a path, a URL or an address.
    Place,
    /// It is a piece of a program.
    Code,
    /// Its name says that it may be shown.
    Public,
    /// A mark on its line allows it.
    Allowed,
}

impl Reason {
    /// Returns the word of reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Checksum => "checksum",
            Self::Structure => "structure",
            Self::Placeholder => "placeholder",
            Self::Documented => "documented",
            Self::Template => "template",
            Self::Reference => "reference",
            Self::Pattern => "pattern",
            Self::Words => "words",
            Self::Identifier => "identifier",
            Self::Place => "place",
            Self::Code => "code",
            Self::Public => "public",
            Self::Allowed => "allowed",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Checksum => "its checksum is wrong",
            Self::Structure => "it does not decode to what its form says",
            Self::Placeholder => "it is a placeholder or a shipped default",
            Self::Documented => "it is an example from documents",
            Self::Template => "it is filled in elsewhere",
            Self::Reference => "it refers to a value, or is encrypted",
            Self::Pattern => "it is a row of keys or a repetition",
            Self::Words => "it reads as words",
            Self::Identifier => "it is an identifier, a hash or a number",
            Self::Place => "it is a path, a URL or an address",
            Self::Code => "it is a piece of a program",
            Self::Public => "its name says that it may be shown",
            Self::Allowed => "a mark on its line allows it",
        })
    }
}
