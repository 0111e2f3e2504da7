//! What each state of a key permits, and what becomes of a stored keyring that is changed.

use std::time::Duration;

use futures_util::FutureExt as _;
use reticent_core::{ErrorKind, KeyWrap, Secret, SourceError};
use reticent_crypto::rewrap::{Cover, Survey};
use reticent_crypto::{
    Context, Entry, Error, Fernet, Key, KeyDefect, KeyId, Keyring, KeyringFile, LocalWrap, PassphraseWrap,
    Sealer, State,
};

const STATES: [State; 7] = [
    State::Staged,
    State::Primary,
    State::Accepted,
    State::Suspended,
    State::Retired,
    State::Compromised,
    State::Destroyed,
];

fn id(text: &str) -> KeyId {
    text.parse().expect("an identifier")
}

fn key() -> Key {
    Key::generate().expect("randomness")
}

/// A keyring whose first key has come to `state`, with another primary key where it is not it.
fn with(state: State, first: Key) -> Keyring {
    let mut keyring = Keyring::new();
    keyring.stage(id("k1"), first).expect("new");
    let steps: &[State] = match state {
        State::Staged => &[],
        State::Primary => &[State::Primary],
        State::Accepted => &[State::Suspended, State::Accepted],
        State::Suspended => &[State::Suspended],
        State::Retired => &[State::Retired],
        State::Compromised => &[State::Compromised],
        _ => &[State::Retired, State::Destroyed],
    };
    for step in steps {
        set_state(&mut keyring, *step).expect("allowed");
    }
    if state != State::Primary {
        keyring.stage(id("k2"), key()).expect("new");
        keyring.promote(&id("k2")).expect("random");
    }
    keyring
}

fn set_state(keyring: &mut Keyring, state: State) -> Result<(), Error> {
    if state == State::Destroyed {
        return keyring.destroy(&id("k1"), &Survey::default());
    }
    keyring.set_state(&id("k1"), state)
}

#[test]
fn a_key_that_something_needs_is_not_destroyed() {
    let mut keyring = with(State::Retired, key());
    let needing = |cover| {
        let mut survey = Survey::default();
        survey.note("row 1", cover);
        survey
    };
    let unproved = Err(Error::Unproved(id("k1")));
    for cover in [
        Cover::Key(id("k1")),
        Cover::Fernet(Some(id("k1"))),
        Cover::Fernet(None),
        Cover::Unreadable(String::new()),
    ] {
        assert_eq!(keyring.destroy(&id("k1"), &needing(cover)), unproved);
    }
    assert_eq!(keyring.set_state(&id("k1"), State::Destroyed), unproved);
    assert_eq!(keyring.destroy(&id("k1"), &needing(Cover::Key(id("k2")))), Ok(()));
}

#[test]
fn a_key_decrypts_in_the_states_that_say_so() {
    let (first, context) = (key(), Context::new("test"));
    let sealed = Sealer::new(with(State::Primary, first.clone())).seal(&context, b"value").expect("primary");
    for state in STATES {
        let sealer = Sealer::new(with(state, first.clone()));
        let unusable = Error::KeyUnusable { id: id("k1"), state };
        let opens = matches!(state, State::Staged | State::Primary | State::Accepted);
        let rewraps = opens || state == State::Compromised;
        let opened = sealer.open(&context, &sealed).map(|_| ());
        assert_eq!(opened, if opens { Ok(()) } else { Err(unusable.clone()) }, "{state}");
        match sealer.rewrap(&context, &sealed) {
            Ok(text) if state == State::Primary => assert_eq!(text, sealed),
            Ok(text) => {
                assert!(rewraps && text.starts_with("rt1.k2.") && sealer.open(&context, &text).is_ok())
            }
            Err(error) => assert!(!rewraps && error == unusable, "{state}: {error}"),
        }
    }
}

