//! What stands in the place of a value.

use reticent_core::{FingerprintKey, Secret};
use reticent_needles::Spelling;

use crate::watch::Marked;

/// The longest name in a mask; a longer one is cut, so that a mask stays what is never masked again.
const LONGEST_NAME: usize = 128;

/// How many hex digits of a fingerprint a mask shows: 20 bits tell values apart and prove nothing about one.
const DIGITS: usize = 5;

/// What stands in the place of a value: `[REDACTED:NAME]` unless something else is asked for.
///
/// A character of the name that is no ASCII letter, digit, `_`, `.` or `-` becomes `_`, and the name is cut after 128
/// characters.
///
/// ```
/// use reticent_core::Secret;
/// use reticent_redact::{Mask, Redactor, Values};
///
/// let values = Values::new();
/// values.learn("PIN", &Secret::copy_of(b"plum-42!"));
/// let redactor = Redactor::new(&values);
/// assert_eq!(redactor.redact(b"pin plum-42!"), &b"pin [REDACTED:PIN]"[..]);
/// let redactor = redactor.with_mask(Mask::fixed());
/// assert_eq!(redactor.redact(b"pin plum-42!"), &b"pin ***"[..]);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Mask {
    is_fixed: bool,
    key: Option<FingerprintKey>,
}

impl Mask {
    /// Masks with `[REDACTED:NAME]`.
    #[must_use]
    pub fn name() -> Self {
        Self::default()
    }

    /// Masks with `***`, whatever the name.
    #[must_use]
    pub fn fixed() -> Self {
        Self { is_fixed: true, key: None }
    }

    /// Adds five hex digits of the value's fingerprint under `key`, as in `[REDACTED:NAME#1a2b3]`, which tell whether
    /// two places held one value. A fixed mask has none.
    ///
    /// # Security
    /// Who has the key can try guesses of a weak value against the digits.
    #[must_use]
    pub fn with_fingerprint(mut self, key: FingerprintKey) -> Self {
        self.key = Some(key);
        self
    }

    /// Returns the text for a value that lies under `name`.
    pub(crate) fn text(&self, name: &str, secret: Option<&Secret>) -> String {
        if self.is_fixed {
            return "***".to_owned();
        }
        let fits = |character: char| character.is_ascii_alphanumeric() || "_.-".contains(character);
        let mut text = String::from("[REDACTED:");
        text.extend(
            name.chars().take(LONGEST_NAME).map(|character| if fits(character) { character } else { '_' }),
        );
        if name.is_empty() {
            text.push('_');
        }
        if let (Some(key), Some(secret)) = (&self.key, secret) {
            text.push('#');
            text.push_str(&key.fingerprint(secret).to_string()[..DIGITS]);
        }
        text.push(']');
        text
    }

    /// Returns the mask of a span in the spelling in which it was found.
    pub(crate) fn bytes(&self, span: &Marked) -> Vec<u8> {
        let text = self.text(&span.name, span.secret.as_ref());
        match span.spelling {
            Spelling::Utf16Le => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            Spelling::Utf16Be => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
            _ => text.into_bytes(),
        }
    }
}
