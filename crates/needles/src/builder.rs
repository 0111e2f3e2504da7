//! Learns values and builds what finds them.

use std::collections::BTreeMap;
use std::fmt;

use reticent_core::Secret;

use crate::finder::Finder;
use crate::forms::{Forms, exposed, index};
use crate::matcher::Matcher;
use crate::span::Span;
use crate::{spell, targets};

/// How many bytes all spellings of a common value have for each of its own.
const SPELLINGS: usize = 24;

/// Why a value, or a part of it, is not looked for.
///
/// ```
/// use reticent_needles::Reason;
///
/// assert_eq!(Reason::CommonWord.to_string(), "is a common word");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// It has fewer than six bytes besides blanks.
    TooShort,
    /// It is a word that texts are full of, such as `production`.
    CommonWord,
    /// It holds the beginning of a mask.
    HoldsMask,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooShort => "has fewer than 6 bytes",
            Self::CommonWord => "is a common word",
            Self::HoldsMask => "holds the beginning of a mask",
        })
    }
}

/// A name whose value, or a part of it, is not looked for. It never holds the value.
///
/// ```
/// use reticent_core::Secret;
/// use reticent_needles::{Needles, Reason};
///
/// let needles = Needles::builder().learn("PIN", &Secret::copy_of(b"1234")).build();
/// assert_eq!(needles.refused()[0].reason(), Reason::TooShort);
/// assert_eq!(needles.refused()[0].to_string(), "\"PIN\" is not looked for: it has fewer than 6 bytes");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    name: String,
    reason: Reason,
}

impl Refusal {
    /// Returns the name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns why.
    #[must_use]
    pub fn reason(&self) -> Reason {
        self.reason
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\" is not looked for: it {}", self.name.escape_debug(), self.reason)
    }
}

/// Collects names and values.
///
/// ```
/// use reticent_core::Secret;
/// use reticent_needles::Needles;
///
/// let builder = Needles::builder().learn("A", &Secret::copy_of(b"orange-tiger"));
/// assert_eq!(format!("{builder:?}"), "Builder { names: 1, .. }");
/// ```
#[derive(Default)]
pub struct Builder {
    values: BTreeMap<String, Vec<Secret>>,
}

impl Builder {
    /// Learns `secret` under `name`; a second value of the same name, such as the one before a rotation, is looked for
    /// as well.
    #[must_use]
    pub fn learn(mut self, name: impl Into<String>, secret: &Secret) -> Self {
        self.values.entry(name.into()).or_default().push(secret.clone());
        self
    }

    /// Spells every value and builds the tables.
    ///
    /// # Panics
    /// When the spellings together have four thousand million bytes.
    #[must_use]
    pub fn build(self) -> Needles {
        let bytes: usize = self.values.values().flatten().map(Secret::len).sum();
        let mut forms = Forms::with_capacity(SPELLINGS * bytes);
        let (mut owners, mut refused) = (Vec::with_capacity(self.values.len()), Vec::new());
        for (name, secrets) in self.values {
            for (nth, secret) in secrets.into_iter().enumerate() {
                if let Some(reason) = spell(&mut forms, index(owners.len()), &secret) {
                    refused.push(Refusal { name: name.clone(), reason });
                }
                owners.push(Owner { name: name.clone(), nth });
            }
        }
        Needles { matcher: Matcher::new(&forms), owners, refused }
    }
}

/// Adds every spelling of each target of `secret`, and tells why a target has none.
fn spell(forms: &mut Forms, owner: u32, secret: &Secret) -> Option<Reason> {
    #[expect(clippy::disallowed_methods, reason = "into spellings, which are wiped")]
    let value = secret.expose_bytes();
    let mut refused = None;
    for target in targets::of(value) {
        let target = exposed(&target);
        match targets::refusal(target) {
            Some(reason) => refused = refused.or(Some(reason)),
            None => {
                forms.begin(owner);
                spell::every(target, forms);
            }
        }
    }
    refused
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder").field("names", &self.values.len()).finish_non_exhaustive()
    }
}

/// Which value a spelling is of; owners stand in the order of their names.
pub(crate) struct Owner {
    pub(crate) name: String,
    /// The how manyth value of its name.
    pub(crate) nth: usize,
}

/// Known values, ready to be found in any number of texts at once.
///
/// ```
/// use reticent_core::Secret;
/// use reticent_needles::Needles;
///
/// let password = Secret::copy_of(b"plum-Garden-42!");
/// let needles = Needles::builder().learn("DB_PASSWORD", &password).build();
/// let found = needles.find_all(b"url?p=plum-Garden-42%21&x=1");
/// assert_eq!((found.len(), found[0].name()), (1, "DB_PASSWORD"));
/// ```
pub struct Needles {
    pub(crate) matcher: Matcher,
    pub(crate) owners: Vec<Owner>,
    refused: Vec<Refusal>,
}

impl Needles {
    /// Begins a set.
    #[must_use]
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Returns the names whose value, or a part of it, is not looked for, in alphabetical order.
    #[must_use]
    pub fn refused(&self) -> &[Refusal] {
        &self.refused
    }

    /// Begins to look through a text that arrives in chunks.
    #[must_use]
    pub fn finder(&self) -> Finder<&Self> {
        Finder::new(self)
    }

    /// Tells whether nothing is looked for, since no value was learnt or each was refused.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.matcher.is_empty()
    }

    /// Finds everything in one text.
    #[must_use]
    pub fn find_all(&self, text: &[u8]) -> Vec<Span<'_>> {
        let mut places = Vec::new();
        let mut finder = self.finder();
        finder.push(text, |span| places.push(span.place()));
        finder.finish(|span| places.push(span.place()));
        places.into_iter().map(|place| Span::new(self, place)).collect()
    }
}

impl fmt::Debug for Needles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Needles");
        shown.field("values", &self.owners.len()).field("refused", &self.refused).finish_non_exhaustive()
    }
}
