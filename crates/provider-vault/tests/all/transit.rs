//! Data keys under a key of the Transit engine.

use reticent_core::{ErrorKind, KeyWrap, Secret, SecretSource as _, WrapContext, WrappedKey};
use reticent_provider_vault::{TransitKey, VaultLogin};
use reticent_testkit::wrap::WrapHarness;
use serde_json::{Value, json};

use crate::raw::{Raw, shared, text};
use crate::support::{mounted, root_source, settings, source_as, token_with, unique};

fn context() -> WrapContext {
    WrapContext::default().with("tenant", "acme")
}

fn data_key() -> Secret {
    Secret::copy_of(&[7; 32])
}

/// A Transit engine of one's own with a derived key `app`.
fn engine() -> String {
    let raw = Raw::root();
    let mount = mounted(&raw, "transit", Value::Null);
    raw.done("POST", &format!("{mount}/keys/app"), json!({"derived": true}));
    mount
}

fn key(mount: &str) -> TransitKey {
    TransitKey::new(&root_source(), mount, "app").expect("a name")
}

/// Two namespaces with a key of the same name each.
struct Namespaces {
    keeper: TransitKey,
    stranger: TransitKey,
}

impl Namespaces {
    fn new() -> Self {
        let key = || {
            let (raw, name) = (Raw::root(), unique("team"));
            raw.done("POST", &format!("sys/namespaces/{name}"), json!({}));
            raw.done("POST", &format!("{name}/sys/mounts/transit"), json!({"type": "transit"}));
            raw.done("POST", &format!("{name}/transit/keys/app"), json!({"derived": true}));
            let login = VaultLogin::token(shared().openbao().token.clone());
            let source = settings().with_namespace(name).with_login(login).build().expect("right settings");
            TransitKey::new(&source, "transit", "app").expect("a name")
        };
        Self { keeper: key(), stranger: key() }
    }
}

impl WrapHarness for Namespaces {
    fn label(&self) -> &str {
        "vault-transit"
    }

    fn keeper(&self) -> &dyn KeyWrap {
        &self.keeper
    }

    fn stranger(&self) -> &dyn KeyWrap {
        &self.stranger
    }

    fn credentials(&self) -> Vec<Secret> {
        vec![shared().openbao().token.clone()]
    }
}

mod laws {
    use super::*;

    reticent_testkit::wrap_conformance!(Namespaces::new());
}

#[tokio::test]
async fn an_absent_key_is_not_found_and_never_made() {
    let (mount, raw) = (engine(), Raw::root());
    // Whoever may create is the one who would make it by a typo.
    let typo = TransitKey::new(&root_source(), &mount, "ap").unwrap();
    let error = typo.wrap(&data_key(), &context()).await.unwrap_err();
    assert_eq!((error.kind(), error.key()), (ErrorKind::NotFound, Some(format!("{mount}/ap").as_str())));
    assert_eq!(error.hint(), Some("make it first, with derived=true: a wrap makes none"));
    assert_eq!(
        typo.wrap_batch(&[(data_key(), context())]).await[0].as_ref().unwrap_err().kind(),
        ErrorKind::NotFound
    );
    assert_eq!(raw.call("GET", &format!("{mount}/keys/ap"), Value::Null).0, 404);
    let wrapped = key(&mount).wrap(&data_key(), &context()).await.unwrap();
    assert_eq!(typo.unwrap(&wrapped, &context()).await.unwrap_err().kind(), ErrorKind::NotFound);

    // One that is gone since it was seen is not made again either.
    let keeper = key(&mount);
    keeper.wrap(&data_key(), &context()).await.unwrap();
    raw.done("POST", &format!("{mount}/keys/app/config"), json!({"deletion_allowed": true}));
    raw.done("DELETE", &format!("{mount}/keys/app"), Value::Null);
    assert_eq!(keeper.wrap(&data_key(), &context()).await.unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(keeper.unwrap(&wrapped, &context()).await.unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(raw.call("GET", &format!("{mount}/keys/app"), Value::Null).0, 404);

    let nowhere = TransitKey::new(&root_source(), &unique("nowhere"), "app").unwrap();
    assert_eq!(nowhere.wrap(&data_key(), &context()).await.unwrap_err().kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn a_key_that_binds_no_context_is_refused() {
    let (mount, raw) = (engine(), Raw::root());
    raw.done("POST", &format!("{mount}/keys/plain"), json!({}));
    let plain = TransitKey::new(&root_source(), &mount, "plain").unwrap();
    let sealed = raw.done("POST", &format!("{mount}/encrypt/plain"), json!({"plaintext": "BwcH"}));
    let sealed = sealed["data"]["ciphertext"].as_str().unwrap().as_bytes().to_vec();
    let wrapped = WrappedKey::new(plain.key_id(), sealed);
    for error in [
        plain.wrap(&data_key(), &context()).await.unwrap_err(),
        plain.unwrap(&wrapped, &context()).await.unwrap_err(),
        plain.rewrap(&wrapped, &context()).await.unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::Unsupported);
        assert_eq!(error.detail(), Some("the key is not a derived one, so it binds no context"));
    }
    for (mount, name) in
        [("", "app"), ("transit", ""), ("transit", "a/b"), ("..", "app"), ("transit", "a\nb")]
    {
        let error = TransitKey::new(&root_source(), mount, name).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidReference, "{mount} {name}");
    }
}

#[tokio::test]
async fn a_key_that_was_rotated_opens_old_and_new_until_the_old_is_closed() {
    let (mount, raw) = (engine(), Raw::root());
    let keeper = key(&mount);
    let old = keeper.wrap(&data_key(), &context()).await.unwrap();
    raw.done("POST", &format!("{mount}/keys/app/rotate"), json!({}));
    assert!(keeper.unwrap(&old, &context()).await.unwrap().ct_eq(&data_key()));
    let new = keeper.rewrap(&old, &context()).await.unwrap();
    assert!(new.ciphertext().starts_with(b"vault:v2:"));
    raw.done("POST", &format!("{mount}/keys/app/config"), json!({"min_decryption_version": 2}));
    let error = keeper.unwrap(&old, &context()).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.detail()),
        (ErrorKind::AccessDenied, Some("the key's version is closed for decryption"))
    );
    assert_eq!(error.hint(), Some("see min_decryption_version of the key"));
    assert!(keeper.unwrap(&new, &context()).await.unwrap().ct_eq(&data_key()));
}

