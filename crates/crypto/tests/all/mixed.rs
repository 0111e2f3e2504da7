//! Values of which nobody knows whether they are sealed, and until when they are read.

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use reticent_core::{Clock, Secret};
use reticent_crypto::{Compat, Context, Error, Fernet, Key, KeyId, Keyring, MixedReader, Sealer};

/// A clock that is set by hand, in seconds since 1970.
#[derive(Clone, Debug)]
struct Hands(Arc<Mutex<u64>>);

impl Clock for Hands {
    fn now(&self) -> SystemTime {
        at(*self.0.lock().expect("no panic"))
    }
}

fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

fn id(text: &str) -> KeyId {
    text.parse().expect("an identifier")
}

fn row(id: &str) -> Context {
    Context::new("users").with("id", id)
}

struct Scene {
    old: Sealer,
    sealer: Sealer,
    token: String,
    clock: Hands,
}

impl Scene {
    /// An old key that Python used, too, and a new one.
    fn new() -> Self {
        let key = Key::generate().expect("randomness");
        let mut keyring = Keyring::of(id("k1"), key.clone()).expect("random");
        let old = Sealer::new(keyring.clone());
        keyring.stage(id("k2"), Key::generate().expect("randomness")).expect("new");
        keyring.promote(&id("k2")).expect("staged");
        let token = Fernet::new(&key.to_text()).expect("a key").encrypt(b"value").expect("randomness");
        Self { old, sealer: Sealer::new(keyring), token, clock: Hands(Arc::default()) }
    }

    fn reader(&self) -> MixedReader {
        let reader = MixedReader::new(self.sealer.clone()).with_clock(Arc::new(self.clock.clone()));
        reader.with_fernet_until(at(1_000)).with_plaintext_until(at(2_000))
    }

    fn set(&self, seconds: u64) {
        *self.clock.0.lock().expect("no panic") = seconds;
    }
}

fn secret(text: impl AsRef<[u8]>) -> Secret {
    Secret::copy_of(text.as_ref())
}

#[test]
fn what_is_not_sealed_is_read_and_sealed_until_its_date_and_never_after_it() {
    let scene = Scene::new();
    let reader = scene.reader();
    let sealed = scene.old.seal(&row("1"), b"value").expect("a key");
    for (stored, end) in [(sealed.as_str(), u64::MAX), (&scene.token, 1_000), ("value", 2_000)] {
        for now in [0, 999, 1_000, 1_999, 2_000, 1_000_000] {
            scene.set(now);
            let (opened, anew) =
                (reader.open(&row("1"), &secret(stored)), reader.seal_anew(&row("1"), &secret(stored)));
            if now < end {
                assert!(opened.expect("taken").ct_eq(&secret("value")), "{stored} at {now}");
                let anew = anew.expect("taken").expect("not under the new key");
                assert!(anew.starts_with("rt1.k2."), "{anew}");
                assert!(reader.open(&row("1"), &secret(&anew)).expect("sealed").ct_eq(&secret("value")));
                assert_eq!(reader.seal_anew(&row("1"), &secret(&anew)), Ok(None), "it is so already");
                assert_eq!(reader.open(&row("2"), &secret(&anew)).unwrap_err(), Error::NotAuthentic);
            } else {
                assert_eq!(opened.unwrap_err(), Error::Unsealed, "{stored} at {now}");
                assert_eq!(anew, Err(Error::Unsealed), "{stored} at {now}");
            }
        }
    }
}

#[test]
fn without_a_date_sealed_values_alone_are_read() {
    let scene = Scene::new();
    let reader = MixedReader::new(scene.sealer.clone());
    for stored in [scene.token.as_str(), "value", ""] {
        assert_eq!(reader.open(&row("1"), &secret(stored)).unwrap_err(), Error::Unsealed, "{stored}");
    }
    let sealed = scene.old.seal(&row("1"), b"value").expect("a key");
    assert_eq!(reader.open(&row("1"), &secret(sealed)).expect("sealed").len(), 5);
}

