//! Buffers that may hold plaintext, and grow without leaving any of it behind.

use zeroize::Zeroizing;

/// Adds bytes; where there is no room, a larger buffer takes over and the old one is wiped.
#[inline]
pub(crate) fn extend(buffer: &mut Zeroizing<Vec<u8>>, bytes: &[u8]) {
    if bytes.len() > buffer.capacity() - buffer.len() {
        grow(buffer, bytes.len());
    }
    buffer.extend_from_slice(bytes);
}

#[cold]
fn grow(buffer: &mut Zeroizing<Vec<u8>>, room: usize) {
    let needed = buffer.len() + room;
    let mut larger = Zeroizing::new(Vec::with_capacity(needed.max(2 * buffer.capacity())));
    larger.extend_from_slice(buffer);
    *buffer = larger;
}
