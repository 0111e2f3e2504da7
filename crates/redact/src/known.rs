//! Files of known values: what `--known-from` reads.
//!
//! The decision: a `.env` file or one JSON object, told apart by the first byte that is no blank, since the key of a
//! `.env` file never begins with a brace. Both are read strictly, because a value that is read otherwise than it was
//! meant is not masked. The cost is that a file which some tool would let pass is refused.

mod error;
mod json;

use reticent_core::Secret;
use reticent_dotenv::{Document, ParseOptions};

pub use error::{JsonError, KnownError};

/// The mark of UTF-8, which some editors put before a text.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// Reads the names and values of a `.env` file or of a JSON object, in the order of the file.
///
/// A name that stands there twice has both values. Of an object, a string is its text, a number or a boolean what is
/// written, an object or an array its JSON text, and `null` is no value.
///
/// ```
/// use reticent_redact::{Redactor, Values, known};
///
/// let values: Values = known::parse(br#"{"TOKEN": "plum-Garden-42!", "PORT": 54321678}"#)?.into_iter().collect();
/// let redactor = Redactor::new(&values);
/// assert_eq!(redactor.redact_text("plum-Garden-42! at 54321678"), "[REDACTED:TOKEN] at [REDACTED:PORT]");
///
/// let error = known::parse(b"{\"A\": [1, hunter2]}").unwrap_err();
/// assert_eq!(error.to_string(), "1:11 A[1]: no JSON value begins like this");
/// # Ok::<(), known::KnownError>(())
/// ```
///
/// # Errors
/// [`KnownError`]: what cannot be read, with line and column, and never a value.
///
/// # Security
/// Each value is copied once, into its secret; `bytes` stays the caller's to wipe.
pub fn parse(bytes: &[u8]) -> Result<Vec<(String, Secret)>, KnownError> {
    let text = bytes.strip_prefix(MARK).unwrap_or(bytes);
    if text.trim_ascii_start().first() == Some(&b'{') {
        return json::members(text).map_err(KnownError::Json);
    }
    let document = Document::parse(bytes, &ParseOptions::default()).map_err(KnownError::Dotenv)?;
    Ok(document.entries().map(|entry| (entry.key().to_owned(), entry.value().clone())).collect())
}
