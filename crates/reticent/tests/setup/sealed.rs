//! Sealed values where references stand: in `reticent.toml` and in `.env`.

use std::fs;

use reticent::core::{ErrorKind, Secret};
use reticent::crypto::{Keyring, SealedSource, Sealer};

use crate::scene::{Scene, block_on, key, shown};

/// A reference that the keys of `list` open.
fn sealed(list: &str, value: &[u8]) -> String {
    let keyring = Keyring::parse(&Secret::copy_of(list.as_bytes())).expect("keys");
    SealedSource::reference(&Sealer::new(keyring), value).expect("it is sealed")
}

#[test]
fn a_sealed_value_stands_in_the_configuration_and_in_env() {
    let keys = format!("k1:{}", key());
    let (first, second) = (sealed(&keys, b"correct horse"), sealed(&keys, br#"{"user":"app"}"#));
    let scene = Scene::new(&format!("ENCRYPTION_KEY={keys}\nIN_ENV={first}\n"));
    let setup = scene.setup_with(&format!("[secrets]\nIN_FILE = \"{second}#user\"\n"));
    block_on(async {
        assert_eq!(shown(&setup.resolver().get("IN_ENV").await.expect("it opens")), "correct horse");
        assert_eq!(shown(&setup.resolver().get("IN_FILE").await.expect("it opens")), "app");
        assert_eq!(shown(&setup.resolver().get(&first).await.expect("it opens")), "correct horse");
    });
}

#[test]
fn without_sealed_values_nobody_asks_for_a_keyring() {
    let scene = Scene::new("PLAIN=as it is\n");
    let plain = block_on(async { scene.setup().resolver().get("PLAIN").await.expect("it is there") });
    assert_eq!(shown(&plain), "as it is");
}

#[test]
fn a_value_that_does_not_open_is_never_taken_for_absent() {
    let (keys, other) = (format!("k1:{}", key()), format!("k1:{}", key()));
    let unknown = format!("k2:{}", key());
    let place = sealed(&keys, b"correct horse");
    for (env, kind) in [
        (String::new(), ErrorKind::AccessDenied),
        (format!("ENCRYPTION_KEY={other}\n"), ErrorKind::Malformed),
        (format!("ENCRYPTION_KEY={unknown}\n"), ErrorKind::AccessDenied),
        (format!("ENCRYPTION_KEY={place}\n"), ErrorKind::Malformed),
    ] {
        let setup = Scene::new(&format!("{env}FALLBACK=a default\n"));
        let setup = setup.setup_with(&format!("[secrets]\nA = [\"{place}\", \"dotenv://.env#FALLBACK\"]\n"));
        let error = block_on(setup.resolver().get("A")).expect_err("it does not open");
        assert_eq!(error.kind(), kind, "{error}");
        let told = format!("{error} {error:?} {:?}", error.hint());
        assert!(!told.contains(&place[16..]) && !told.contains("correct horse"), "{told}");
    }
}

#[test]
fn a_stored_keyring_that_changes_is_read_again() {
    let covering = key();
    let scene = Scene::new(&format!("KEYRING_KEY={covering}\n"));
    let first = key();
    let place = sealed(&format!("k1:{first}"), b"correct horse");
    let setup = scene.setup();
    block_on(async {
        let keyring = Keyring::parse(&Secret::copy_of(format!("k1:{first}").as_bytes())).expect("a keyring");
        setup.keyrings().create(keyring).await.expect("it is stored");
        assert_eq!(shown(&setup.resolver().get(&place).await.expect("it opens")), "correct horse");
        fs::remove_file(scene.0.path().join(".reticent/keyring.json")).expect("it is there");
        let keyring = Keyring::parse(&Secret::copy_of(format!("k2:{}", key()).as_bytes()));
        setup.keyrings().create(keyring.expect("a keyring")).await.expect("it is stored");
        let error = setup.resolver().get(&place).await.expect_err("the key is gone");
        assert_eq!(error.kind(), ErrorKind::AccessDenied);
    });
}

#[test]
fn a_keyring_that_nothing_covers_is_told_apart_from_none() {
    let scene = Scene::new(&format!("KEYRING_KEY={}\n", key()));
    let first = format!("k1:{}", key());
    block_on(async {
        let keyring = Keyring::parse(&Secret::copy_of(first.as_bytes())).expect("a keyring");
        scene.setup().keyrings().create(keyring).await.expect("it is stored");
        fs::write(scene.0.path().join(".env"), "").expect("a file");
        let error =
            scene.setup().resolver().get(&sealed(&first, b"value")).await.expect_err("nothing covers it");
        assert_eq!(error.kind(), ErrorKind::AccessDenied);
        assert!(error.hint().is_some_and(|hint| hint.contains("KEYRING_KEY")), "{error:?}");
    });
}
