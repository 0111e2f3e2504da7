//! Failures are told apart, and each says where it happened.

use reticent_core::{ErrorKind, SecretRef, SourceError};

use super::{Case, law};
use crate::harness::{Part, Trouble};
use crate::scene::{Holds, Scene, check, done, is_kind, is_value};
use crate::verdict::Broken;

const DENIED: Part = Part::Trouble(Trouble::Denied);
const UNREACHABLE: Part = Part::Trouble(Trouble::Unreachable);

pub(super) const LAWS: &[Case] = &[
    law!("errors", denied_is_not_absent, DENIED),
    law!("errors", bad_credentials_are_unauthenticated, Part::Trouble(Trouble::BadCredentials)),
    law!("errors", unreachable_is_unavailable_and_retryable, UNREACHABLE),
    law!("errors", throttled_carries_retry_after, Part::Trouble(Trouble::Throttled)),
    law!("errors", malformed_reply_is_unexpected, Part::Trouble(Trouble::MalformedReply)),
    law!("errors", truncated_reply_is_an_error, Part::Trouble(Trouble::TruncatedReply)),
    law!("errors", every_error_names_source_and_name),
    law!("errors", check_passes_on_a_healthy_backend),
    law!("errors", check_reports_an_unreachable_backend, UNREACHABLE),
    law!("errors", outage_leaves_source_usable, UNREACHABLE),
];

async fn denied_is_not_absent(scene: Scene<'_>) -> Holds {
    in_trouble(scene, Trouble::Denied, ErrorKind::AccessDenied).await.map(drop)
}

async fn bad_credentials_are_unauthenticated(scene: Scene<'_>) -> Holds {
    in_trouble(scene, Trouble::BadCredentials, ErrorKind::Unauthenticated).await.map(drop)
}

async fn unreachable_is_unavailable_and_retryable(scene: Scene<'_>) -> Holds {
    let error = in_trouble(scene, Trouble::Unreachable, ErrorKind::Unavailable).await?;
    check(error.is_transient(), || "the error is not transient".to_owned())
}

async fn throttled_carries_retry_after(scene: Scene<'_>) -> Holds {
    let error = in_trouble(scene, Trouble::Throttled, ErrorKind::Throttled).await?;
    check(error.retry_after().is_some(), || "the error does not say how long to wait".to_owned())
}

async fn malformed_reply_is_unexpected(scene: Scene<'_>) -> Holds {
    in_trouble(scene, Trouble::MalformedReply, ErrorKind::Malformed).await.map(drop)
}

async fn truncated_reply_is_an_error(scene: Scene<'_>) -> Holds {
    let at = scene.planted("truncated", b"a value that breaks off").await?;
    scene.harness.inflict(Trouble::TruncatedReply, &at).await;
    let answer = scene.source().get(&at).await;
    check(answer.is_err(), || "half a reply was taken for a whole one".to_owned())
}

async fn every_error_names_source_and_name(scene: Scene<'_>) -> Holds {
    scene.planted("present", b"value").await?;
    let absent = scene.place("absent")?;
    let error =
        is_kind("the read of what is absent", scene.source().get(&absent).await, ErrorKind::NotFound)?;
    names_both(scene, "absent", &absent, &error)?;
    for trouble in scene.troubles().filter(|trouble| *trouble != Trouble::FailingWrites) {
        let word = format!("{trouble:?}");
        let at = scene.planted(&word, b"value").await?;
        scene.harness.inflict(trouble, &at).await;
        // That it is an error is another law's business.
        if let Err(error) = scene.source().get(&at).await {
            names_both(scene, &word, &at, &error)?;
        }
        scene.harness.relieve().await;
    }
    Ok(())
}

async fn check_passes_on_a_healthy_backend(scene: Scene<'_>) -> Holds {
    done("the check of a healthy backend", scene.source().check().await)
}

async fn check_reports_an_unreachable_backend(scene: Scene<'_>) -> Holds {
    let at = scene.place("absent")?;
    scene.harness.inflict(Trouble::Unreachable, &at).await;
    is_kind("the check of an unreachable backend", scene.source().check().await, ErrorKind::Unavailable)
        .map(drop)
}

async fn outage_leaves_source_usable(scene: Scene<'_>) -> Holds {
    let at = scene.planted("outage", b"value").await?;
    let source = scene.source();
    scene.harness.inflict(Trouble::Unreachable, &at).await;
    let during = source.get(&at).await;
    check(during.is_err(), || "the read succeeded while the backend was unreachable".to_owned())?;
    scene.harness.relieve().await;
    is_value(&at, source.get(&at).await, b"value")
}

async fn in_trouble(scene: Scene<'_>, trouble: Trouble, want: ErrorKind) -> Result<SourceError, Broken> {
    let at = scene.planted("troubled", b"value").await?;
    scene.harness.inflict(trouble, &at).await;
    is_kind(&format!("the read in trouble ({trouble:?})"), scene.source().get(&at).await, want)
}

fn names_both(scene: Scene<'_>, word: &str, at: &SecretRef, error: &SourceError) -> Holds {
    let source = scene.source();
    let (told, name) = (error.source_name(), source.name());
    check(told == name, || format!("an error names the source {told:?}, and it is {name:?}: {error}"))?;
    let asked = scene.name(word);
    let is_named = error.key().is_some_and(|key| key.contains(at.path()) || key.contains(&asked));
    check(is_named, || format!("an error does not name {at}: {error}"))
}
