//! Nothing that is shown holds a value or a credential.

use std::sync::Arc;

use reticent_core::hooks::{Access, Action, Actor, Hooks, RecorderLog};
use reticent_core::{Expected, PutOptions, Secret, SecretRef, Version, VersionId};

use super::read::with_field;
use super::{Case, law};
use crate::canary::Canary;
use crate::capture::Capture;
use crate::harness::Part;
use crate::scene::{Holds, Scene, check};
use crate::verdict::Broken;

pub(super) const LAWS: &[Case] = &[
    law!("secrecy", value_never_in_errors_logs_debug),
    law!("secrecy", credential_never_in_errors_logs_debug, Part::Credential),
    law!("secrecy", redirect_never_carries_the_token, Part::Credential, Part::Stranger),
];

async fn value_never_in_errors_logs_debug(scene: Scene<'_>) -> Holds {
    let canary = Canary::new();
    let capture = everything_shown(scene, &canary).await?;
    no_leak("the value", &capture, &canary)
}

async fn credential_never_in_errors_logs_debug(scene: Scene<'_>) -> Holds {
    let credential = scene.harness.credential().expect("the law needs Part::Credential");
    let capture = everything_shown(scene, &Canary::new()).await?;
    no_leak("the credential", &capture, &Canary::of(&credential))
}

async fn redirect_never_carries_the_token(scene: Scene<'_>) -> Holds {
    let credential = scene.harness.credential().expect("the law needs Part::Credential");
    let stranger = scene.harness.stranger().expect("the law needs Part::Stranger");
    let at = scene.planted("redirected", b"value").await?;
    stranger.lure(&at).await;
    let source = scene.source();
    let answer = source.get(&at).await;
    check(answer.is_err(), || "the answer of another host was taken for the backend's".to_owned())?;
    // What they answer is their own business; what they send is not.
    drop(source.revision(&at).await);
    drop(source.check().await);
    #[expect(clippy::disallowed_methods, reason = "searched for the credential, and dropped")]
    let spelling = Canary::of(&credential).find_in(stranger.heard().expose_bytes());
    check(spelling.is_none(), || format!("the credential was sent to another host ({spelling:?})"))
}

fn no_leak(what: &str, capture: &Capture, canary: &Canary) -> Holds {
    match capture.find(canary) {
        None => Ok(()),
        Some(leak) => Err(Broken::new(format!("{what} is shown: {leak}"))),
    }
}

/// Reads and fails in every way that the harness can bring about, and keeps all that is shown.
async fn everything_shown(scene: Scene<'_>, canary: &Canary) -> Result<Capture, Broken> {
    let mut capture = Capture::new();
    let at = plant(scene, "canary", canary).await?;
    read(scene, &at, &mut capture).await;
    misread(scene, &at, canary, &mut capture).await?;
    for trouble in scene.troubles() {
        let at = plant(scene, &format!("canary_{trouble:?}"), canary).await?;
        scene.harness.inflict(trouble, &at).await;
        let source = scene.source();
        capture.result("get", &source.get(&at).await);
        capture.result("revision", &source.revision(&at).await);
        capture.result("check", &source.check().await);
        write(scene, &at, canary, &mut capture).await;
        scene.harness.relieve().await;
    }
    capture.text("the log", &scene.log());
    Ok(capture)
}

async fn plant(scene: Scene<'_>, word: &str, canary: &Canary) -> Result<SecretRef, Broken> {
    let at = scene.place(word)?;
    let planted = scene.harness.seed(&at, canary.bytes()).await;
    // The error of a side door may well repeat what it was given.
    planted.map_err(|_| Broken::new("the side door cannot plant a canary (its error is not shown)"))?;
    Ok(at)
}

async fn read(scene: Scene<'_>, at: &SecretRef, capture: &mut Capture) {
    let source = scene.source();
    let log = Arc::new(RecorderLog::default());
    let hooks = Hooks::none().with_recorder(log.clone());
    let actor = Actor::new("conformance");
    let name = at.to_string();
    let access = Access::new(&actor, Action::Read, &name).at(at);
    let answer = hooks.read(&access, &source.name(), source.get(at)).await;
    if let Ok(secret) = &answer {
        capture.debug("the metadata of the value", secret.metadata());
    }
    capture.result("get", &answer);
    capture.debug("what the recorder keeps", &log.events());
    capture.debug("the source", &source);
    capture.text("the source's name", &source.name());
    if let Some(list) = scene.harness.list() {
        capture.result("list", &list.list("").await);
    }
}

/// Asks for what is beside the value: these errors know the value and must not tell it.
async fn misread(scene: Scene<'_>, at: &SecretRef, canary: &Canary, capture: &mut Capture) -> Holds {
    let source = scene.source();
    let no_version = VersionId::parse("no-such-version").expect("a version");
    capture.result("get", &source.get(&at.clone().at_version(Version::Id(no_version))).await);
    capture.result("get", &source.get(&scene.place("canary_absent")?).await);
    if !scene.lacks(Part::Fields) {
        capture.result("get of a field", &source.get(&with_field(at, "password")).await);
        let structured = scene.place("canary_json")?;
        let json = format!("{{\"password\": \"{}\"}}", canary.core());
        let planted = scene.harness.seed(&structured, json.as_bytes()).await;
        planted.map_err(|_| Broken::new("the side door cannot plant JSON (its error is not shown)"))?;
        capture.result("get of a field", &source.get(&with_field(&structured, "pasword")).await);
        capture.result("get of a field", &source.get(&with_field(&structured, "/password/deeper")).await);
    }
    write(scene, at, canary, capture).await;
    Ok(())
}

/// Writes what must be refused.
async fn write(scene: Scene<'_>, at: &SecretRef, canary: &Canary, capture: &mut Capture) {
    let Some(sink) = scene.harness.sink() else { return };
    let value = Secret::copy_of(canary.bytes());
    let create = PutOptions::default().expecting(Expected::Absent);
    capture.result("put", &sink.put(at, &value, &create).await);
    let previous = at.clone().at_version(Version::Previous);
    capture.result("put", &sink.put(&previous, &value, &PutOptions::default()).await);
    capture.result("put", &sink.put(&with_field(at, "password"), &value, &create).await);
    capture.debug("the sink", &sink);
}
