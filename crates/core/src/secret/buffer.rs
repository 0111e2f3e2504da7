//! A growable byte buffer that leaves no plaintext behind.
//!
//! The decision: `Vec` moves its bytes when it grows and leaves the old allocation as it was, so a secret that
//! arrives in pieces is collected here. Growth copies into a new allocation and wipes the old one first.
//! The cost is one copy for each doubling and one more at the end, for the exact capacity that [`Secret`] keeps.

use std::fmt;
use std::io::{self, Read, Write};

use zeroize::Zeroize;

use super::Secret;

/// The first allocation of a buffer that was not told a size.
const FIRST_CAPACITY: usize = 256;

/// Collects the bytes of one secret, and wipes every allocation that it leaves.
///
/// ```
/// use std::io::Write;
/// use reticent_core::SecretBuffer;
///
/// let mut buffer = SecretBuffer::with_capacity(16);
/// buffer.write_all(b"two ")?;
/// buffer.write_all(b"pieces")?;
/// assert_eq!(buffer.len(), 10);
/// let secret = buffer.into_secret();
/// assert_eq!(secret.len(), 10);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Default)]
pub struct SecretBuffer {
    bytes: Vec<u8>,
}

impl SecretBuffer {
    /// Makes an empty buffer that allocates nothing until the first byte.
    #[must_use]
    pub const fn new() -> Self {
        Self { bytes: Vec::new() }
    }

    /// Makes an empty buffer with room for `capacity` bytes.
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        Self { bytes: Vec::with_capacity(capacity) }
    }

    /// Appends `more`; when there is no room, the old allocation is wiped before it is freed.
    pub fn extend_from_slice(&mut self, more: &[u8]) {
        self.make_room(more.len());
        self.bytes.extend_from_slice(more);
    }

    /// Appends one byte.
    pub fn push(&mut self, byte: u8) {
        self.make_room(1);
        self.bytes.push(byte);
    }

    /// Shortens the buffer to `length` bytes and wipes what is cut off; a longer `length` changes nothing.
    pub fn truncate(&mut self, length: usize) {
        if let Some(tail) = self.bytes.get_mut(length..) {
            tail.zeroize();
            self.bytes.truncate(length);
        }
    }

    /// Returns the number of bytes collected.
    #[must_use]
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Tells whether nothing has been collected.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Exposes the bytes collected so far.
    ///
    /// # Security
    /// The slice is plaintext: do not copy it into anything that is not wiped.
    #[must_use]
    pub fn expose_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Reads `reader` to its end, and refuses more than `limit` bytes.
    ///
    /// The reader's own buffers are its own: hand over an unbuffered one (a `File`, a pipe).
    ///
    /// # Errors
    /// What the reader reports, and [`io::ErrorKind::FileTooLarge`] when there is more than `limit`. What had been
    /// read is wiped when the buffer is dropped.
    pub fn read_to_end(&mut self, mut reader: impl Read, limit: usize) -> io::Result<()> {
        let mut chunk = zeroize::Zeroizing::new([0_u8; 4096]);
        loop {
            match reader.read(&mut chunk[..]) {
                Ok(0) => return Ok(()),
                Ok(count) if self.len() + count > limit => {
                    return Err(io::Error::new(
                        io::ErrorKind::FileTooLarge,
                        format!("more than {limit} bytes"),
                    ));
                }
                Ok(count) => self.extend_from_slice(&chunk[..count]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Turns what was collected into a [`Secret`] of exact capacity.
    #[must_use]
    pub fn into_secret(mut self) -> Secret {
        Secret::from_vec(std::mem::take(&mut self.bytes))
    }

    fn make_room(&mut self, more: usize) {
        let needed = self.bytes.len() + more;
        if needed <= self.bytes.capacity() {
            return;
        }
        let capacity = needed.max(self.bytes.capacity() * 2).max(FIRST_CAPACITY);
        let mut larger = Vec::with_capacity(capacity);
        larger.extend_from_slice(&self.bytes);
        self.bytes.zeroize();
        self.bytes = larger;
    }
}

impl Write for SecretBuffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for SecretBuffer {
    fn drop(&mut self) {
        self.bytes.zeroize();
    }
}

impl fmt::Debug for SecretBuffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretBuffer(..)")
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::disallowed_methods, reason = "the tests compare plaintext")]

    use super::*;

    #[test]
    fn pieces_arrive_in_order_across_growth() {
        let mut buffer = SecretBuffer::new();
        for piece in 0..=255_u8 {
            buffer.extend_from_slice(&[piece; 7]);
        }
        buffer.push(9);
        let want: Vec<u8> = (0..=255_u8).flat_map(|piece| [piece; 7]).chain([9]).collect();
        assert_eq!(buffer.expose_bytes(), want);
        assert_eq!(buffer.into_secret().expose_bytes(), want);
    }

    #[test]
    fn reading_stops_at_the_limit() {
        let mut buffer = SecretBuffer::new();
        buffer.read_to_end(&[7_u8; 10][..], 10).expect("ten bytes fit a limit of ten");
        assert_eq!(buffer.len(), 10);
        let error = SecretBuffer::new().read_to_end(&[7_u8; 11][..], 10).expect_err("eleven do not");
        assert_eq!(error.kind(), io::ErrorKind::FileTooLarge);
        assert_eq!(error.to_string(), "more than 10 bytes");
    }

    #[test]
    fn truncate_keeps_the_head_and_never_grows() {
        let mut buffer = SecretBuffer::new();
        buffer.extend_from_slice(b"value\n");
        buffer.truncate(5);
        assert_eq!(buffer.expose_bytes(), b"value");
        buffer.truncate(99);
        assert_eq!(buffer.expose_bytes(), b"value");
    }
}
