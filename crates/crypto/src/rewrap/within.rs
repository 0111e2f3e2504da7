//! Ciphertexts that stand within something that is not encrypted as a whole: a reference in a configuration, a column
//! in a dump, a sealed file in an archive. A key must not go that one of them needs.
//!
//! What is compressed, or spelt in another way, is not found.

use std::collections::BTreeSet;
use std::io::{self, Read};

use reticent_core::SecretBuffer;
use zeroize::Zeroizing;

use crate::key::KeyId;
use crate::sealer::{Sealed, Sealer};
use crate::source::SealedSource;

/// The longest text that is looked at as a whole; a token names no key, so only a whole one tells whose it is.
const WHOLE: u64 = 16 << 20;

/// How much of a longer one is looked at at once.
const PIECE: usize = 64 << 10;

/// How much tells what begins there: a scheme, a form, an identifier of 24 characters, and more than follows by chance.
const LONGEST: usize = 128;

/// The fewest characters behind the identifier of a value: less than there are of an empty one, more than stand in an
/// example.
const BODY: usize = 64;

/// The characters of the shortest token.
const TOKEN: usize = 100;

/// What stands within a text.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Within {
    /// The keys that it needs.
    pub(super) keys: BTreeSet<KeyId>,
    /// Whether there is something of which it is not known which key it needs.
    pub(super) is_unclear: bool,
}

impl Within {
    /// Looks at a text of `size` bytes.
    pub(super) fn of(mut text: impl Read, size: u64, sealer: &Sealer) -> io::Result<Self> {
        let mut within = Self::default();
        if size > WHOLE {
            within.look_in_pieces(text)?;
            return Ok(within);
        }
        let mut bytes = SecretBuffer::new();
        bytes.read_to_end(&mut text, usize::try_from(WHOLE).expect("it fits") + PIECE)?;
        #[expect(clippy::disallowed_methods, reason = "looked at, and wiped")]
        within.look(bytes.expose_bytes(), Some(sealer));
        Ok(within)
    }

    fn look_in_pieces(&mut self, mut text: impl Read) -> io::Result<()> {
        let mut bytes = Zeroizing::new([0; PIECE + LONGEST]);
        let mut held = 0;
        loop {
            let read = match text.read(&mut bytes[held..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                read => read?,
            };
            let length = held + read;
            self.look(&bytes[..length], None);
            if read == 0 {
                return Ok(());
            }
            // What begins here may end in the next piece; to note it twice changes nothing.
            held = length.min(LONGEST);
            bytes.copy_within(length - held..length, 0);
        }
    }

    /// Looks at a text, or at a piece of one where there is no sealer.
    fn look(&mut self, text: &[u8], sealer: Option<&Sealer>) {
        for (at, byte) in text.iter().enumerate() {
            match byte {
                b'r' => self.keys.extend(value(&text[..at], &text[at..])),
                b'R' => self.keys.extend(file(&text[at..])),
                b'g' if text[at..].starts_with(b"gAAAA") => self.note_token(token(&text[at..]), sealer),
                _ => {}
            }
        }
    }

    fn note_token(&mut self, token: &[u8], sealer: Option<&Sealer>) {
        if token.len() < TOKEN {
            return;
        }
        let token = std::str::from_utf8(token).unwrap_or_default();
        match sealer.map(|sealer| sealer.inspect(token)) {
            None => self.is_unclear = true,
            // Somebody else's token needs no key of ours.
            Some(Some(Sealed::Fernet(Some(id)))) => drop(self.keys.insert(id)),
            Some(_) => {}
        }
    }
}

/// Returns the key of a sealed value that begins here.
fn value(before: &[u8], text: &[u8]) -> Option<KeyId> {
    let rest = text.strip_prefix(b"rt1.")?;
    let end = rest.iter().take(LONGEST).position(|byte| *byte == b'.')?;
    let id = std::str::from_utf8(&rest[..end]).ok()?.parse().ok()?;
    let scheme = before.strip_suffix(b":").filter(|before| before.ends_with(SealedSource::SCHEME.as_bytes()));
    let body = rest[end + 1..].iter().take_while(|byte| is_character(**byte)).take(BODY);
    (scheme.is_some() || body.count() == BODY).then_some(id)
}

/// Returns the key of a sealed file that begins here.
fn file(text: &[u8]) -> Option<KeyId> {
    match Sealed::of_file(text) {
        Ok(Sealed::Key(id)) => Some(id),
        _ => None,
    }
}

/// Returns what may be a token: characters of the alphabet, and padding.
fn token(text: &[u8]) -> &[u8] {
    let characters = text.iter().take_while(|byte| is_character(**byte)).count();
    let padding = text[characters..].iter().take(2).take_while(|byte| **byte == b'=').count();
    &text[..characters + padding]
}

fn is_character(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Context, Fernet, Key, Keyring};

