//! What is encrypted, keys and keyrings: any bytes are read, or refused without a panic.
//!
//! Keys are those of the vectors, so that the corpus holds what opens.

use std::io::Read as _;
use std::pin::pin;
use std::task::{Context as TaskContext, Poll, Waker};

use reticent_core::Secret;
use reticent_crypto::{
    Compat, Context, Entry, Fernet, Key, Keyring, KeyringFile, LocalWrap, ReplicaId, Report, Sealed, Sealer,
    State,
};

/// The text of the first field of this name in a vector.
fn field(vector: &'static str, name: &str) -> &'static str {
    let (_, rest) = vector.split_once(&format!("\"{name}\": \"")).expect("it has the field");
    rest.split_once('"').expect("its end").0
}

fn key(vector: &'static str) -> Key {
    Key::parse(&secret(field(vector, "key").as_bytes())).expect("a key")
}

fn secret(bytes: &[u8]) -> Secret {
    Secret::copy_of(bytes)
}

fn at_once<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut TaskContext::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("a key that is here is not waited for"),
    }
}

/// What opens when read strictly opens as Python reads it, too, to the same value and time; whatever is encrypted
/// opens.
///
/// # Panics
/// When that does not hold.
pub fn fernet(bytes: &[u8]) {
    let key = key(include_str!("../../../crates/crypto/tests/data/fernet/valid.json")).to_text();
    let strict = Fernet::new(&key).expect("a key");
    let python = strict.clone().with_compat(Compat::Python);
    let lenient = (python.decrypt(bytes), python.extract_timestamp(bytes));
    if let Ok(value) = strict.decrypt(bytes) {
        assert!(lenient.0.is_ok_and(|other| other.ct_eq(&value)), "strict is a part of lenient");
        assert_eq!(strict.extract_timestamp(bytes), lenient.1);
    }
    if Fernet::new(&secret(bytes)).is_ok() {
        assert!(Fernet::new_as_python(&secret(bytes)).is_ok(), "strict is a part of lenient");
    }
    drop(Fernet::new_as_python(&secret(bytes)));
    let time = bytes.iter().fold(0_u64, |time, byte| time << 8 | u64::from(*byte));
    let token = strict.encrypt_at_time(bytes, time).expect("randomness");
    assert!(strict.decrypt(&token).is_ok_and(|value| value.ct_eq(&secret(bytes))));
    assert_eq!(python.extract_timestamp(&token), Ok(time));
}

fn context() -> Context {
    Context::new("api_keys").with("column", "encrypted_key").with("row_id", "42")
}

fn sealer(vector: &'static str) -> Sealer {
    Sealer::new(Keyring::of("k1".parse().expect("an identifier"), key(vector)).expect("a key"))
}

/// A text opens only if it names the key and is spelt canonically, and is then left as it is by a rewrap; whatever is
/// sealed opens.
///
/// # Panics
/// When that does not hold.
pub fn rt1(bytes: &[u8]) {
    let sealer = sealer(include_str!("../../../crates/crypto/tests/data/rt1/valid.json"));
    let sealed = sealer.seal(&context(), bytes).expect("a key");
    assert!(sealer.open(&context(), &sealed).is_ok_and(|value| value.ct_eq(&secret(bytes))));
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let told = sealer.inspect(text);
    if sealer.open(&context(), text).is_ok() {
        assert_eq!(told, Some(Sealed::Key("k1".parse().expect("an identifier"))));
        assert_eq!(sealer.rewrap(&context(), text).as_deref(), Ok(text));
    }
}

/// A file opens or is refused alike, whether it is read at once or byte by byte.
///
/// # Panics
/// When that does not hold.
pub fn rtc1(bytes: &[u8]) {
    let sealer = sealer(include_str!("../../../crates/crypto/tests/data/rtc1/valid.json"));
    let read = |piece: usize| {
        let mut decryptor = sealer.decryptor(&context(), bytes).map_err(|error| error.to_string())?;
        let (mut plaintext, mut buffer) = (Vec::new(), vec![0; piece]);
        loop {
            match decryptor.read(&mut buffer).map_err(|error| error.to_string())? {
                0 => return Ok::<_, String>(plaintext),
                length => plaintext.extend_from_slice(&buffer[..length]),
            }
        }
    };
    assert!(read(1) == read(1 << 16), "pieces change nothing");
}

/// A keyring that is read is written so that it is read again.
///
/// # Panics
/// When it is not.
pub fn keyring(bytes: &[u8]) {
    let vector = include_str!("../../../crates/crypto/tests/data/keyring/valid.json");
    let keeper = LocalWrap::new(field(vector, "id"), key(vector));
    let told = KeyringFile::covered_by(bytes);
    let Ok(file) = at_once(KeyringFile::read(bytes, &keeper)) else { return };
    assert_eq!(told.ok().as_deref(), Some(field(vector, "id")));
    let again = at_once(KeyringFile::read(&file.to_bytes().expect("randomness"), &keeper)).expect("ours");
    let states = |file: &KeyringFile| -> Vec<(String, State)> {
        file.keyring().entries().map(|entry| (entry.id().to_string(), entry.state())).collect()
    };
    assert_eq!(states(&file), states(&again));
}

/// A report of a replica that is read is written so that it is read again.
///
/// # Panics
/// When it is not.
pub fn replica(bytes: &[u8]) {
    let name: ReplicaId = "web-1".parse().expect("a name");
    if let Ok(report) = Report::parse(name.clone(), bytes) {
        assert_eq!(Report::parse(name, &report.to_bytes()), Ok(report));
    }
    if let Some(name) = std::str::from_utf8(bytes).ok().and_then(|text| text.parse::<ReplicaId>().ok()) {
        let components = std::path::Path::new(name.as_str()).components();
        assert_eq!(components.count(), 1, "a name is one file's");
    }
}

/// A list of keys is a keyring whose first key is primary, or an error that shows none of it.
///
/// # Panics
/// When that does not hold.
pub fn key_list(bytes: &[u8]) {
    match Keyring::parse(&secret(bytes)) {
        Ok(keyring) => {
            let states: Vec<State> = keyring.entries().map(Entry::state).collect();
            assert_eq!(states.iter().position(|state| *state == State::Primary), Some(0));
            assert!(states[1..].iter().all(|state| *state == State::Accepted));
        }
        // What an error may repeat is an identifier, which is short.
        Err(error) => assert!(error.to_string().len() < 120, "an error shows no key"),
    }
}