#[test]
fn any_bytes_are_plaintext_but_what_begins_as_a_ciphertext() {
    let scene = Scene::new();
    let reader = scene.reader();
    for plain in
        [&b""[..], b"\xff\x00", b"r", b"rt1", b"g", b"gAA", b" \n", "\u{e9}".as_bytes(), &[b'A'; 100_000]]
    {
        assert!(reader.open(&row("1"), &secret(plain)).expect("plaintext").ct_eq(&secret(plain)));
    }
    let sealed = scene.old.seal(&row("1"), b"value").expect("a key");
    for broken in [
        sealed[..sealed.len() / 2].replace(".k1.", "."),
        format!("{sealed}="),
        format!(" {sealed}"),
        format!("{}\n{}", &scene.token[..40], &scene.token[40..]),
        scene.token[..50].to_owned(),
        "rt1.".to_owned(),
        "gAAAA".to_owned(),
    ] {
        assert_eq!(reader.open(&row("1"), &secret(&broken)).unwrap_err(), Error::Malformed, "{broken}");
        assert_eq!(reader.seal_anew(&row("1"), &secret(&broken)), Err(Error::Malformed), "{broken}");
    }
    // One that nobody here signed is no plaintext either.
    let foreign = Fernet::new(&Fernet::generate_key().expect("randomness")).expect("a key").encrypt(b"x");
    let foreign = secret(foreign.expect("randomness"));
    assert_eq!(reader.open(&row("1"), &foreign).unwrap_err(), Error::NotAuthentic);
}

#[test]
fn a_sealed_file_is_read_as_one_and_never_as_plaintext() {
    let scene = Scene::new();
    let reader = scene.reader();
    for plaintext in [&b""[..], b"value", &[7; 100_000]] {
        let file = |sealer: &Sealer| {
            let mut encryptor = sealer.encryptor(&row("1"), Vec::new()).expect("a key");
            std::io::Write::write_all(&mut encryptor, plaintext).expect("room");
            encryptor.finish().expect("room")
        };
        let (old, new) = (file(&scene.old), file(&scene.sealer));
        for file in [&old, &new] {
            assert!(reader.open(&row("1"), &secret(file)).expect("sealed").ct_eq(&secret(plaintext)));
            assert_eq!(reader.open(&row("2"), &secret(file)).unwrap_err(), Error::NotAuthentic);
            for end in [4, 5, 6, 20, file.len() - 1] {
                let cut = reader.open(&row("1"), &secret(&file[..end])).unwrap_err();
                assert!(matches!(cut, Error::Malformed | Error::NotAuthentic), "{end}: {cut}");
            }
        }
        assert_eq!(reader.seal_anew(&row("1"), &secret(&new)), Ok(None));
        let anew = reader.seal_anew(&row("1"), &secret(&old)).expect("sealed").expect("under the old key");
        assert!(reader.open(&row("1"), &secret(anew)).expect("a value").ct_eq(&secret(plaintext)));
    }
    assert_eq!(reader.open(&row("1"), &secret(" RTC1")).unwrap_err(), Error::Malformed);
}

#[test]
fn tokens_are_read_as_the_sealer_reads_them() {
    let scene = Scene::new();
    let wrapped = secret(format!("{}\n{}", &scene.token[..40], &scene.token[40..]));
    let lenient = MixedReader::new(scene.sealer.clone().with_compat(Compat::Python))
        .with_fernet_until(at(u64::MAX >> 8));
    assert_eq!(scene.reader().open(&row("1"), &wrapped).unwrap_err(), Error::Malformed);
    assert_eq!(lenient.open(&row("1"), &wrapped).expect("Python's").len(), 5);
    let cut = secret(format!("'{}", &scene.token[..50]));
    let takes_all = lenient.with_plaintext_until(at(u64::MAX >> 8));
    assert_eq!(takes_all.open(&row("1"), &cut).unwrap_err(), Error::Malformed);
    assert_eq!(takes_all.open(&row("1"), &secret("?")).expect("plaintext").len(), 1);
}