    /// Reads at most so many bytes at once.
    struct Slow<'t>(&'t [u8], usize);

    impl Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let length = self.1.min(buffer.len());
            self.0.read(&mut buffer[..length])
        }
    }

    fn sealer(id: &str) -> Sealer {
        let key = Key::generate().expect("randomness");
        Sealer::new(Keyring::of(id.parse().expect("an identifier"), key).expect("random"))
    }

    /// In both ways: as a whole, and in pieces of this size.
    fn found(text: &[u8], size: usize, sealer: &Sealer) -> [(Vec<String>, bool); 2] {
        [text.len() as u64, WHOLE + 1].map(|told| {
            let within = Within::of(Slow(text, size), told, sealer).expect("it reads");
            (within.keys.iter().map(KeyId::to_string).collect(), within.is_unclear)
        })
    }

    #[test]
    fn every_key_is_found_wherever_the_text_is_cut() {
        let longest = "a".repeat(24);
        let (mut column, context) = (Vec::new(), Context::new("test"));
        column.extend_from_slice(sealer("k2").seal(&context, b"").expect("a key").as_bytes());
        let mut file = sealer("k3").encryptor(&context, b"tar\0".to_vec()).expect("a key");
        io::Write::write_all(&mut file, b"value").expect("room");
        let file = file.finish().expect("room");
        let line = |id: &str| format!("DB={}:rt1.{id}.AAAA#x\n", SealedSource::SCHEME).into_bytes();
        for before in [0, 1, PIECE - 20, PIECE + LONGEST - 9, 3 * PIECE] {
            let filling = b"#".repeat(before);
            let text = [
                &filling[..],
                &line("k1"),
                &line(&longest),
                &line("no such id"),
                b"1,\"",
                &column,
                b"\",2\n",
                &filling,
                &file,
                &line("k1"),
            ]
            .concat();
            for size in [7, 4096, usize::MAX] {
                let want: Vec<_> = [longest.as_str(), "k1", "k2", "k3"].map(str::to_owned).into();
                let want = [(want.clone(), false), (want, false)];
                assert_eq!(found(&text, size, &sealer("k9")), want, "{before} {size}");
            }
        }
        let none =
            format!("{0}:rt1.k1 {0}:rt2.k1.A rt1.k1.A rt1.k1.base64url… RTC1, gAAAA", SealedSource::SCHEME);
        for (keys, is_unclear) in found(none.as_bytes(), usize::MAX, &sealer("k9")) {
            assert!(keys.is_empty() && !is_unclear);
        }
    }

    #[test]
    fn a_token_needs_the_key_that_signed_it_and_is_unclear_where_that_cannot_be_told() {
        let key = Key::generate().expect("randomness");
        let sealer = Sealer::new(Keyring::of("k1".parse().expect("one"), key.clone()).expect("random"));
        let fernet = Fernet::new(&key.to_text()).expect("a key");
        for size in [0, 1, 1_000] {
            let token = fernet.encrypt(&b"a".repeat(size)).expect("randomness");
            let text = format!("[{{\"token\":\"{token}\"}},\n?t={token}&x]");
            let [whole, pieces] = found(text.as_bytes(), usize::MAX, &sealer);
            assert_eq!(whole, (vec!["k1".to_owned()], false), "{size}");
            assert_eq!(pieces, (vec![], true), "{size}");
            let foreign = found(text.as_bytes(), usize::MAX, &self::sealer("k2"));
            assert_eq!(foreign[0], (vec![], false), "{size}");
        }
    }
}
