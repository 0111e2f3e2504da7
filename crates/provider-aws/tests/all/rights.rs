//! Policies that are generated, on a server that enforces them.

use reticent_core::{ErrorKind, Right, RightsCheck as _, SecretSource as _};
use reticent_provider_aws::policy::{self, PolicyOptions};
use reticent_provider_aws::{Aws, SecretsManagerSource};

use crate::iam::{ACCOUNT, User};
use crate::support::{REGION, at, fresh, is_value, ministack, owners_door, plant};

#[tokio::test]
async fn a_generated_policy_lets_its_secrets_be_read_and_no_neighbour() {
    let (door, user) = (owners_door(), User::new());
    let [one, two, neighbour] = ["one", "two", "one2"].map(fresh);
    for name in [&one, &two, &neighbour] {
        plant(&door, name, name.as_bytes()).await.unwrap();
    }
    let places = [&one, &two].map(|name| at(&format!("aws-sm://{name}")));
    let options = PolicyOptions::default().with_region(REGION).with_account(ACCOUNT);
    user.has_policy(&policy::for_references(&places, &options).unwrap());

    let source = SecretsManagerSource::new(&Aws::from_default_chain(user.options(&ministack().endpoint)));
    for (answer, name) in source.get_many(&places).await.into_iter().zip([&one, &two]) {
        is_value(answer, name.as_bytes());
    }
    let denied = source.get(&at(&format!("aws-sm://{neighbour}"))).await.unwrap_err();
    assert_eq!(denied.kind(), ErrorKind::AccessDenied);
    assert_eq!(denied.hint(), Some("allow secretsmanager:GetSecretValue on it"));
    source.check().await.unwrap();
    // Who may not describe a secret learns of a rotation by a read.
    let before = source.revision(&places[0]).await.unwrap();
    assert_eq!(source.revision(&places[0]).await.unwrap(), before);
    plant(&door, &one, b"rotated").await.unwrap();
    assert_ne!(source.revision(&places[0]).await.unwrap(), before);
}

#[tokio::test]
async fn a_missing_right_is_named_without_reading_a_value() {
    let (door, user) = (owners_door(), User::new());
    let [one, two] = ["one", "two"].map(fresh);
    for name in [&one, &two] {
        plant(&door, name, b"value").await.unwrap();
    }
    let places = [&one, &two].map(|name| at(&format!("aws-sm://{name}#field")));
    user.has_policy(&policy::for_references(&places[..1], &PolicyOptions::default()).unwrap());
    let source = SecretsManagerSource::new(&Aws::from_default_chain(user.options(&ministack().endpoint)));
    let missing: Vec<_> = source.missing_rights(&places).await.into_iter().map(Result::unwrap).collect();
    let resource = format!("arn:aws:secretsmanager:{REGION}:*:secret:{two}-??????");
    assert_eq!(missing, [vec![], vec![Right::new("secretsmanager:GetSecretValue", resource)]]);
    user.key_is("Inactive");
    let unknown = source.missing_rights(&places[..1]).await.pop().unwrap().unwrap_err();
    assert_eq!(unknown.kind(), ErrorKind::Unauthenticated);
}

#[tokio::test]
async fn batches_and_revisions_work_when_the_policy_has_them() {
    let (door, user) = (owners_door(), User::new());
    let [one, two] = ["one", "two"].map(fresh);
    for name in [&one, &two] {
        plant(&door, name, name.as_bytes()).await.unwrap();
    }
    let places = [&one, &two].map(|name| at(&format!("aws-sm://{name}")));
    let options = PolicyOptions::default().with_batches().with_revisions();
    user.has_policy(&policy::for_references(&places, &options).unwrap());
    let source = SecretsManagerSource::new(&Aws::from_default_chain(user.options(&ministack().endpoint)));
    for (answer, name) in source.get_many(&places).await.into_iter().zip([&one, &two]) {
        is_value(answer, name.as_bytes());
    }
    source.revision(&places[0]).await.unwrap();
}