#[test]
fn a_keyring_in_which_no_key_encrypts_decrypts_tokens_all_the_same() {
    let (good, weak) =
        (key(), Key::parse(&Secret::from_string(format!("{}=", "A".repeat(43)))).expect("zeros"));
    let token = Fernet::new(&good.to_text()).expect("a key").encrypt(b"value").expect("randomness");
    let mut keyring = Keyring::new();
    assert_eq!(keyring.multi_fernet().unwrap_err(), Error::NoKey);
    keyring.stage(id("weak"), weak).expect("new");
    keyring.stage(id("good"), good).expect("new");
    let fernet = keyring.multi_fernet().expect("two that decrypt");
    assert_eq!(fernet.decrypt(&token).expect("authentic").len(), 5);
    assert_eq!(fernet.decrypt_with_ttl(&token, Duration::from_secs(60)).expect("young").len(), 5);
    for refused in [fernet.encrypt(b"value"), fernet.encrypt_at_time(b"value", 7), fernet.rotate(&token)] {
        assert_eq!(refused, Err(Error::NoKey));
    }
    keyring.set_state(&id("good"), State::Retired).expect("staged");
    assert_eq!(keyring.multi_fernet().expect("one").decrypt(&token).unwrap_err(), Error::NotAuthentic);
}

#[test]
fn a_token_is_rotated_under_its_own_time_by_the_states_that_say_so() {
    let first = key();
    let old = with(State::Primary, first.clone()).multi_fernet().expect("a key");
    let token = old.encrypt_at_time(b"value", 1_000_000_000).expect("a token");
    for state in STATES {
        let sealer = Sealer::new(with(state, first.clone()));
        let opens = matches!(state, State::Staged | State::Primary | State::Accepted | State::Compromised);
        match sealer.rewrap_fernet(&token) {
            Ok(rotated) => {
                assert!(opens, "{state}");
                assert_eq!(rotated == token, state == State::Primary, "{state}");
                let read = sealer.keyring().multi_fernet().expect("a key");
                assert_eq!(read.extract_timestamp(&rotated), Ok(1_000_000_000), "{state}");
                assert!(read.decrypt(&rotated).expect("it opens").ct_eq(&Secret::copy_of(b"value")));
            }
            Err(error) => assert_eq!((opens, error), (false, Error::NotAuthentic), "{state}"),
        }
    }
}

#[test]
fn only_the_transitions_that_are_named_happen() {
    for from in STATES {
        for to in STATES {
            let mut keyring = with(from, key());
            let generation = keyring.generation();
            let result = set_state(&mut keyring, to);
            assert_eq!(result.is_ok(), from.may_become(to), "{from} to {to}");
            assert_eq!(keyring.generation(), generation + u64::from(result.is_ok()), "{from} to {to}");
            let primaries = keyring.entries().filter(|entry| entry.state() == State::Primary).count();
            assert_eq!(primaries, usize::from(!(from == State::Primary && result.is_ok())), "{from} to {to}");
        }
    }
}

#[test]
fn an_identifier_is_given_once() {
    let mut keyring = with(State::Destroyed, key());
    assert_eq!(keyring.stage(id("k1"), key()).unwrap_err(), Error::DuplicateKey(id("k1")));
    assert_eq!(keyring.set_state(&id("k9"), State::Retired).unwrap_err(), Error::UnknownKey(id("k9")));
}

