//! Keys of KMS: the laws of wrapping on moto, whose cryptography is right, and the states of keys on ministack.

use reticent_core::{ErrorKind, KeyWrap as _, WrapContext, WrappedKey};
use reticent_provider_aws::{Aws, KmsKey};

use crate::errors::Proved;
use crate::iam::{User, statement};
use crate::support::{ministack, moto, options, owners_config, sdk_config, secret};

fn context() -> WrapContext {
    WrapContext::default().with("tenant", "acme")
}

mod laws {
    use aws_sdk_kms::Client;
    use reticent_core::{KeyWrap, Secret};
    use reticent_provider_aws::{Aws, KmsKey};
    use reticent_testkit::wrap::WrapHarness;
    use reticent_testkit::wrap_conformance;

    use crate::support::{moto, options, sdk_config, secret};

    struct Keys {
        keeper: KmsKey,
        stranger: KmsKey,
    }

    const KEY: &str = "the secret access key of the laws";

    fn harness() -> Keys {
        let aws =
            Aws::from_default_chain(options(&moto()).with_credentials("AKIDOFTHELAWS", secret(KEY), None));
        let made = || KmsKey::new(&aws, new_key()).expect("an ARN");
        Keys { keeper: made(), stranger: made() }
    }

    /// Makes a key by the side door, from a thread of its own, since the laws make harnesses without waiting.
    fn new_key() -> String {
        let made = std::thread::spawn(|| {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                let made = Client::new(&sdk_config(&moto())).create_key().send().await.expect("a key");
                made.key_metadata.and_then(|key| key.arn).expect("an ARN")
            })
        });
        made.join().expect("a key")
    }

    impl WrapHarness for Keys {
        fn label(&self) -> &str {
            "aws-kms"
        }

        fn keeper(&self) -> &dyn KeyWrap {
            &self.keeper
        }

        fn stranger(&self) -> &dyn KeyWrap {
            &self.stranger
        }

        fn credentials(&self) -> Vec<Secret> {
            vec![secret(KEY)]
        }
    }

    wrap_conformance!(harness());
}

async fn key(config: &aws_config::SdkConfig) -> (aws_sdk_kms::Client, String) {
    let client = aws_sdk_kms::Client::new(config);
    let made = client.create_key().send().await.expect("a key");
    (client, made.key_metadata.and_then(|key| key.arn).expect("an ARN"))
}

#[tokio::test]
async fn a_generated_key_opens_and_an_alias_is_looked_up_once() {
    let (client, arn) = key(&sdk_config(&moto())).await;
    let alias = format!("alias/test-{}", std::process::id());
    client.create_alias().alias_name(&alias).target_key_id(&arn).send().await.unwrap();
    let aws = Aws::from_default_chain(options(&moto()));
    let found = KmsKey::find(&aws, &alias).await.unwrap();
    assert_eq!(found.key_id(), arn);
    let (data_key, wrapped) = found.generate(&context()).await.unwrap();
    assert_eq!(data_key.len(), 32);
    assert!(KmsKey::new(&aws, &*arn).unwrap().unwrap(&wrapped, &context()).await.unwrap().ct_eq(&data_key));
    assert_eq!(KmsKey::new(&aws, &*alias).unwrap_err().kind(), ErrorKind::InvalidReference);
    let absent = KmsKey::find(&aws, "alias/no-such").await.unwrap_err();
    assert_eq!(absent.kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn what_a_former_key_wrapped_opens_and_moves_under_the_present_one() {
    let (_, old) = key(&sdk_config(&moto())).await;
    let (_, new) = key(&sdk_config(&moto())).await;
    let aws = Aws::from_default_chain(options(&moto()));
    let wrapped = KmsKey::new(&aws, &*old).unwrap().wrap(&secret("data key"), &context()).await.unwrap();
    let present = KmsKey::new(&aws, &*new).unwrap();
    assert_eq!(present.rewrap(&wrapped, &context()).await.unwrap_err().kind(), ErrorKind::Malformed);
    let present = present.with_former(&*old).unwrap();
    let moved = present.rewrap(&wrapped, &context()).await.unwrap();
    assert_eq!(moved.key_id(), new);
    let alone = KmsKey::new(&aws, &*new).unwrap();
    assert!(alone.unwrap(&moved, &context()).await.unwrap().ct_eq(&secret("data key")));
    // A wrapped key that claims another one than it is under.
    let claims = WrappedKey::new(&*new, wrapped.ciphertext());
    assert_eq!(alone.unwrap(&claims, &context()).await.unwrap_err().kind(), ErrorKind::Malformed);
}

#[tokio::test]
async fn a_key_that_is_disabled_pending_deletion_absent_or_denied_says_so() {
    let ((client, arn), user, mut proved) =
        (key(&owners_config()).await, User::new(), Proved::on("ministack's KMS"));
    let aws = Aws::from_default_chain(user.options(&ministack().endpoint));
    let key = KmsKey::new(&aws, &*arn).unwrap();
    let wrapped = key.wrap(&secret("data key"), &context()).await.unwrap();

    let id = arn.rsplit('/').next().unwrap();
    client.disable_key().key_id(id).send().await.unwrap();
    proved.is("a key that is disabled, to open", key.unwrap(&wrapped, &context()).await);
    proved.is("a key that is disabled, to wrap", key.wrap(&secret("x"), &context()).await);
    client.schedule_key_deletion().key_id(id).send().await.unwrap();
    proved.is("a key that is pending deletion", key.unwrap(&wrapped, &context()).await);
    let absent = KmsKey::new(&aws, "00000000-0000-0000-0000-000000000000").unwrap();
    proved.is("a key that is absent", absent.wrap(&secret("x"), &context()).await);
    user.may(&statement("Deny", "kms:*", "*"));
    proved.is("no policy allows to use the key", key.unwrap(&wrapped, &context()).await);
    proved.are_all();
}

#[tokio::test]
async fn what_does_not_open_is_one_error() {
    let ((_, arn), (_, other)) = (key(&sdk_config(&moto())).await, key(&sdk_config(&moto())).await);
    let (aws, mut proved) = (Aws::from_default_chain(options(&moto())), Proved::on("moto's KMS"));
    let key = KmsKey::new(&aws, &*arn).unwrap();
    let wrapped = key.wrap(&secret("data key"), &context()).await.unwrap();
    let another = WrapContext::default().with("tenant", "acne");
    proved.is("a wrapped key under another context", key.unwrap(&wrapped, &another).await);
    let cut = WrappedKey::new(&*arn, &wrapped.ciphertext()[1..]);
    proved.is("a wrapped key that was changed", key.unwrap(&cut, &context()).await);
    let stranger = KmsKey::new(&aws, &*other).unwrap();
    proved.is("a wrapped key that names another key", stranger.unwrap(&wrapped, &context()).await);
    let claims = WrappedKey::new(&*other, wrapped.ciphertext());
    proved.is("a wrapped key that another key wrapped", stranger.unwrap(&claims, &context()).await);
    proved.is("an alias in the place of a key", KmsKey::new(&aws, "alias/app").map(drop));
    proved.are_all();
}

#[tokio::test]
async fn what_kms_cannot_encrypt_is_refused_before_it_is_sent() {
    let key = KmsKey::new(&Aws::from_default_chain(options("http://127.0.0.1:1")), "k").unwrap();
    for value in ["", &"x".repeat(4097)] {
        let refused = key.wrap(&secret(value), &context()).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Unsupported);
    }
}
