//! What becomes of a newline at the end of a file.

use reticent_core::SecretBuffer;

/// What becomes of a newline at the end of a file.
///
/// ```
/// use reticent_core::SecretBuffer;
/// use reticent_files::Newline;
///
/// let mut buffer = SecretBuffer::new();
/// buffer.extend_from_slice(b"hunter2\r\n");
/// Newline::default().take_off(&mut buffer);
/// assert_eq!(buffer.len(), 7);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "complete: it is part of the value or it is not")]
pub enum Newline {
    /// Exactly one `\n` or `\r\n` is taken off, since editors and `echo` put one there; a shell's `$(<file)` takes
    /// off all of them. A value that ends in a newline is written with one more.
    #[default]
    OneStripped,
    /// It is part of the value.
    Kept,
}

impl Newline {
    /// Takes off and wipes what is not part of the value.
    pub fn take_off(self, buffer: &mut SecretBuffer) {
        #[expect(clippy::disallowed_methods, reason = "the last two bytes are looked at; nothing is copied")]
        let ending = match (self, buffer.expose_bytes()) {
            (Self::Kept, _) => 0,
            (Self::OneStripped, [.., b'\r', b'\n']) => 2,
            (Self::OneStripped, [.., b'\n']) => 1,
            (Self::OneStripped, _) => 0,
        };
        buffer.truncate(buffer.len() - ending);
    }

    /// Returns what must follow `value` in a file so that it reads back as itself: nothing, or one `\n`.
    #[must_use]
    pub fn to_add(self, value: &[u8]) -> &'static [u8] {
        if self == Self::OneStripped && value.ends_with(b"\n") { b"\n" } else { b"" }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::disallowed_methods, reason = "the tests compare plaintext of the fixtures")]

    use super::*;

    #[test]
    fn exactly_one_newline_is_taken_off_and_what_is_written_reads_back() {
        for (stored, value) in [
            (&b"v"[..], &b"v"[..]),
            (b"v\n", b"v"),
            (b"v\r\n", b"v"),
            (b"v\n\n", b"v\n"),
            (b"v\r\n\n", b"v\r\n"),
            (b"v\r", b"v\r"),
            (b"v\r\r\n", b"v\r"),
            (b" v ", b" v "),
            (b"\n", b""),
            (b"", b""),
            (b"\xff\0", b"\xff\0"),
        ] {
            for (newline, want) in [(Newline::OneStripped, value), (Newline::Kept, stored)] {
                let read = |stored: &[u8]| {
                    let mut buffer = SecretBuffer::new();
                    buffer.extend_from_slice(stored);
                    newline.take_off(&mut buffer);
                    buffer.expose_bytes().to_vec()
                };
                assert_eq!(read(stored), want, "{stored:?} {newline:?}");
                assert_eq!(read(&[want, newline.to_add(want)].concat()), want, "{want:?} {newline:?}");
            }
        }
    }
}
