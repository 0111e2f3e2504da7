//! How a value is written so that it is read back, here and by as many other tools as can be.
//!
//! The decision follows what eight parser modes make of each form (`tests/data/dotenv_matrix.json`): bare where the
//! shell agrees too; single quotes for all else, since in them `$`, `#` and most backslashes are literal nearly
//! everywhere; double quotes only for what single quotes cannot hold everywhere (a quote, a doubled backslash, CR).

use reticent_core::{Secret, SecretBuffer};

use crate::document::Quoting;
use crate::error::RenderError;
use crate::key;

/// Writes `value` as it stands behind `KEY=`, with the fewest quotes that are safe.
///
/// Every value without NUL reads back as itself, in both modes.
///
/// # Errors
/// [`RenderError`] for NUL and for bytes that are not UTF-8.
///
/// ```
/// use reticent_core::Secret;
/// use reticent_dotenv::render_value;
///
/// let bare = render_value(&Secret::copy_of(b"postgres://db:5432/app"))?;
/// assert_eq!(bare.len(), 22);
/// let quoted = render_value(&Secret::copy_of(b"two words"))?;
/// assert_eq!(quoted.len(), 11);
/// # Ok::<(), reticent_dotenv::RenderError>(())
/// ```
pub fn render_value(value: &Secret) -> Result<SecretBuffer, RenderError> {
    let mut out = SecretBuffer::with_capacity(value.len() + 2);
    write_value(value, Quoting::Unquoted, &mut out)?;
    Ok(out)
}

/// Writes `KEY=value` without a line ending.
///
/// # Errors
/// As [`render_value`], and for a key that is none.
///
/// ```
/// use reticent_core::Secret;
/// use reticent_dotenv::render_entry;
///
/// assert_eq!(render_entry("TOKEN", &Secret::copy_of(b"a b"))?.len(), "TOKEN='a b'".len());
/// # Ok::<(), reticent_dotenv::RenderError>(())
/// ```
pub fn render_entry(key: &str, value: &Secret) -> Result<SecretBuffer, RenderError> {
    check_key(key)?;
    let mut out = SecretBuffer::with_capacity(key.len() + value.len() + 3);
    out.extend_from_slice(key.as_bytes());
    out.push(b'=');
    write_value(value, Quoting::Unquoted, &mut out)?;
    Ok(out)
}

pub(crate) fn check_key(key: &str) -> Result<(), RenderError> {
    if key::is_key(key) { Ok(()) } else { Err(RenderError::Key) }
}

/// Writes `value` in the `wanted` quotes where they do, and in safer ones where they do not.
pub(crate) fn write_value(
    value: &Secret,
    wanted: Quoting,
    out: &mut SecretBuffer,
) -> Result<(), RenderError> {
    #[expect(clippy::disallowed_methods, reason = "into the caller's wiped buffer, escaped")]
    let text = value.expose_text().map_err(|_| RenderError::NotUtf8)?;
    if text.contains('\0') {
        return Err(RenderError::Nul);
    }
    match form(text, wanted) {
        Quoting::Unquoted => out.extend_from_slice(text.as_bytes()),
        Quoting::Single => wrap(text, b'\'', out),
        Quoting::Double => escape(text, out),
    }
    Ok(())
}

fn form(text: &str, wanted: Quoting) -> Quoting {
    let tears_single_quotes = text.contains("\\\\") || text.ends_with('\\') || text.contains(['\'', '\r']);
    let same_in_double_quotes = !text.contains(['\\', '"', '$']);
    match wanted {
        _ if tears_single_quotes => Quoting::Double,
        Quoting::Double if same_in_double_quotes => Quoting::Double,
        Quoting::Unquoted if text.chars().all(is_plain) => Quoting::Unquoted,
        _ => Quoting::Single,
    }
}

/// What no tool and no shell reads as anything but itself, wherever it stands.
fn is_plain(character: char) -> bool {
    character.is_alphanumeric()
        || matches!(character, '_' | '-' | '.' | '/' | ':' | '@' | '%' | '+' | ',' | '=')
}

fn wrap(text: &str, quote: u8, out: &mut SecretBuffer) {
    out.push(quote);
    out.extend_from_slice(text.as_bytes());
    out.push(quote);
}

fn escape(text: &str, out: &mut SecretBuffer) {
    out.push(b'"');
    for byte in text.bytes() {
        match byte {
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\\' | b'"' | b'$' => out.extend_from_slice(&[b'\\', byte]),
            _ => out.push(byte),
        }
    }
    out.push(b'"');
}
