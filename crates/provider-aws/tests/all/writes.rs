//! Writes: what is stored, what a write in between does, and what can be undone.

use std::sync::atomic::{AtomicUsize, Ordering};

use reticent_core::{
    DeleteOptions, ErrorKind, Expected, PutOptions, SecretSink as _, SecretSource as _, SecretStages as _,
    Version, VersionId,
};
use reticent_provider_aws::{Aws, Deletion, SecretsManagerSource};

use crate::front::{Answer, Front};
use crate::support::{at, fresh, is_value, moto, options, plant, secret, side_door, source_at};

fn plainly() -> PutOptions {
    PutOptions::default()
}

#[tokio::test]
async fn a_token_of_aws_own_form_is_the_version() {
    let (source, place) = (source_at(&moto()), at(&format!("aws-sm://{}", fresh("token"))));
    let token = "01234567-89ab-cdef-0123-456789abcdef";
    let options = plainly().with_idempotency_token(token);
    let version = source.put(&place, &secret("value"), &options).await.unwrap();
    assert_eq!(version.as_ref().map(VersionId::as_str), Some(token));
    let again = source.put(&place, &secret("value"), &options).await.unwrap();
    assert_eq!(again, version);
    let other = source.put(&place, &secret("another"), &options).await.unwrap_err();
    assert_eq!(other.kind(), ErrorKind::Conflict);
    is_value(source.get(&place).await, b"value");
}

/// A write over a revision that was seen takes two steps, and somebody writes between them.
#[tokio::test]
async fn who_comes_second_changes_nothing() {
    let (door, front, name) = (side_door(&moto()), Front::before(&moto()), fresh("race"));
    let (source, place) = (source_at(front.address()), at(&format!("aws-sm://{name}")));
    plant(&door, &name, b"old").await.unwrap();
    let seen = source.revision(&place).await.unwrap();
    let described = AtomicUsize::new(0);
    front.decide(move |request| match request.operation.as_str() {
        // What was true when it was looked at, and is not any more when the stage is moved.
        "UpdateSecretVersionStage" if described.fetch_add(1, Ordering::Relaxed) == 0 => {
            Answer::error("InvalidParameterException", "the stage is at another version")
        }
        _ => Answer::Pass,
    });
    let options = plainly().expecting(Expected::Revision(seen.clone()));
    let told = source.put(&place, &secret("ours"), &options).await.unwrap_err();
    assert_eq!(told.kind(), ErrorKind::Conflict);
    is_value(source.get(&place).await, b"old");
    assert_eq!(source.revision(&place).await.unwrap(), seen);
    let described = door.describe_secret().secret_id(&name).send().await.unwrap();
    let stages: Vec<String> = described.version_ids_to_stages.unwrap().into_values().flatten().collect();
    assert!(!stages.iter().any(|stage| stage.starts_with("reticent-")), "{stages:?}");
}

#[tokio::test]
async fn a_write_over_what_was_seen_leaves_the_old_value_as_the_previous_one_and_no_stage_of_its_own() {
    let (door, name) = (side_door(&moto()), fresh("seen"));
    let (source, place) = (source_at(&moto()), at(&format!("aws-sm://{name}")));
    plant(&door, &name, b"old").await.unwrap();
    let seen = source.revision(&place).await.unwrap();
    let options = plainly().expecting(Expected::Revision(seen)).with_idempotency_token("one-write");
    let version = source.put(&place, &secret("new"), &options).await.unwrap();
    is_value(source.get(&place).await, b"new");
    is_value(source.get(&place.clone().at_version(Version::Previous)).await, b"old");
    // The same write once more is the same write.
    assert_eq!(source.put(&place, &secret("new"), &options).await.unwrap(), version);
    let described = door.describe_secret().secret_id(&name).send().await.unwrap();
    let mut stages: Vec<String> = described.version_ids_to_stages.unwrap().into_values().flatten().collect();
    stages.sort();
    assert_eq!(stages, ["AWSCURRENT", "AWSPREVIOUS"]);
}

#[tokio::test]
async fn a_promoted_version_is_pending_no_more() {
    let (source, name) = (source_at(&moto()), fresh("promoted"));
    let place = at(&format!("aws-sm://{name}"));
    let first = source.put(&place, &secret("first"), &plainly()).await.unwrap().unwrap();
    let second = source.put_pending(&place, &secret("second"), &plainly()).await.unwrap();
    source.promote(&place, &Version::Id(second), &first).await.unwrap();
    is_value(source.get(&place).await, b"second");
    let pending = source.get(&place.clone().at_version(Version::Pending)).await.unwrap_err();
    assert_eq!(pending.kind(), ErrorKind::NotFound);
    let absent = at(&format!("aws-sm://{}", fresh("absent")));
    let error = source.put_pending(&absent, &secret("x"), &plainly()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn a_deleted_secret_can_be_restored_unless_it_was_deleted_at_once() {
    let (source, place) = (source_at(&moto()), at(&format!("aws-sm://{}", fresh("deleted"))));
    source.put(&place, &secret("value"), &plainly()).await.unwrap();
    source.delete(&place, &DeleteOptions::default()).await.unwrap();
    assert_eq!(source.get(&place).await.unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(source.revision(&place).await.unwrap_err().kind(), ErrorKind::NotFound);
    source.restore(&place).await.unwrap();
    is_value(source.get(&place).await, b"value");

    let aws = Aws::from_default_chain(options(&moto()));
    let at_once = SecretsManagerSource::new(&aws).with_deletion(Deletion::AtOnce);
    at_once.delete(&place, &DeleteOptions::default()).await.unwrap();
    assert_eq!(source.restore(&place).await.unwrap_err().kind(), ErrorKind::NotFound);
    let again = at_once.delete(&place, &DeleteOptions::default()).await.unwrap_err();
    assert_eq!(again.kind(), ErrorKind::NotFound);
    source.put(&place, &secret("anew"), &plainly()).await.unwrap();
    is_value(source.get(&place).await, b"anew");
}