#[test]
fn a_list_of_keys_is_a_keyring() {
    let [one, two] = [key(), key()];
    #[expect(clippy::disallowed_methods, reason = "into a variable's form")]
    let text = |key: &Key| key.to_text().expose_text().expect("text").to_owned();
    let parse = |list: String| Keyring::parse(&Secret::from_string(list));
    let shown = |keyring: &Keyring| -> Vec<_> {
        keyring.entries().map(|entry| (entry.id().to_string(), entry.state(), entry.check_value())).collect()
    };
    let keyring = parse(format!("k7:{}, k6:{}\n", text(&one), text(&two))).expect("two keys");
    let want = [
        ("k7".to_owned(), State::Primary, one.check_value()),
        ("k6".to_owned(), State::Accepted, two.check_value()),
    ];
    assert_eq!(shown(&keyring), want);
    let bare = parse(format!("{},{}", text(&one), text(&two))).expect("two keys");
    let named = |key: &Key| format!("k{}", key.check_value().map(|byte| format!("{byte:02x}")).concat());
    assert_eq!(
        bare.entries().map(|entry| entry.id().to_string()).collect::<Vec<_>>(),
        [named(&one), named(&two)]
    );
    let token = Fernet::new(&two.to_text()).expect("a key").encrypt(b"value").expect("randomness");
    assert!(bare.multi_fernet().expect("a key").decrypt(token).is_ok());
    for (list, want) in [
        (String::new(), Error::NoKey),
        (" \n".to_owned(), Error::NoKey),
        ("hunter2".to_owned(), Error::Key(KeyDefect::Encoding)),
        (format!("{},", text(&one)), Error::Key(KeyDefect::Encoding)),
        (format!("K7:{}", text(&one)), Error::Key(KeyDefect::Identifier)),
        (format!("k7:{},k7:{}", text(&one), text(&two)), Error::DuplicateKey(id("k7"))),
        (format!("k7:{},k6:{}", text(&one), text(&one)), Error::Key(KeyDefect::Repeated)),
        (
            format!("{},{}", text(&one), text(&one)),
            Error::DuplicateKey(bare.entries().next().expect("one").id().clone()),
        ),
    ] {
        assert_eq!(parse(list).unwrap_err(), want);
    }
}

#[test]
fn a_key_that_anybody_can_guess_opens_and_seals_nothing() {
    let weak = "A".repeat(43) + "=";
    let keyring = Keyring::parse(&Secret::from_string(format!("old:{weak}"))).expect("a key");
    assert_eq!(keyring.entries().next().and_then(Entry::defect), Some(KeyDefect::Pattern));
    // Made by Python's `cryptography`.
    let token = "gAAAAABlU_EAAAECAwQFBgcICQoLDA0OD4okCyJ4wpMtcqwmkF-700hnIxuNqIdXjc_N46Q2u6gntgyYgQDJ-PigRw2W7O0oBA==";
    let both = keyring.multi_fernet().expect("a key");
    assert!(both.decrypt(token).is_ok());
    let alone = Fernet::new(&Secret::from_string(weak)).expect("a key");
    assert!(alone.decrypt(token).is_ok());
    let refused = Err(Error::Key(KeyDefect::Pattern));
    assert_eq!((both.encrypt(b"value"), alone.encrypt(b"value")), (refused.clone(), refused.clone()));
    assert_eq!(both.rotate(token), refused);
    let sealer = Sealer::new(keyring.clone());
    assert_eq!(sealer.seal(&Context::new("test"), b"value").unwrap_err(), Error::Key(KeyDefect::Pattern));
    let mut keyring = keyring;
    keyring.stage(id("k2"), key()).expect("new");
    keyring.promote(&id("k2")).expect("random");
    assert_eq!(keyring.promote(&id("old")).unwrap_err(), Error::Key(KeyDefect::Pattern));
}

fn new_file(keyring: Keyring, keeper: &dyn KeyWrap) -> KeyringFile {
    KeyringFile::new("test", keyring, keeper).now_or_never().expect("at once").expect("covered")
}

fn read(bytes: &[u8], keeper: &dyn KeyWrap) -> Result<KeyringFile, SourceError> {
    KeyringFile::read(bytes, keeper).now_or_never().expect("at once")
}

#[test]
fn a_stored_keyring_comes_back_whole() {
    let keeper = LocalWrap::new("keeper", key());
    let mut keyring = with(State::Destroyed, key());
    for (name, state) in [("k3", State::Suspended), ("k4", State::Compromised), ("k5", State::Retired)] {
        keyring.stage(id(name), key()).expect("new");
        keyring.set_state(&id(name), state).expect("allowed");
    }
    let sealed = Sealer::new(keyring.clone()).seal(&Context::new("test"), b"value").expect("a primary key");
    let bytes = new_file(keyring.clone(), &keeper).to_bytes().expect("randomness");
    let file = read(&bytes, &keeper).expect("its own");
    let shown = |keyring: &Keyring| -> Vec<_> {
        let entry = |entry: &Entry| {
            (entry.id().clone(), entry.state(), entry.check_value(), entry.created(), entry.changed())
        };
        keyring.entries().map(entry).collect()
    };
    assert_eq!(shown(file.keyring()), shown(&keyring));
    assert_eq!((file.name(), file.keyring().generation()), ("test", keyring.generation()));
    assert!(Sealer::new(file.keyring().clone()).open(&Context::new("test"), &sealed).is_ok());
}