#[tokio::test]
async fn a_batch_has_a_result_for_each() {
    let mount = engine();
    let keeper = key(&mount);
    let many: Vec<_> = (0..150_u8)
        .map(|number| (Secret::copy_of(&[number; 32]), WrapContext::default().with("n", number.to_string())))
        .collect();
    let wrapped = keeper.wrap_batch(&many).await;
    let mut wrapped: Vec<_> = wrapped
        .into_iter()
        .zip(&many)
        .map(|(wrapped, (_, context))| (wrapped.unwrap(), context.clone()))
        .collect();
    wrapped[3].1 = context();
    wrapped[5].0 = WrappedKey::new(keeper.key_id(), &b"nothing"[..]);
    wrapped[140].1 = context();
    let rewrapped = keeper.rewrap_batch(&wrapped).await;
    let opened = keeper.unwrap_batch(&wrapped).await;
    assert_eq!((opened.len(), rewrapped.len()), (150, 150));
    for (number, (opened, rewrapped)) in opened.into_iter().zip(rewrapped).enumerate() {
        if [3, 5, 140].contains(&number) {
            assert_eq!(opened.unwrap_err().kind(), ErrorKind::Malformed, "{number}");
            assert_eq!(rewrapped.unwrap_err().kind(), ErrorKind::Malformed, "{number}");
        } else {
            assert!(opened.unwrap().ct_eq(&many[number].0), "{number}");
            let again = keeper.unwrap(&rewrapped.unwrap(), &many[number].1).await.unwrap();
            assert!(again.ct_eq(&many[number].0), "{number}");
        }
    }
    assert!(keeper.unwrap_batch(&[]).await.is_empty());
}

#[tokio::test]
async fn the_policy_of_a_key_is_all_that_it_needs() {
    use reticent_provider_vault::policy::{PolicyOptions, for_references};

    let (mount, raw) = (engine(), Raw::root());
    let hcl = for_references(&[], &PolicyOptions::default().with_transit_key(&mount, "app")).unwrap();
    let source = source_as(&token_with(&raw, &hcl, json!({})));
    source.check().await.unwrap();
    let keeper = TransitKey::new(&source, &mount, "app").unwrap();
    let wrapped = keeper.wrap(&data_key(), &context()).await.unwrap();
    let wrapped = keeper.rewrap(&wrapped, &context()).await.unwrap();
    assert!(keeper.unwrap(&wrapped, &context()).await.unwrap().ct_eq(&data_key()));
    let other = TransitKey::new(&source, &mount, "other").unwrap();
    assert_eq!(other.wrap(&data_key(), &context()).await.unwrap_err().kind(), ErrorKind::AccessDenied);
    assert_eq!(format!("{keeper:?}").find(&text(&shared().openbao().token)), None);
}
