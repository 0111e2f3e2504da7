//! `NAME=value` lines as `docker run --env-file` reads them.
//!
//! Docker reads a value as it stands up to the line's end: no quotes, no escapes, no interpolation, blanks kept. So
//! what holds a line break cannot be written. Checked against the client 28.2 (its package `kvfile`).

use reticent::core::SecretBuffer;

use super::page::Unfit;

/// The longest line that the client reads: one byte less than its buffer, which takes the line's end as well.
const LINE_LIMIT: usize = 65_535;

/// Writes one line without its end.
pub(super) fn entry(name: &str, value: &str, out: &mut SecretBuffer) -> Result<(), Unfit> {
    // Blanks before a name are dropped, `#` begins a comment, and a mark at the file's beginning is none of the name.
    let tears = |character: char| {
        character.is_whitespace() || character.is_control() || matches!(character, '=' | '\u{feff}')
    };
    if name.is_empty() || name.starts_with('#') || name.contains(tears) {
        return Err(Unfit {
            problem: "no name that an --env-file can have",
            hint: "rename it, or name the others with --only",
        });
    }
    if value.contains('\0') {
        return Err(Unfit::nul());
    }
    if value.contains(['\n', '\r']) {
        return Err(Unfit {
            problem: "the value has a line break, which an --env-file cannot hold",
            hint: "mount it as a file, or hand it over with: reticent run -- docker run --env NAME …",
        });
    }
    if name.len() + 1 + value.len() > LINE_LIMIT {
        return Err(Unfit {
            problem: "name and value have more than 65535 bytes, the longest line that docker reads",
            hint: "mount it as a file, and name the file in a variable",
        });
    }
    out.extend_from_slice(name.as_bytes());
    out.push(b'=');
    out.extend_from_slice(value.as_bytes());
    Ok(())
}
