//! Sealed values and files, whole and broken.

use std::io::{self, Read as _, Write as _};

use proptest::prelude::*;
use reticent_core::Secret;
use reticent_crypto::{Context, Error, Key, Keyring, Sealed, Sealer};

fn sealer(id: &str) -> Sealer {
    Sealer::new(
        Keyring::of(id.parse().expect("an identifier"), Key::generate().expect("randomness")).expect("a key"),
    )
}

fn context(row: &str) -> Context {
    Context::new("test").with("table", "api_keys").with("row_id", row)
}

fn is(secret: &Secret, want: &[u8]) -> bool {
    secret.ct_eq(&Secret::copy_of(want))
}

fn file(sealer: &Sealer, plaintext: &[u8]) -> Vec<u8> {
    let mut encryptor = sealer.encryptor(&context("1"), Vec::new()).expect("a vector");
    encryptor.write_all(plaintext).expect("a vector");
    encryptor.finish().expect("a vector")
}

fn read(sealer: &Sealer, sealed: &[u8]) -> io::Result<Vec<u8>> {
    let mut plaintext = Vec::new();
    sealer.decryptor(&context("1"), sealed)?.read_to_end(&mut plaintext)?;
    Ok(plaintext)
}

fn crypto_error(error: &io::Error) -> &Error {
    error.get_ref().and_then(|inner| inner.downcast_ref()).expect("an error of this crate")
}

#[test]
fn two_rows_cannot_be_swapped() {
    let sealer = sealer("k1");
    let (one, two) =
        (sealer.seal(&context("1"), b"one").expect("k1"), sealer.seal(&context("2"), b"two").expect("k1"));
    assert!(is(&sealer.open(&context("1"), &one).expect("its row"), b"one"));
    assert_eq!(sealer.open(&context("1"), &two).unwrap_err(), Error::NotAuthentic);
    assert_eq!(sealer.open(&Context::new("test"), &one).unwrap_err(), Error::NotAuthentic);
}

#[test]
fn a_changed_character_is_never_a_wrong_value() {
    let sealer = sealer("k1");
    let sealed = sealer.seal(&context("1"), b"a value").expect("k1");
    for at in 0..sealed.len() {
        for character in ['A', 'z', '0', '-', '_', '=', '.', ' ', '\n', 'k'] {
            let mut changed = sealed.clone();
            changed.replace_range(at..=at, &character.to_string());
            if changed == sealed {
                continue;
            }
            let error = sealer.open(&context("1"), &changed).unwrap_err();
            let is_public = matches!(error, Error::Malformed | Error::UnknownKey(_)) && at < 7;
            let is_spelling =
                error == Error::Malformed && (!character.is_ascii_alphanumeric() || at + 1 == sealed.len());
            assert!(error == Error::NotAuthentic || is_public || is_spelling, "{at} {character:?}: {error}");
        }
    }
}

#[test]
fn a_cut_value_is_never_a_wrong_value() {
    let sealer = sealer("k1");
    let sealed = sealer.seal(&context("1"), b"a value that is cut").expect("k1");
    for end in 0..sealed.len() {
        let error = sealer.open(&context("1"), &sealed[..end]).unwrap_err();
        assert!(matches!(error, Error::Malformed | Error::NotAuthentic), "{end}: {error}");
    }
    assert_eq!(sealer.open(&context("1"), &format!("{sealed}=")).unwrap_err(), Error::Malformed);
    assert_eq!(sealer.open(&context("1"), &format!("{sealed}\n")).unwrap_err(), Error::Malformed);
}

#[test]
fn padding_hides_the_length_and_comes_off() {
    let sealer = sealer("k1").with_padding(64);
    let length = |plaintext: &[u8]| sealer.seal(&context("1"), plaintext).expect("k1").len();
    assert_eq!((length(b""), length(&[0; 63])), (length(&[1; 20]), length(&[1; 20])));
    assert!(length(&[0; 64]) > length(&[0; 63]));
    for plaintext in [&b""[..], b"\0\0", b"\x80", b"\x80\0\0", &[0; 64]] {
        let sealed = sealer.seal(&context("1"), plaintext).expect("k1");
        assert!(is(&sealer.open(&context("1"), &sealed).expect("its own"), plaintext));
    }
}

