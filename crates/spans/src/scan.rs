//! How far a run of bytes goes, many bytes at a time.

/// Counts the bytes before the first that is special; `is_special` must be cheap and free of branches.
#[inline]
pub(crate) fn before(text: &[u8], is_special: impl Fn(u8) -> bool) -> usize {
    let mut length = 0;
    for block in text.chunks_exact(32) {
        // Without a branch, or it is no vector.
        if block.iter().fold(0, |any, byte| any | u8::from(is_special(*byte))) != 0 {
            break;
        }
        length += block.len();
    }
    let rest = &text[length..];
    length + rest.iter().position(|byte| is_special(*byte)).unwrap_or(rest.len())
}
