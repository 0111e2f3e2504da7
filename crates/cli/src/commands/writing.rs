//! What the commands that write have in common: where a name is written, what a plan says, what JSON shows.

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
    if dry_run {
        // The same checks as the write itself: whether the place can be written, and what is there now.
        setup.can_write(at)?;
        context.output.say(format!("would write {at}"));
        return Ok(());
    }
    context.block_on(setup.put(at, value))?;
    context.output.say(format!("wrote {at}"));
    Ok(())
}

/// Reads what stands at `at` now; nothing there is `None`.
pub(crate) fn present(context: &Context, setup: &Setup, at: &SecretRef) -> Result<Option<Secret>> {
    match context.block_on(setup.resolver().get_ref(at)) {
        Ok(secret) => Ok(Some(secret)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
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
