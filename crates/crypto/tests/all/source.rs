//! References that are their own ciphertext.

use futures_util::FutureExt as _;
use reticent_core::{ErrorKind, Secret, SecretRef, SecretSource as _, SourceError};
use reticent_crypto::{Context, Key, Keyring, SealedSource, Sealer, State};

fn sealer() -> Sealer {
    let key = Key::generate().expect("randomness");
    Sealer::new(Keyring::of("k1".parse().expect("an identifier"), key).expect("a key"))
}

fn at(sealer: &Sealer, value: &[u8]) -> SecretRef {
    let text = sealer.seal(&SealedSource::context(), value).expect("a key");
    format!("sealed:{text}").parse().expect("a reference")
}

fn get(source: &SealedSource, at: &SecretRef) -> Result<Secret, SourceError> {
    source.get(at).now_or_never().expect("at once")
}

#[test]
fn a_sealed_value_is_served_byte_for_byte() {
    let sealer = sealer();
    let source = SealedSource::new(sealer.clone());
    for value in [&b""[..], b"correct horse", b"line\n", b"\0\xff\x80", &[b'x'; 100_000]] {
        let at = at(&sealer, value);
        let secret = get(&source, &at).expect("sealed for it");
        assert!(secret.ct_eq(&Secret::copy_of(value)));
        assert_eq!(secret.metadata().source(), "sealed");
        assert_eq!(at.spelled().to_string().parse::<SecretRef>().expect("a reference"), at);
    }
}

#[test]
fn a_field_of_a_sealed_value_is_served() {
    let sealer = sealer();
    let source = SealedSource::new(sealer.clone());
    let at = at(&sealer, br#"{"password": "correct horse"}"#).spelled().to_string();
    let field = |name: &str| get(&source, &format!("{at}#{name}").parse().expect("a reference"));
    assert!(field("password").expect("it is there").ct_eq(&Secret::copy_of(b"correct horse")));
    assert_eq!(field("user").unwrap_err().kind(), ErrorKind::NotFound);
    let version: SecretRef = format!("{at}?version=previous").parse().expect("a reference");
    assert_eq!(get(&source, &version).unwrap_err().kind(), ErrorKind::InvalidReference);
}

#[test]
fn a_failure_has_its_kind_and_shows_no_text() {
    let sealer = sealer();
    let sealed = at(&sealer, b"correct horse");
    let other_context = sealer.seal(&Context::new("another"), b"correct horse").expect("a key");
    let mut keyring = sealer.keyring().clone();
    keyring.stage("k2".parse().expect("an identifier"), Key::generate().expect("randomness")).expect("new");
    keyring.promote(&"k2".parse().expect("an identifier")).expect("a key");
    keyring.set_state(&"k1".parse().expect("an identifier"), State::Suspended).expect("accepted");
    let suspended = SealedSource::new(Sealer::new(keyring));
    let empty = SealedSource::new(Sealer::new(Keyring::new()));
    let source = SealedSource::new(sealer);
    let reference = |text: &str| format!("sealed:{text}").parse::<SecretRef>().expect("a reference");
    for (source, at, kind, shown) in [
        (&source, reference(&other_context), ErrorKind::Malformed, "sealed:rt1.k1.…"),
        (&source, reference("hunter2-not-sealed"), ErrorKind::InvalidReference, "sealed:…"),
        (&source, reference("rt1.k9.hunter2"), ErrorKind::AccessDenied, "sealed:rt1.k9.…"),
        (&suspended, sealed.clone(), ErrorKind::AccessDenied, "sealed:rt1.k1.…"),
        (&empty, sealed.clone(), ErrorKind::AccessDenied, "sealed:rt1.k1.…"),
    ] {
        let error = get(source, &at).unwrap_err();
        assert_eq!((error.kind(), error.key()), (kind, Some(shown)));
        let said = format!("{error} {error:?}");
        assert!(!said.contains("hunter2") && !said.contains(&at.path()[8..]), "{said}");
        let revision = source.revision(&at).now_or_never().expect("at once");
        assert_eq!(revision.unwrap_err().kind(), kind);
    }
    assert!(source.check().now_or_never().expect("at once").is_ok());
    let checked = empty.check().now_or_never().expect("at once").unwrap_err();
    assert_eq!(checked.kind(), ErrorKind::AccessDenied);
}

#[test]
fn a_revision_moves_with_the_text() {
    let sealer = sealer();
    let (one, other) = (at(&sealer, b"value"), at(&sealer, b"value"));
    let source = SealedSource::new(sealer);
    let revision =
        |at: &SecretRef| source.revision(at).now_or_never().expect("at once").expect("sealed for it");
    assert_eq!(revision(&one), revision(&one));
    assert_ne!(revision(&one), revision(&other));
}
