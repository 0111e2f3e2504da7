//! What a file holds, as far as its beginning and its form tell.

use std::fs::File;
use std::io::{self, Read as _, Seek as _};

use reticent_core::SecretBuffer;
use reticent_files::FileState;
use zeroize::Zeroizing;

use crate::sealer::Sealer;

/// The longest file that is read as one value.
const LONGEST_VALUE: usize = 16 << 20;

/// How much is looked at before a file is read.
const START: usize = 64;

/// What a file holds.
pub(super) enum Form {
    /// A sealed file.
    Sealed,
    /// One value or token, as it stands in the file.
    Value(String),
    /// It begins as one that is sealed, and is none that can be read: cut, wrapped in lines, or of another version.
    /// A key may be needed for it, so it counts neither as sealed nor as plain.
    Unclear,
    Plain,
}

impl Form {
    /// Looks at a file, and leaves it at its beginning.
    pub(super) fn of(file: &mut File, state: &FileState, sealer: &Sealer) -> io::Result<Self> {
        let mut start = Zeroizing::new([0; START]);
        let length = fill(file, &mut start[..])?;
        file.rewind()?;
        let start = start[..length].trim_ascii_start();
        if start.starts_with(b"RTC1") {
            return Ok(if start.len() == length { Self::Sealed } else { Self::Unclear });
        }
        // Behind nothing but blanks anything may begin.
        let is_blank = start.is_empty() && length == START;
        if !is_blank && (start.is_empty() || !sealer.may_begin_with(start)) {
            return Ok(Self::Plain);
        }
        if state.size() > LONGEST_VALUE as u64 {
            return Ok(Self::Unclear);
        }
        let mut bytes = SecretBuffer::with_capacity(usize::try_from(state.size()).unwrap_or(0));
        bytes.read_to_end(&*file, LONGEST_VALUE)?;
        file.rewind()?;
        #[expect(clippy::disallowed_methods, reason = "kept only if it is a ciphertext")]
        let bytes = bytes.expose_bytes();
        if is_blank && !sealer.may_begin_with(bytes.trim_ascii_start()) {
            return Ok(Self::Plain);
        }
        let value = std::str::from_utf8(bytes).ok();
        let value = value.filter(|text| sealer.is_sealed(text.trim_ascii_end()));
        Ok(value.map_or(Self::Unclear, |text| Self::Value(text.to_owned())))
    }
}

/// Reads until `bytes` is full or the file ends.
fn fill(file: &mut File, bytes: &mut [u8]) -> io::Result<usize> {
    let mut length = 0;
    while length < bytes.len() {
        match file.read(&mut bytes[length..]) {
            Ok(0) => break,
            Ok(count) => length += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(length)
}
