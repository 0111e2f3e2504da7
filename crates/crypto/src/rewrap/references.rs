//! Sealed references in a text: a configuration that nobody encrypted may need a key all the same.

use std::collections::BTreeSet;
use std::io::{self, Read};

use zeroize::Zeroizing;

use crate::key::KeyId;
use crate::source::SealedSource;

/// How much is looked at at once.
const PIECE: usize = 64 << 10;

/// The longest beginning of a reference: the scheme, the form, an identifier of 24 characters and its end.
const LONGEST: usize = 48;

/// Returns the keys that references in this text name.
pub(super) fn keys_of(mut text: impl Read) -> io::Result<BTreeSet<KeyId>> {
    let mut keys = BTreeSet::new();
    let mut bytes = Zeroizing::new([0; PIECE + LONGEST]);
    let mut held = 0;
    loop {
        let read = match text.read(&mut bytes[held..]) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            read => read?,
        };
        let length = held + read;
        note(&bytes[..length], &mut keys);
        if read == 0 {
            return Ok(keys);
        }
        // What begins here may end in the next piece; to note it twice changes nothing.
        let kept = length.min(LONGEST);
        bytes.copy_within(length - kept..length, 0);
        held = kept;
    }
}

fn note(text: &[u8], keys: &mut BTreeSet<KeyId>) {
    let begin = format!("{}:rt1.", SealedSource::SCHEME);
    let begins = text.windows(begin.len()).enumerate().filter(|(_, window)| *window == begin.as_bytes());
    for (at, _) in begins {
        let rest = &text[at + begin.len()..];
        let id =
            rest.iter().position(|byte| *byte == b'.').and_then(|end| std::str::from_utf8(&rest[..end]).ok());
        keys.extend(id.and_then(|id| id.parse().ok()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads at most so many bytes at once.
    struct Slow<'t>(&'t [u8], usize);

    impl Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let length = self.1.min(buffer.len());
            self.0.read(&mut buffer[..length])
        }
    }

    #[test]
    fn every_key_is_found_wherever_the_text_is_cut() {
        let longest = "a".repeat(24);
        let line = |id: &str| format!("DB={}:rt1.{id}.AAAA#x\n", SealedSource::SCHEME);
        for before in [0, 1, PIECE - 20, PIECE + LONGEST - 9, 3 * PIECE] {
            let text =
                ["#".repeat(before), line("k1"), line(&longest), line("no such id"), line("k1")].concat();
            for size in [1, 7, 4096, usize::MAX] {
                let found = keys_of(Slow(text.as_bytes(), size)).expect("it reads");
                let found: Vec<_> = found.iter().map(KeyId::as_str).collect();
                assert_eq!(found, [longest.as_str(), "k1"], "{before} {size}");
            }
        }
        let none = format!("{0}:rt1.k1 {0}:rt2.k1.A rt1.k1.A", SealedSource::SCHEME);
        assert!(keys_of(none.as_bytes()).expect("it reads").is_empty());
    }
}
