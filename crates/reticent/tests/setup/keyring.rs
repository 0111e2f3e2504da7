//! A program's keyring: where it is looked for, and when a key is made because there is none.

use std::fs;

use reticent::core::ErrorKind;
use reticent::crypto::{Key, Keyring};
use reticent::setup::KeyringPlace;

use crate::scene::{Scene, block_on, key};

#[test]
fn a_key_is_made_in_development_alone_and_is_warned_of() {
    let none = Scene::new("");
    for (given, is_made) in [
        (None, true),
        (Some("development"), true),
        (Some("dev"), true),
        (Some("staging"), false),
        (Some("production"), false),
        (Some("PROD"), false),
        (Some("qa"), false),
        (Some(""), false),
    ] {
        let opened = block_on(none.setup().keyrings().open_or_generate(given));
        match opened {
            Ok(opened) => {
                assert!(is_made, "{given:?}");
                assert!(opened.warning().is_some_and(|warning| warning.contains("ends with this process")));
                assert!(opened.keyring().entries().all(|entry| entry.encrypts()));
            }
            Err(error) => {
                assert!(!is_made, "{given:?}");
                assert_eq!(error.kind(), ErrorKind::NotFound);
                assert_eq!(error.hint(), Some("a key is made in development alone; set ENCRYPTION_KEY"));
            }
        }
    }
    for (environment, is_made) in [("development", true), ("production", false)] {
        let scene = Scene::new(&format!("ENVIRONMENT={environment}\n"));
        assert_eq!(
            block_on(scene.setup().keyrings().open_or_generate(None)).is_ok(),
            is_made,
            "{environment}"
        );
    }
}

#[test]
fn a_key_that_is_broken_is_never_replaced_by_a_new_one() {
    let broken = Scene::new("ENCRYPTION_KEY=hunter2\n");
    let error =
        block_on(broken.setup().keyrings().open_or_generate(Some("development"))).expect_err("no key");
    assert_eq!(error.kind(), ErrorKind::Malformed);
    assert!(!error.to_string().contains("hunter2"));
    let there = Scene::new(&format!("ENCRYPTION_KEY=k1:{}\n", key()));
    let opened = block_on(there.setup().keyrings().open_or_generate(Some("production"))).expect("a key");
    assert_eq!(opened.warning(), None);
    // A keyring file that is there is never passed over, whatever is wrong with it.
    fs::create_dir(there.0.path().join(".reticent")).expect("a folder");
    fs::write(there.0.path().join(".reticent/keyring.json"), "{").expect("a file");
    assert!(matches!(there.setup().keyrings().place(), KeyringPlace::File(_)));
    assert!(block_on(there.setup().keyrings().open_or_generate(Some("development"))).is_err());
}

#[test]
fn two_changes_at_once_are_both_kept() {
    let scene = Scene::new(&format!("KEYRING_KEY={}\n", key()));
    let new = || Key::generate().expect("randomness");
    let id = |text: &str| text.parse().expect("an identifier");
    block_on(scene.setup().keyrings().create(Keyring::of(id("k0"), new()).expect("random")))
        .expect("a keyring");
    let again = block_on(scene.setup().keyrings().create(Keyring::of(id("k0"), new()).expect("random")));
    assert_eq!(again.expect_err("it is there").kind(), ErrorKind::Conflict);
    std::thread::scope(|scope| {
        for number in 1..=8 {
            let scene = &scene;
            scope.spawn(move || {
                let setup = scene.setup();
                let mut stored = block_on(setup.keyrings().open_to_change()).expect("a keyring");
                stored.keyring_mut().stage(id(&format!("k{number}")), new()).expect("new");
                stored.save().expect("it is written");
            });
        }
    });
    assert_eq!(block_on(scene.setup().keyrings().open()).expect("a keyring").entries().count(), 9);
}
