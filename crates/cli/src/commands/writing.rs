//! What the commands that write have in common: where a name is written, what a plan says, what JSON shows.

use std::path::Path;

use reticent::core::{ErrorKind, Secret, SecretRef, VersionId};
use reticent::setup::Setup;
use serde_json::{Map, Value, json};

use crate::context::{Context, Target};
use crate::failure::{Failure, Result};

/// Returns the place that is written for `target`: itself, or the first place of a name that can be written.
pub(crate) fn place_to_write(target: &Target, setup: &Setup) -> Result<SecretRef> {
    match target {
        Target::Reference(reference) => Ok(reference.clone()),
        Target::Name(name) => setup.place_to_write(name).ok_or_else(|| {
            Failure::usage(format!("{name}: none of its places can be written"))
                .with_hint("name the place itself, for example dotenv://.env#NAME or file:///path")
        }),
    }
}

/// Writes one value, or says what would be written.
pub(crate) fn put(
    context: &Context,
    setup: &Setup,
    at: &SecretRef,
    value: &Secret,
    dry_run: bool,
) -> Result<()> {
    setup.check_put(at, value)?;
    if dry_run {
        may_write(setup, at)?;
        context.output.say(format!("would write {at}"));
        return Ok(());
    }
    context.block_on(setup.put(at, value))?;
    context.output.say(format!("wrote {at}"));
    Ok(())
}

/// Tells before a write what the folder's mode would say to it.
pub(crate) fn may_write(setup: &Setup, at: &SecretRef) -> Result<()> {
    setup.folder_of(at).map_or(Ok(()), |folder| may_write_into(&folder))
}

/// Tells whether a file can be made in `folder`.
pub(crate) fn may_write_into(folder: &Path) -> Result<()> {
    let needed = rustix::fs::Access::WRITE_OK | rustix::fs::Access::EXEC_OK;
    rustix::fs::access(folder, needed).map_err(|error| Failure::file("write into", folder, &error.into()))
}

/// Reads what stands at each place now; nothing there is `None`.
pub(crate) fn present(context: &Context, setup: &Setup, places: &[SecretRef]) -> Vec<Result<Option<Secret>>> {
    let texts: Vec<String> = places.iter().map(ToString::to_string).collect();
    let found = context.block_on(setup.resolver().get_many(&texts)).into_iter();
    found
        .map(|result| match result {
            Ok(secret) => Ok(Some(secret)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        })
        .collect()
}

/// Reads what stands at one place.
pub(crate) fn present_at(context: &Context, setup: &Setup, at: &SecretRef) -> Result<Option<Secret>> {
    present(context, setup, std::slice::from_ref(at)).pop().expect("one place, one answer")
}

/// Describes a secret as one JSON object, with its value only where that was asked for.
pub(crate) fn metadata_json(
    schema: &str,
    target: &Target,
    secret: &Secret,
    shown: Option<&String>,
) -> Result<String> {
    let metadata = secret.metadata();
    let mut object = Map::new();
    object.insert("schema".to_owned(), json!(schema));
    object.insert("name".to_owned(), json!(target.to_string()));
    object.insert("source".to_owned(), json!(metadata.source()));
    object.insert("version".to_owned(), json!(metadata.version().map(VersionId::as_str)));
    if let Some(value) = shown {
        object.insert("value".to_owned(), json!(value));
    }
    Ok(Value::Object(object).to_string())
}