#[test]
fn a_stored_keyring_that_is_cut_or_changed_is_refused() {
    let keeper = LocalWrap::new("keeper", key());
    let bytes = new_file(with(State::Suspended, key()), &keeper).to_bytes().expect("randomness");
    for end in 0..bytes.trim_ascii_end().len() {
        assert_eq!(read(&bytes[..end], &keeper).unwrap_err().kind(), ErrorKind::Malformed, "cut at {end}");
    }
    let text = String::from_utf8(bytes.clone()).expect("JSON");
    for (from, to) in [
        ("\"suspended\"", "\"accepted\""),
        ("\"generation\": ", "\"generation\": 1"),
        ("\"id\": \"k1\"", "\"id\": \"k9\""),
        ("\"created\": ", "\"created\": 1"),
        ("\"name\": \"test\"", "\"name\": \"other\""),
        ("\"key\": \"keeper\"", "\"key\": \"other\""),
        ("reticent.keyring/1", "reticent.keyring/2"),
    ] {
        let changed = text.replacen(from, to, 1);
        assert_ne!(changed, text, "{from}");
        assert_eq!(read(changed.as_bytes(), &keeper).unwrap_err().kind(), ErrorKind::Malformed, "{from}");
    }
    for at in (0..bytes.len()).filter(|at| bytes[*at].is_ascii_alphanumeric()) {
        let mut changed = bytes.clone();
        changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
        assert!(read(&changed, &keeper).is_err(), "changed at {at}");
    }
    assert_eq!(read(&bytes, &LocalWrap::new("keeper", key())).unwrap_err().kind(), ErrorKind::Malformed);
}

#[test]
fn a_passphrase_keeps_a_keyring() {
    let keeper = PassphraseWrap::new("passphrase", &Secret::copy_of(b"correct horse"));
    let mut file = new_file(Keyring::of(id("k1"), key()).expect("random"), &keeper);
    let bytes = file.to_bytes().expect("randomness");
    assert!(read(&bytes, &keeper).is_ok());
    let other = PassphraseWrap::new("passphrase", &Secret::copy_of(b"correct house"));
    assert_eq!(read(&bytes, &other).unwrap_err().kind(), ErrorKind::Malformed);
    file.cover_anew(&other).now_or_never().expect("at once").expect("covered");
    let covered = file.to_bytes().expect("randomness");
    let generation = read(&covered, &other).expect("its new keeper").keyring().generation();
    assert_eq!(generation, read(&bytes, &keeper).expect("the copy").keyring().generation() + 1);
    assert_eq!(read(&covered, &keeper).unwrap_err().kind(), ErrorKind::Malformed);
}

#[test]
fn no_stored_keyring_shows_a_key() {
    let keeper = LocalWrap::new("keeper", key());
    let one = key();
    let file = new_file(Keyring::of(id("k1"), one.clone()).expect("random"), &keeper);
    #[expect(clippy::disallowed_methods, reason = "to look for it")]
    let text = one.to_text().expose_text().expect("text").to_owned();
    let stored = String::from_utf8(file.to_bytes().expect("randomness")).expect("JSON");
    assert!(!stored.contains(&text[..43]) && !format!("{file:?}{keeper:?}{one:?}").contains(&text[..43]));
}

#[test]
fn what_covers_a_keyring_is_told_before_it_is_opened() {
    let keeper = LocalWrap::new("key:of-a-test", key());
    let keyring = Keyring::of(id("k1"), key()).expect("random");
    let file = KeyringFile::new("test", keyring, &keeper).now_or_never().expect("at once").expect("random");
    let bytes = file.to_bytes().expect("random");
    assert_eq!(KeyringFile::covered_by(&bytes).expect("a keyring"), "key:of-a-test");
    let cut = KeyringFile::covered_by(&bytes[..bytes.len() / 2]).expect_err("cut");
    assert_eq!(cut.kind(), ErrorKind::Malformed);
}
