//! Versions, stages and revisions say what moved and when.

use reticent_core::{ErrorKind, PutOptions, Secret, SecretRef, SourceError, Version, VersionId};

use super::{Case, law};
use crate::harness::Part;
use crate::scene::{Holds, Scene, check, done, is_kind, is_value, poll_once, version_of};

pub(super) const LAWS: &[Case] = &[
    law!("version", old_version_is_readable, Part::Versions),
    law!("version", unknown_version_is_an_error),
    law!("version", revision_is_stable_while_nothing_moves),
    law!("version", revision_moves_with_the_value, Part::LiveChanges),
    law!("version", revision_of_the_absent_is_not_found),
    law!("version", pending_is_not_current, Part::Stages),
    law!("version", current_label_moves_atomically, Part::Stages),
    law!("version", promotion_from_another_version_is_a_conflict, Part::Stages),
];

async fn old_version_is_readable(scene: Scene<'_>) -> Holds {
    let at = scene.planted("versions", b"old").await?;
    let first = version_of(&done("the read", scene.source().get(&at).await)?)?;
    scene.seed(&at, b"new").await?;
    scene.serves(&at.clone().at_version(Version::Id(first)), b"old").await?;
    scene.serves(&at.at_version(Version::Previous), b"old").await
}

async fn unknown_version_is_an_error(scene: Scene<'_>) -> Holds {
    let unknown = VersionId::parse("4294967295").expect("a version");
    let at = scene.planted("version", b"value").await?.at_version(Version::Id(unknown));
    match scene.source().get(&at).await.map_err(|error| error.kind()) {
        Err(ErrorKind::NotFound | ErrorKind::InvalidReference | ErrorKind::Unsupported) => Ok(()),
        Err(kind) => check(false, || format!("a version that is not there gave: {kind}")),
        Ok(_) => check(false, || "a version that is not there gave a value".to_owned()),
    }
}

async fn revision_is_stable_while_nothing_moves(scene: Scene<'_>) -> Holds {
    let at = scene.planted("still", b"value").await?;
    let source = scene.source();
    let first = done("the revision", source.revision(&at).await)?;
    done("a read between", source.get(&at).await)?;
    let second = done("the revision", source.revision(&at).await)?;
    check(first == second, || "two revisions differ, and nothing has moved".to_owned())
}

async fn revision_moves_with_the_value(scene: Scene<'_>) -> Holds {
    let at = scene.planted("moving", b"before").await?;
    let source = scene.source();
    let first = done("the revision", source.revision(&at).await)?;
    scene.seed(&at, b"after!").await?;
    let second = done("the revision", source.revision(&at).await)?;
    check(first != second, || "the value has changed, and the revision has not".to_owned())
}

async fn revision_of_the_absent_is_not_found(scene: Scene<'_>) -> Holds {
    let revision = scene.source().revision(&scene.place("absent")?).await;
    is_kind("the revision of what is absent", revision, ErrorKind::NotFound).map(drop)
}

async fn pending_is_not_current(scene: Scene<'_>) -> Holds {
    let (at, _) = staged(scene, "pending").await?;
    scene.serves(&at, b"current").await?;
    scene.serves(&at.at_version(Version::Pending), b"pending").await
}

async fn current_label_moves_atomically(scene: Scene<'_>) -> Holds {
    let (at, from) = staged(scene, "moves").await?;
    let (stages, source) = (scene.stages(), scene.source());
    // Reads go on while the label moves: each finds one of the two values.
    let mut promotion = stages.promote(&at, &Version::Pending, &from);
    loop {
        let promoted = poll_once(promotion.as_mut()).await;
        let answer = source.get(&at).await;
        is_either(&at, answer)?;
        if let std::task::Poll::Ready(promoted) = promoted {
            done("the promotion", promoted)?;
            break;
        }
        tokio::task::yield_now().await;
    }
    scene.serves(&at, b"pending").await?;
    scene.serves(&at.clone().at_version(Version::Previous), b"current").await
}

async fn promotion_from_another_version_is_a_conflict(scene: Scene<'_>) -> Holds {
    let (at, _) = staged(scene, "from").await?;
    let other = VersionId::parse("no-such-version").expect("a version");
    let promoted = scene.stages().promote(&at, &Version::Pending, &other).await;
    is_kind("the promotion from another version", promoted, ErrorKind::Conflict)?;
    scene.serves(&at, b"current").await
}

/// Seeds a current value, puts a pending one, and returns the place and the current version.
async fn staged(scene: Scene<'_>, word: &str) -> Result<(SecretRef, VersionId), crate::verdict::Broken> {
    let at = scene.planted(word, b"current").await?;
    let from = version_of(&done("the read", scene.source().get(&at).await)?)?;
    let pending = Secret::copy_of(b"pending");
    done("the pending put", scene.stages().put_pending(&at, &pending, &PutOptions::default()).await)?;
    Ok((at, from))
}

fn is_either(at: &SecretRef, answer: Result<Secret, SourceError>) -> Holds {
    let secret = done("a read during the promotion", answer)?;
    is_value(at, Ok(secret.clone()), b"current").or_else(|_| is_value(at, Ok(secret), b"pending"))
}
