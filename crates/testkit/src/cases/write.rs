//! A write takes effect whole or not at all.

use reticent_core::{DeleteOptions, ErrorKind, Expected, PutOptions, Secret, Version};

use super::{Case, law};
use crate::harness::{Part, Trouble};
use crate::scene::{Holds, Scene, check, done, is_kind, is_value};
use crate::verdict::Broken;

pub(super) const LAWS: &[Case] = &[
    law!("write", put_then_get, Part::Sink),
    law!("write", shorter_put_leaves_no_tail, Part::Sink),
    law!("write", put_keeps_trailing_newlines, Part::Sink),
    law!("write", failed_put_keeps_old_value, Part::Sink, Part::Trouble(Trouble::FailingWrites)),
    law!("write", put_is_idempotent_with_token, Part::Sink),
    law!("write", conflict_is_reported, Part::Sink),
    law!("write", conflicting_put_changes_nothing, Part::Sink),
    law!("write", expectation_that_holds_is_written, Part::Sink),
    law!("write", put_to_a_version_is_refused, Part::Sink),
    law!("write", delete_then_absent, Part::Sink),
    law!("write", deleting_the_absent_is_not_found, Part::Sink),
    law!("write", conflicting_delete_changes_nothing, Part::Sink),
];

fn plainly() -> PutOptions {
    PutOptions::default()
}

fn create_only() -> PutOptions {
    plainly().expecting(Expected::Absent)
}

fn secret(value: &[u8]) -> Secret {
    Secret::copy_of(value)
}

async fn put_then_get(scene: Scene<'_>) -> Holds {
    let at = scene.place("put")?;
    for value in ["first", "second", "p$a${b}c#d 'e' \"f\""] {
        done("the put", scene.sink().put(&at, &secret(value.as_bytes()), &plainly()).await)?;
        scene.serves(&at, value.as_bytes()).await?;
    }
    Ok(())
}

async fn shorter_put_leaves_no_tail(scene: Scene<'_>) -> Holds {
    let at = scene.planted("shorter", b"a rather long value").await?;
    done("the put", scene.sink().put(&at, &secret(b"short"), &plainly()).await)?;
    scene.serves(&at, b"short").await
}

async fn put_keeps_trailing_newlines(scene: Scene<'_>) -> Holds {
    for (number, value) in [&b"line\n"[..], b"line\r\n", b"lines\n\n", b"\n"].into_iter().enumerate() {
        let at = scene.place(&format!("newline{number}"))?;
        done("the put", scene.sink().put(&at, &secret(value), &plainly()).await)?;
        scene.serves(&at, value).await?;
    }
    Ok(())
}

async fn failed_put_keeps_old_value(scene: Scene<'_>) -> Holds {
    let at = scene.planted("kept", b"old").await?;
    scene.harness.inflict(Trouble::FailingWrites, &at).await;
    let written = scene.sink().put(&at, &secret(b"new"), &plainly()).await;
    scene.harness.relieve().await;
    check(written.is_err(), || "the put succeeded although writes fail".to_owned())?;
    scene.serves(&at, b"old").await
}

async fn put_is_idempotent_with_token(scene: Scene<'_>) -> Holds {
    let at = scene.place("token")?;
    let sink = scene.sink();
    let options = create_only().with_idempotency_token("one-write");
    let first = done("the put", sink.put(&at, &secret(b"value"), &options).await)?;
    let again = done("the same put again", sink.put(&at, &secret(b"value"), &options).await)?;
    check(first == again, || format!("one write made two versions: {first:?} and {again:?}"))?;
    scene.serves(&at, b"value").await
}

async fn conflict_is_reported(scene: Scene<'_>) -> Holds {
    let at = scene.planted("conflict", b"value").await?;
    let sink = scene.sink();
    let created = sink.put(&at, &secret(b"other"), &create_only()).await;
    is_kind("the put where nothing was expected", created, ErrorKind::Conflict)?;
    let seen = done("the revision", sink.revision(&at).await)?;
    scene.seed(&at, b"moved").await?;
    let options = plainly().expecting(Expected::Revision(seen));
    let stale = sink.put(&at, &secret(b"other"), &options).await;
    is_kind("the put over a value that has moved", stale, ErrorKind::Conflict).map(drop)
}

async fn conflicting_put_changes_nothing(scene: Scene<'_>) -> Holds {
    let at = scene.planted("unmoved", b"theirs").await?;
    // That it is an error is another law's business.
    drop(scene.sink().put(&at, &secret(b"ours"), &create_only()).await);
    scene.serves(&at, b"theirs").await
}

async fn expectation_that_holds_is_written(scene: Scene<'_>) -> Holds {
    let at = scene.place("expected")?;
    let sink = scene.sink();
    done("the put of something new", sink.put(&at, &secret(b"first"), &create_only()).await)?;
    let seen = done("the revision", sink.revision(&at).await)?;
    let options = plainly().expecting(Expected::Revision(seen));
    done("the put over what was seen", sink.put(&at, &secret(b"second"), &options).await)?;
    scene.serves(&at, b"second").await
}

async fn put_to_a_version_is_refused(scene: Scene<'_>) -> Holds {
    let at = scene.planted("versioned", b"value").await?;
    let previous = at.at_version(Version::Previous);
    let written = scene.sink().put(&previous, &secret(b"other"), &plainly()).await;
    is_kind("the put to a previous version", written, ErrorKind::InvalidReference).map(drop)
}

async fn delete_then_absent(scene: Scene<'_>) -> Holds {
    let at = scene.planted("deleted", b"value").await?;
    let neighbour = scene.planted("kept", b"theirs").await?;
    done("the deletion", scene.sink().delete(&at, &DeleteOptions::default()).await)?;
    scene.refuses(&at, ErrorKind::NotFound).await?;
    scene.serves(&neighbour, b"theirs").await
}

async fn deleting_the_absent_is_not_found(scene: Scene<'_>) -> Holds {
    let deleted = scene.sink().delete(&scene.place("absent")?, &DeleteOptions::default()).await;
    is_kind("the deletion of what is absent", deleted, ErrorKind::NotFound).map(drop)
}

async fn conflicting_delete_changes_nothing(scene: Scene<'_>) -> Holds {
    let at = scene.planted("kept", b"before").await?;
    let sink = scene.sink();
    let seen = done("the revision", sink.revision(&at).await)?;
    scene.seed(&at, b"after!").await?;
    let options = DeleteOptions::default().expecting(Expected::Revision(seen));
    is_kind("the deletion of what has moved", sink.delete(&at, &options).await, ErrorKind::Conflict)?;
    match sink.get(&at).await {
        Err(error) => Err(Broken::new(format!("the conflicting deletion took effect: {error}"))),
        kept => is_value(&at, kept, b"after!"),
    }
}
