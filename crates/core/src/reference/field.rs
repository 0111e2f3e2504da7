//! Which part of a structured value is meant.

use std::fmt;
use std::sync::Arc;

use super::error::{Problem, ReferenceError};

/// A key of a JSON object (`password`), or a JSON pointer (`/login/password`, RFC 6901).
///
/// ```
/// use reticent_core::Field;
///
/// assert_eq!(Field::parse("password")?.tokens(), ["password"]);
/// assert_eq!(Field::parse("/login/a~1b")?.tokens(), ["login", "a/b"]);
/// # Ok::<(), reticent_core::ReferenceError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Field {
    tokens: Arc<[String]>,
    pointer: bool,
}

impl Field {
    /// Reads a field: a text that begins with `/` is a pointer, any other is one key as it stands.
    ///
    /// # Errors
    /// [`ReferenceError`] when it is empty, or a `~` of a pointer stands before anything but `0` or `1`.
    pub fn parse(text: &str) -> Result<Self, ReferenceError> {
        if text.is_empty() {
            return Err(ReferenceError::at(1, Problem::EmptyField));
        }
        let Some(pointer) = text.strip_prefix('/') else {
            return Ok(Self { tokens: [text.to_owned()].into(), pointer: false });
        };
        let tokens: Result<Vec<String>, _> = pointer.split('/').map(unescape).collect();
        Ok(Self { tokens: tokens?.into(), pointer: true })
    }

    /// Returns the keys and indices from the outside in.
    #[must_use]
    pub fn tokens(&self) -> &[String] {
        &self.tokens
    }
}

fn unescape(token: &str) -> Result<String, ReferenceError> {
    let mut plain = String::with_capacity(token.len());
    let mut characters = token.chars();
    while let Some(character) = characters.next() {
        match (character, if character == '~' { characters.next() } else { None }) {
            ('~', Some('0')) => plain.push('~'),
            ('~', Some('1')) => plain.push('/'),
            ('~', _) => return Err(ReferenceError::at(1, Problem::PointerEscape)),
            (other, _) => plain.push(other),
        }
    }
    Ok(plain)
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for token in &*self.tokens {
            if self.pointer {
                write!(f, "/{}", token.replace('~', "~0").replace('/', "~1"))?;
            } else {
                f.write_str(token)?;
            }
        }
        Ok(())
    }
}