#[test]
fn a_file_is_cut_nowhere_unnoticed() {
    let sealer = sealer("k1");
    for length in [0_usize, 100, 16_383, 16_384, 16_385, 40_000] {
        let plaintext: Vec<u8> = (0..length).map(|at| u8::try_from(at % 253).expect("a byte")).collect();
        let sealed = file(&sealer, &plaintext);
        assert_eq!(read(&sealer, &sealed).expect("whole"), plaintext);
        let ends =
            (0..100).chain(sealed.len().saturating_sub(40)..sealed.len()).chain([16_384, 16_463, 16_479]);
        for end in ends.filter(|end| *end < sealed.len()) {
            let error = read(&sealer, &sealed[..end]).unwrap_err();
            assert!(
                matches!(crypto_error(&error), Error::Malformed | Error::NotAuthentic),
                "{length} cut at {end}"
            );
        }
        let longer = [&sealed[..], b"\0"].concat();
        assert_eq!(crypto_error(&read(&sealer, &longer).unwrap_err()), &Error::NotAuthentic);
    }
}

#[test]
fn a_file_that_is_not_authentic_stays_so() {
    let sealer = sealer("k1");
    let mut sealed = file(&sealer, &[7; 40_000]);
    sealed[20_000] ^= 1;
    let mut decryptor = sealer.decryptor(&context("1"), &sealed[..]).expect("the head is whole");
    let mut plaintext = vec![0; 16_384];
    decryptor.read_exact(&mut plaintext).expect("the first chunk is whole");
    for _ in 0..3 {
        assert_eq!(crypto_error(&decryptor.read(&mut [0; 10]).unwrap_err()), &Error::NotAuthentic);
    }
}

/// Takes a few bytes, then none.
struct Full(usize);

impl io::Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.len().min(self.0);
        self.0 -= taken;
        if taken == 0 { Err(io::ErrorKind::StorageFull.into()) } else { Ok(taken) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_file_that_could_not_be_written_is_never_finished() {
    let sealer = sealer("k1");
    let mut encryptor = sealer.encryptor(&context("1"), Full(20_000)).expect("room for the head");
    let error = encryptor.write_all(&[7; 40_000]).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::StorageFull);
    assert_eq!(encryptor.write(b"more").unwrap_err().kind(), io::ErrorKind::Other);
    assert_eq!(encryptor.finish().map(|_| ()).unwrap_err().kind(), io::ErrorKind::Other);
}

#[test]
fn padding_to_any_multiple_is_no_overflow() {
    let sealer = sealer("k1").with_padding(usize::MAX);
    let sealed = sealer.seal(&context("1"), b"value").expect("k1");
    assert!(is(&sealer.open(&context("1"), &sealed).expect("its own"), b"value"));
}

#[test]
fn a_value_and_a_file_are_not_mistaken_for_each_other() {
    // The format is a part of the context: what one reader opens the other does not, whatever stands around it.
    let key = Key::generate().expect("randomness");
    let sealer = Sealer::new(Keyring::of("k1".parse().expect("an identifier"), key).expect("a key"));
    let sealed = sealer.seal(&context("1"), b"value").expect("k1");
    assert_eq!(crypto_error(&read(&sealer, sealed.as_bytes()).unwrap_err()), &Error::Malformed);
    assert_eq!(sealer.open(&context("1"), "RTC1").unwrap_err(), Error::Malformed);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_sealed_opens_and_whatever_is_not_does_not(
        plaintext in prop::collection::vec(any::<u8>(), 0..200),
        noise in ".{0,80}",
        block in 0_usize..70,
    ) {
        let sealer = sealer("k1").with_padding(block);
        let sealed = sealer.seal(&context("1"), &plaintext).expect("k1");
        prop_assert!(is(&sealer.open(&context("1"), &sealed).expect("its own"), &plaintext));
        for text in [noise.clone(), format!("rt1.{noise}"), format!("rt1.k1.{noise}")] {
            prop_assert!(sealer.open(&context("1"), &text).is_err());
            prop_assert!(read(&sealer, text.as_bytes()).is_err());
        }
    }
}

#[test]
fn a_file_tells_its_key_without_being_decrypted() {
    let sealer = sealer("k7");
    let sealed = file(&sealer, b"value");
    let told = Sealed::of_file(&sealed[..7]).expect("a beginning");
    assert_eq!(told, Sealed::Key("k7".parse().expect("an identifier")));
    for start in [&b""[..], b"RTC", &sealed[..6], b"rt1.k7.AAAA", b"RTC1\x02K7"] {
        assert_eq!(crypto_error(&Sealed::of_file(start).expect_err("no file")), &Error::Malformed);
    }
}
